"""A quantity in the wrong field, or one that cannot be, is refused with its place; ordinary ones pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract.reading import load_task, read_task_object
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.intake.plausible import check_quantities
from deep_learning_expert.tools.errors import TaskError

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples" / "tasks").glob("*.json"))


def task(**constraints: str):
    spec = {"type": "classification", "domain": "CV", "specificTask": "flowers"}
    return {"task": spec, "data": {"size": "20k images"}, "constraints": {"computeResources": "one GPU", **constraints}}


@pytest.mark.parametrize(
    ("field", "words", "code"),
    [
        ("latencyRequirement", "<100MB", "task.wrong_unit"),
        ("modelSizeLimit", "小于 50ms", "task.wrong_unit"),
        ("accuracyTarget", "<50ms", "task.wrong_unit"),
        ("latencyRequirement", "<50ms but at least 100 ms", "task.contradiction"),
        ("latencyRequirement", "-5 ms", "task.negative"),
        ("modelSizeLimit", "0 MB", "task.zero"),
        ("accuracyTarget", "accuracy > 120%", "task.over_100_percent"),
    ],
)
def test_impossible_quantities_are_refused_with_their_place(field: str, words: str, code: str) -> None:
    with pytest.raises(TaskError) as caught:
        Expert().plan(task(**{field: words}))
    assert caught.value.code == code
    for lang in ("en", "zh"):
        assert f"constraints.{field}" in caught.value.sentence(lang)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_tasks_pass(path: Path) -> None:
    check_quantities(load_task(path))


@pytest.mark.parametrize(
    "constraints",
    [
        {"latencyRequirement": "p99 <30 ms at batch 1"},
        {"latencyRequirement": "实时率 <0.3"},
        {"latencyRequirement": "100 images per second"},
        {"latencyRequirement": "real-time"},
        {"modelSizeLimit": "less than 1 GB, int8"},
        {"accuracyTarget": "as good as possible"},
        {"accuracyTarget": "EER <1%"},
    ],
)
def test_usual_limits_pass(constraints: dict[str, str]) -> None:
    check_quantities(read_task_object(task(**constraints)))


def test_a_bad_answer_is_refused_and_loses_nothing() -> None:
    talk = Expert().start(task())
    before = talk.report()
    with pytest.raises(TaskError):
        talk.answer("constraints.latencyRequirement", "<100MB")
    assert json.dumps(talk.report().plan) == json.dumps(before.plan)


def test_a_negative_amount_is_quoted_with_its_sign() -> None:
    task = {
        "task": {"type": "classification", "domain": "CV"},
        "data": {},
        "constraints": {"latencyRequirement": "-5 ms"},
    }
    with pytest.raises(TaskError, match='"-5 ms"'):
        check_quantities(read_task_object(task))
