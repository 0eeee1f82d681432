"""What is wrong with an argument is told in the reader's language, never in a library's words."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deep_learning_expert.prompts.phrases import exists
from deep_learning_expert.tools import toolbox
from deep_learning_expert.tools.argument_faults import _PHRASES, first_fault
from deep_learning_expert.tools.errors import ToolError


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=3)
    kind: Literal["a", "b"] = "a"
    share: float = Field(default=0.5, gt=0, le=1)
    many: list[str] = Field(default=[], max_length=1)
    count: int = 1
    flag: bool = True


FAULTS = [
    ({}, "name", "缺少这一项"),
    ({"name": "x", "nmae": "y"}, "nmae", "没有这个参数"),
    ({"name": ""}, "name", "太短"),
    ({"name": "four"}, "name", "太长，最多允许的字符数：3"),
    ({"name": "x", "kind": "c"}, "kind", "只能是 'a', 'b' 之一"),
    ({"name": "x", "share": 0}, "share", "必须大于 0"),
    ({"name": "x", "share": 2}, "share", "不能大于 1"),
    ({"name": "x", "share": float("nan")}, "share", "大于"),
    ({"name": "x", "many": ["a", "b"]}, "many", "条目太多，最多允许：1"),
    ({"name": "x", "many": "a"}, "many", "列表"),
    ({"name": 3}, "name", "文字"),
    ({"name": "x", "count": 1.5}, "count", "整数"),
    ({"name": "x", "flag": "maybe"}, "flag", "true 或 false"),
]


@pytest.mark.parametrize(("given", "where", "told"), FAULTS)
def test_a_fault_names_its_place_and_what_would_be_right(given: dict[str, object], where: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Arguments.model_validate(given)
    place, problem = first_fault(caught.value, "arguments")
    assert place == where and told in problem.text("zh")
    assert not re.search(r"[\u4e00-\u9fff]|\{", problem.text("en"))


def test_every_phrase_of_a_fault_is_there() -> None:
    assert all(exists(f"errors.argument.{phrase}") for phrase, _ in _PHRASES.values())


def test_a_tools_refusal_is_chinese_in_chinese() -> None:
    with pytest.raises(ToolError) as caught:
        toolbox.call("model_facts", {"model": 3})
    assert "应为带引号的文字" in caught.value.sentence("zh") and "input" not in caught.value.sentence("en")
