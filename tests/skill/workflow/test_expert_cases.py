"""Tasks that nobody tuned for: what the whole plan decides lies within what an expert accepts (expert_cases.toml)."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract.reading import read_task_object
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.intake.reading import read_task

_TABLE = tomllib.loads(Path(__file__).with_name("expert_cases.toml").read_text(encoding="utf-8"))
_CASES = _TABLE["case"]
_TASK_KEYS = ("task", "data", "constraints", "challenges", "existingSetup")
_SAME_MODE = {"zero-shot": "frozen-features"}


def _task(case: dict) -> dict:
    return {key: case[key] for key in _TASK_KEYS if key in case}


def _named(words: list[str], text: str) -> bool:
    return any(re.search(rf"(?<![a-z0-9]){re.escape(word)}", text) for word in words)


@pytest.mark.parametrize("case", _CASES, ids=[case["task"]["specificTask"] for case in _CASES])
def test_the_plan_is_within_what_an_expert_accepts(case: dict) -> None:
    task = _task(case)
    assert read_task(read_task_object(task)).subtask in case["subtasks"]
    report = json.loads(Expert().plan(task, assume=True).model_dump_json(by_alias=True))
    architecture, recipe = report["decisions"]["architecture"], report["decisions"]["recipe"]
    name = " ".join(str(architecture[key]) for key in ("id", "name", "family")).lower()
    assert _named(case["families"], name), name
    assert _SAME_MODE.get(architecture["mode"], architecture["mode"]) in case["modes"]
    assert recipe["optimizer"] in case["optimizers"]
    if recipe["optimizer"] != "none":
        low, high = case["learning_rate"]
        assert low <= recipe["learning_rate"] <= high
    text = json.dumps([report["plan"], report["decisions"]], ensure_ascii=False).lower()
    missing = [it for it in case.get("techniques", ()) if not any(word in text for word in _TABLE["words"][it])]
    assert not missing


@pytest.mark.parametrize("case", _CASES, ids=[case["task"]["specificTask"] for case in _CASES])
def test_questions_are_asked_only_where_facts_are_missing(case: dict) -> None:
    report = json.loads(Expert().plan(_task(case)).model_dump_json(by_alias=True))
    assert sorted(question["field"] for question in report["questions"]) == sorted(case.get("asks", ()))


def test_both_languages_and_all_task_types_are_covered() -> None:
    chinese = [case for case in _CASES if re.search(r"[\u4e00-\u9fff]", case["task"]["specificTask"])]
    assert 0.3 < len(chinese) / len(_CASES) < 0.7
    assert len({case["task"]["type"] for case in _CASES}) == 6
