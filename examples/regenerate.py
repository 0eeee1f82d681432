"""Writes examples/reports/<task>.json for every task in examples/tasks, with assumptions allowed.

What differs from run to run (wall time) is left out, so a test can compare the files byte by byte.
"""

from __future__ import annotations

import json
from pathlib import Path

from deep_learning_expert.skill.contract.reading import load_task
from deep_learning_expert.skill.expert import Expert

HERE = Path(__file__).resolve().parent


def report_text(task: Path) -> str:
    """The report of one task file as it is checked in."""
    report = Expert().plan(load_task(task), assume=True)
    record = report.model_dump(mode="json", exclude={"usage", "versions"})
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Rewrites all reports."""
    target = HERE / "reports"
    target.mkdir(exist_ok=True)
    for task in sorted((HERE / "tasks").glob("*.json")):
        (target / task.name).write_text(report_text(task), encoding="utf-8")


if __name__ == "__main__":
    main()
