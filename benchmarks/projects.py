"""Generates a training project for each back end and data layout, runs its `--smoke` for real, and keeps the results.

    python benchmarks/projects.py --python torch=PYTHON [--python trl=PYTHON ...] [--only NAME ...] [--dry]

PYTHON: an interpreter with the libraries pinned in that back end's emitted requirements.txt. Cases whose back end got
no interpreter are left as they are. Results go to benchmarks/projects_results.json, one entry per case, and PROJECTS.md
is written from it; --dry changes neither.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deep_learning_expert.skill.contract.reading import parse_task
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.write import write_project

_CASES = Path(__file__).with_name("projects.json")
_RESULTS = Path(__file__).with_name("projects_results.json")
_TABLE = Path(__file__).with_name("PROJECTS.md")
_TORCHVISION = Path(__file__).with_name("torchvision_ops")  # its operators, where the compiled ones fail


def main() -> None:
    """Runs the cases; exit status 1 when one does not learn (its former result is then gone)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="BACKEND=PYTHON")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--dry", action="store_true")
    arguments = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in arguments.python)
    failed = 0
    for case in json.loads(_CASES.read_text(encoding="utf-8")):
        if case["backend"] not in pythons or (arguments.only and case["name"] not in arguments.only):
            continue
        result = run_case(case, pythons[case["backend"]])
        failed += "failed" in result
        print(row(result) if "failed" not in result else f"FAILED {case['name']}: {result['failed']}", flush=True)
        if not arguments.dry:
            _keep(case["name"], result)
    sys.exit(1 if failed else 0)


def run_case(case: dict[str, Any], python: str) -> dict[str, Any]:
    """What stands in one row of the table, or {"failed": the reason} when the smoke run does not hold."""
    task = parse_task(json.dumps(case["task"]).encode(), source=case["name"])
    report = json.loads(Expert().start(task, language="en", assume=True).report().model_dump_json())
    chosen = read_choice(report).backend.id
    if chosen != case["backend"] and not case.get("asked"):
        return {"failed": f"the plan goes to the back end {chosen}, not {case['backend']}"}
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "project"
        write_project(report, folder, case["backend"])
        offline = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(_TORCHVISION)}
        before = _cpu_seconds()
        done = subprocess.run(
            [python, "train.py", "--smoke"], cwd=folder, capture_output=True, text=True, timeout=600, check=False,
            env=offline,
        )  # fmt: skip
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
        result = json.loads(done.stdout.strip().splitlines()[-1].removeprefix("smoke: ok "))
        verdict = diagnose_text((folder / "smoke.jsonl").read_text(encoding="utf-8"), "smoke.jsonl")
    return {
        **result,
        "cpu_seconds": round(_cpu_seconds() - before, 1),
        "backend": back_end(case["backend"]).name,
        "subtask": report["decisions"]["subtask"],
        "model": report["decisions"]["architecture"]["name"],
        "curves": sum(len(run.series) for run in verdict.runs),
        "verdict": verdict.status,
    }


def row(result: dict[str, Any]) -> str:
    """The result as a row of the table."""
    low, high = result["interval95"]
    cpu = f" ({result['cpu_seconds']:.0f})" if "cpu_seconds" in result else ""
    return (
        f"| {result['backend']} | {result['subtask']} | {result['layout']} | {result['model']} | {result['data']} "
        f"| {result['metric']} {result['value']:.3f} ({low:.3f} to {high:.3f}) "
        f"| {result['baseline']} {result['baseline_value']:.3f} | {result['curves']} {result['verdict']} "
        f"| {result['seconds']:.0f}{cpu} |"
    )


def _cpu_seconds() -> float:
    """What finished child processes have used: a busy machine stretches the clock, not this."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _keep(name: str, result: dict[str, Any]) -> None:
    """Adds or replaces one result, in the order of the cases; read again each time, as runs may go on side by side."""
    held = json.loads(_RESULTS.read_text(encoding="utf-8")) if _RESULTS.exists() else {}
    held.pop(name, None)
    if "failed" not in result:
        held[name] = result
    order = [case["name"] for case in json.loads(_CASES.read_text(encoding="utf-8"))]
    ordered = {name: held[name] for name in order if name in held}
    _RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = "\n".join(row(one) for one in ordered.values())
    _TABLE.write_text(f"{_HEAD}{rows}\n", encoding="utf-8")


_HEAD = """# Generated projects that learn

`python benchmarks/projects.py --python BACKEND=PYTHON` plans a task, writes its project, and runs `train.py --smoke` on
CPU. A row stands here only when the smoke run held: the loss fell, the metric beats the trivial baseline on the test
split, gradients are finite, the learning rates are those of the schedule, a resumed run ends with the same weights.
"Diagnosis" is how many curves it read from the log and what it says. Seconds are those of the clock, on a machine with
two shared cores, and in brackets those of the processor, with start-up. Pretrained weights would need the network, so
such projects train a small stand-in from scratch; the README of each project says so.

| back end | task | layout | planned model | data | metric (95 %) | trivial baseline | diagnosis | seconds (CPU) |
|---|---|---|---|---|---|---|---|---|
"""


if __name__ == "__main__":
    main()
