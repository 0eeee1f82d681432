"""Bad tasks end in one clear sentence that says what, where and how to mend it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.contract.reading import key_paths, load_task, parse_task, read_task_object
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.tools.errors import FileError, TaskError

GOOD = {"task": {"type": "classification", "domain": "CV"}, "data": {"size": "10k images"}, "constraints": {}}


def test_a_task_keeps_its_camel_case_keys() -> None:
    assert read_task_object(GOOD).model_dump(by_alias=True, exclude_none=True) == GOOD


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("", ["empty"]),
        ("{}", ["empty"]),
        ("[]", ["a list"]),
        ('{"task": ', ["line 1", "column"]),
        ('{"task": {}, "task": {}}', ["task", "twice"]),
        (json.dumps({**GOOD, "data": {"sise": "1"}}), ["data.sise", "data.size"]),
        (json.dumps({**GOOD, "modelSizeLimit": "1"}), ["modelSizeLimit", "constraints.modelSizeLimit"]),
        (json.dumps({**GOOD, "data": {"size": 10}}), ["data.size", "text in quotes", "a number"]),
        (json.dumps({**GOOD, "challenges": "few"}), ["challenges", "a list"]),
        (json.dumps({**GOOD, "task": {"type": "magic", "domain": "CV"}}), ["task.type", "magic", "detection"]),
        (json.dumps({**GOOD, "task": {"type": "RL", "domain": " "}}), ["task.domain"]),
        (json.dumps({k: v for k, v in GOOD.items() if k != "data"}), ["lacks data"]),
        (json.dumps({**GOOD, "data": {"size": "a\x00b"}}), ["data.size", "U+0000"]),
        (json.dumps({**GOOD, "data": {"size": "\ud800"}}), ["data.size", "U+D800"]),
        ("[" * 100_000, ["nested too deeply"]),
        ('{"data": NaN}', ["NaN"]),
    ],
)
def test_each_fault_is_named_with_its_place(text: str, fragments: list[str]) -> None:
    with pytest.raises(TaskError) as caught:
        parse_task(text)
    for lang in ("en", "zh"):
        assert "\n" not in caught.value.sentence(lang)
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_a_five_megabyte_field_is_refused_with_its_length() -> None:
    task = {**GOOD, "data": {"size": "x" * 5_000_000}}
    with pytest.raises(TaskError, match=r"data.size is 5,000,000 characters"):
        read_task_object(task)


def test_a_directory_is_no_task(tmp_path) -> None:
    with pytest.raises(FileError, match="directory"):
        load_task(tmp_path)
    with pytest.raises(FileError, match="cannot be read"):
        load_task(tmp_path / "missing.json")


def test_usual_spellings_of_the_task_type_are_understood() -> None:
    for spelling in ("Classification", "分类", "图像分类"):
        assert read_task_object({**GOOD, "task": {"type": spelling, "domain": "CV"}}).task.type == "classification"


def test_every_key_of_the_source_exists() -> None:
    assert {
        "task.specificTask",
        "data.labelAvailability",
        "data.augmentationNeeded",
        "constraints.computeResources",
        "constraints.latencyRequirement",
        "constraints.accuracyTarget",
        "constraints.modelSizeLimit",
        "constraints.budget",
        "existingSetup.trainingIssues",
    } <= set(key_paths(Task))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=15), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_a_task_or_a_sentence(value: object) -> None:
    try:
        assert isinstance(parse_task(json.dumps(value)), Task)
    except TaskError as error:
        assert len(str(error)) > 10
