"""The checked-in benchmark cases: planned by the real expert, each goes to the back end it is a case of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.skill.contract.reading import parse_task
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.tools.recipe.project.backend import back_ends
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render

_BENCHMARKS = Path(__file__).resolve().parents[4] / "benchmarks"
_CASES = json.loads((_BENCHMARKS / "projects.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_a_planned_case_goes_to_its_back_end(case: dict[str, Any]) -> None:
    task = parse_task(json.dumps(case["task"]).encode(), source=case["name"])
    report = json.loads(Expert().start(task, language="zh", assume=True).report().model_dump_json())
    choice = read_choice(report, case["backend"] if case.get("asked") else None)
    assert choice.backend.id == case["backend"]
    assert "train.py" in render(choice)


def test_every_layout_of_every_back_end_has_a_result() -> None:
    results = json.loads((_BENCHMARKS / "projects_results.json").read_text(encoding="utf-8"))
    shown = {(row["backend"], row["layout"]) for row in results.values()}
    assert shown >= {(backend.name, layout) for backend in back_ends() for layout in backend.layouts}


def test_the_table_of_results_is_that_of_the_results() -> None:
    results = json.loads((_BENCHMARKS / "projects_results.json").read_text(encoding="utf-8"))
    rows = [line for line in (_BENCHMARKS / "PROJECTS.md").read_text(encoding="utf-8").splitlines() if "| " in line]
    assert len(rows) == len(results) + 1
