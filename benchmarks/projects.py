"""Generates a training project for each back end and data layout, runs its `--smoke` for real, and prints the table of
PROJECTS.md.

    python benchmarks/projects.py --torch PYTHON [--only NAME ...] [--out benchmarks/PROJECTS.md]

PYTHON: an interpreter with torch, numpy, scikit-learn and pillow as pinned in the emitted requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deep_learning_expert.skill.contract.reading import parse_task
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.recipe.project.write import write_project

_CASES = Path(__file__).with_name("projects.json")


def main() -> None:
    """Runs the cases and writes or prints the table; exit status 1 when one does not learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default=sys.executable)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows, failed = [], 0
    for case in json.loads(_CASES.read_text(encoding="utf-8")):
        if arguments.only and case["name"] not in arguments.only:
            continue
        row = run_case(case, arguments.torch)
        failed += row.startswith("| FAILED")
        rows.append(row)
        print(row, flush=True)
    if arguments.out:
        arguments.out.write_text(_HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    sys.exit(1 if failed else 0)


def run_case(case: dict[str, Any], python: str) -> str:
    """One row of the table; begins with "| FAILED" and the reason when the smoke run does not hold."""
    task = parse_task(json.dumps(case["task"]).encode(), source=case["name"])
    report = json.loads(Expert().start(task, language="en", assume=True).report().model_dump_json())
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "project"
        write_project(report, folder)
        done = subprocess.run(
            [python, "train.py", "--smoke"], cwd=folder, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            return f"| FAILED {case['name']} | {(done.stderr.strip().splitlines() or ['no message'])[-1]} |"
        result = json.loads(done.stdout.strip().splitlines()[-1].removeprefix("smoke: ok "))
        verdict = diagnose_text((folder / "smoke.jsonl").read_text(encoding="utf-8"), "smoke.jsonl")
    model = report["decisions"]["architecture"]["name"]
    low, high = result["interval95"]
    return (
        f"| {case['backend']} | {result['layout']} | {model} | {result['data']} | {result['metric']} "
        f"{result['value']:.3f} ({low:.3f} to {high:.3f}) | {result['baseline']} {result['baseline_value']:.3f} "
        f"| {sum(len(run.series) for run in verdict.runs)} {verdict.status} | {result['seconds']:.0f} |"
    )


_HEAD = """# Generated projects that learn

`python benchmarks/projects.py --torch PYTHON --out benchmarks/PROJECTS.md` plans a task, writes its project,
and runs `train.py --smoke` on CPU. A row stands here only when the smoke run held: the loss fell, the metric beats the
trivial baseline on the test split, gradients are finite, the learning rates are those of the schedule, a resumed run
ends with the same weights. "Diagnosis" is how many curves it read from the log and what it says. Image and text rows
train a small stand-in, because pretrained weights would need the network; the README of each project says so.

| back end | layout | planned model | data | metric (95 %) | trivial baseline | diagnosis | seconds |
|---|---|---|---|---|---|---|---|
"""


if __name__ == "__main__":
    main()
