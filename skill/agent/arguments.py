"""The arguments of the functions a model may call, typed; nothing beyond what is named is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deep_learning_expert.skill.workflow.events import Change
from deep_learning_expert.tools.argument_faults import first_fault
from deep_learning_expert.tools.errors import ToolError

_Typed = TypeVar("_Typed", bound=BaseModel)


class FunctionArguments(BaseModel):
    """Arguments of a function the model calls: nothing beyond what is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AmendArguments(FunctionArguments):
    """change: what to do; value: a candidate's id, a technique's id, or the sentence; at: the sentence's pointer."""

    change: Change
    value: str = Field(min_length=1, max_length=2000)
    reason: str = Field(min_length=1, max_length=2000)
    at: str = Field(default="", max_length=200)


class AskArguments(FunctionArguments):
    """field: the task's field the answer fills, as "data.size"; the question, why it matters, and an answer's form."""

    field: str = Field(max_length=100)
    question: str = Field(min_length=1, max_length=400)
    why: str = Field(min_length=1, max_length=400)
    example: str = Field(min_length=1, max_length=200)


class BackArguments(FunctionArguments):
    """to: an earlier step; reason; figures: ids of the figures that speak for it, at least one."""

    to: str
    reason: str = Field(min_length=1, max_length=2000)
    figures: list[str] = Field(min_length=1, max_length=10)


class AcceptArguments(FunctionArguments):
    """None: the draft stands as it is."""


class MoreArguments(FunctionArguments):
    """handle: of an answer that was cut."""

    handle: str = Field(max_length=40)


class FactArguments(FunctionArguments):
    """field: of the task; quote: the person's words, letter for letter; value: only for task.type and task.domain."""

    field: str = Field(max_length=100)
    quote: str = Field(min_length=1, max_length=500)
    value: str = Field(default="", max_length=40)


class SayArguments(FunctionArguments):
    """text: the answer, figures by their ids in braces."""

    text: str = Field(min_length=1, max_length=4000)


def typed(kind: type[_Typed], name: str, arguments: Mapping[str, Any]) -> _Typed:
    """The arguments of a control function; errors: ToolError agent.bad_argument."""
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        where, problem = first_fault(error, name)
        raise ToolError("agent.bad_argument", function=name, where=where, problem=problem) from None
