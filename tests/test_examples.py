"""The checked-in example reports are what the expert says today, and all their numbers are grounded."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract.validate import validate_plan

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TASKS = sorted((EXAMPLES / "tasks").glob("*.json"))

_spec = importlib.util.spec_from_file_location("regenerate", EXAMPLES / "regenerate.py")
assert _spec and _spec.loader
regenerate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(regenerate)


@pytest.mark.parametrize("task", TASKS, ids=lambda path: path.stem)
def test_reports_are_up_to_date(task: Path) -> None:
    stored = (EXAMPLES / "reports" / task.name).read_text(encoding="utf-8")
    same = regenerate.report_text(task) == stored
    assert same, "run python examples/regenerate.py and read the difference"


@pytest.mark.parametrize("task", TASKS, ids=lambda path: path.stem)
def test_decided_numbers_have_their_figure(task: Path) -> None:
    report = json.loads((EXAMPLES / "reports" / task.name).read_text(encoding="utf-8"))
    validate_plan(report["plan"])
    values = {record["value"] for record in report["evidence"]}
    recipe = report["decisions"]["recipe"]
    for key in ("learning_rate", "batch_size", "weight_decay", "clip"):
        assert recipe[key] in (None, 0) or recipe[key] in values, key


def test_examples_cover_the_task_types_and_both_languages() -> None:
    reports = [json.loads((EXAMPLES / "reports" / task.name).read_text(encoding="utf-8")) for task in TASKS]
    types = {json.loads(task.read_text(encoding="utf-8"))["task"]["type"] for task in TASKS}
    assert len(types) == 6
    assert len(reports) >= 12
    assert sum(report["language"] == "zh" for report in reports) * 2 >= len(reports)
