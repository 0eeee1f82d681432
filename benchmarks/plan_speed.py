"""How long a plan takes: warm in one process (median over the example tasks), and end to end as CPU of the command.

usage: python benchmarks/plan_speed.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from deep_learning_expert.skill.contract.reading import load_task
from deep_learning_expert.skill.expert import Expert

ROOT = Path(__file__).resolve().parents[1]
TASKS = sorted((ROOT / "examples" / "tasks").glob("*.json"))
HEAVY = ("openai", "fastapi", "torch", "scipy", "sqlalchemy")


def warm_ms() -> list[float]:
    """Milliseconds a plan, five times each example, after one round of warming up."""
    expert, times = Expert(), []
    tasks = [load_task(path) for path in TASKS]
    for turn in range(6):
        for task in tasks:
            start = time.perf_counter()
            expert.plan(task, assume=True)
            if turn:
                times.append((time.perf_counter() - start) * 1e3)
    return times


def command_cpu_s(*arguments: str, runs: int = 7) -> float:
    """Median CPU seconds (user and system) of `dl-expert` with these arguments."""
    command = [str(Path(sys.executable).with_name("dl-expert")), *arguments]
    seconds = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds)


def heavy_imports_of_help() -> list[str]:
    """Modules of the forbidden list that `--help` imports."""
    code = (
        "import sys; sys.argv = ['dl-expert', '--help']\n"
        "from deep_learning_expert.skill.interfaces.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [name for name in HEAVY if f"'{name}'" in done.stderr]


def main() -> None:
    """Prints the figures."""
    times = sorted(warm_ms())
    print(f"warm plan: median {statistics.median(times):.1f} ms, p95 {times[int(0.95 * len(times))]:.1f} ms")
    print(f"--help: {command_cpu_s('--help'):.2f} s CPU, heavy imports: {heavy_imports_of_help() or 'none'}")
    example = str(TASKS[-1])
    print(f"plan, text: {command_cpu_s('plan', example, '--assume'):.2f} s CPU")
    print(f"plan, JSON: {command_cpu_s('plan', example, '--assume', '--json'):.2f} s CPU")


if __name__ == "__main__":
    main()
