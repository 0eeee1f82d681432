"""The functions a model is offered: those of the workflow and of conversation, and those tools that read neither files
nor the machine. Their schemas are the same in every call, so that servers can keep the prompt's prefix."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.agent.arguments import (
    AcceptArguments,
    AmendArguments,
    AskArguments,
    BackArguments,
    FactArguments,
    MoreArguments,
    SayArguments,
)
from deep_learning_expert.skill.agent.model import ToolSchema
from deep_learning_expert.tools import rendering, toolbox
from deep_learning_expert.tools.errors import ExpertError, ToolError
from deep_learning_expert.tools.figures import Figure

# Not among them: diagnose_log and hardware_probe read files and the machine, parse_quantities makes figures of words.
LOOKUPS = ("device_facts", "model_facts", "estimate_compression")
_TELLING = ("precision", "technique")  # in a step, where the model, the device and the data are known
_OWN: Mapping[str, type[BaseModel]] = {
    "accept": AcceptArguments,
    "amend": AmendArguments,
    "ask": AskArguments,
    "go_back": BackArguments,
    "more": MoreArguments,
    "set_fact": FactArguments,
    "say": SayArguments,
}


@cache
def schemas(lang: Language) -> tuple[ToolSchema, ...]:
    """Name, description and JSON Schema of the arguments of every function, always in the same order."""
    own = [
        {"name": name, "description": template(lang, f"agent.function.{name}"), "parameters": _schema(kind)}
        for name, kind in _OWN.items()
    ]
    tools = toolbox.tools()
    looked = [
        {"name": name, "description": tools[name].description, "parameters": _schema(tools[name].arguments)}
        for name in LOOKUPS
    ]
    return (*own, *looked)


def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema without titles, which only cost tokens."""
    cleaned: dict[str, Any] = _without_titles(kind.model_json_schema())
    return cleaned


def _without_titles(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_titles(item)
            for key, item in value.items()
            if not (key == "title" and isinstance(item, str)) and key != "description"
        } | ({"description": value["description"]} if _is_object(value) and "description" in value else {})
    return [_without_titles(item) for item in value] if isinstance(value, list) else value


def _is_object(value: Mapping[str, Any]) -> bool:
    return value.get("type") == "object" and isinstance(value.get("description"), str)


def look_up(name: str, arguments: Mapping[str, Any], others: Iterable[str]) -> tuple[str, tuple[Figure, ...]]:
    """The tool's answer as text for the model, and its figures; errors: ToolError.

    others: functions that can be called as well, to be named when there is no such tool.

    A figure is shown as "{id} = value unit, kind".
    """
    if name not in LOOKUPS:
        raise ToolError("agent.unknown_function", name=name, known=", ".join((*others, *LOOKUPS)))
    try:
        result = toolbox.call(name, arguments)
    except ToolError:
        raise
    except ExpertError as problem:
        raise ToolError("agent.tool_failed", name=name, problem=problem.sentence()) from problem
    figures = tuple(dict.fromkeys(_figures(result)))
    return json.dumps(_shown(result), ensure_ascii=False, separators=(",", ":")), figures


def listed(record: Figure, lang: Language, conditions: Iterable[str] = _TELLING) -> str:
    """One figure as the model sees it, with those of its conditions by which it is told from others."""
    told = "".join(f", {record.conditions[key]}" for key in conditions if key in record.conditions)
    return f"{{{record.id}}} = {rendering.figure(record, lang)}, {record.kind}{told}"


def _is_figure(value: object) -> bool:
    return isinstance(value, Mapping) and {"quantity", "value", "kind", "source"} <= set(value)


def _figures(value: object) -> Iterator[Figure]:
    if _is_figure(value):
        yield Figure.model_validate(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _figures(item)
    elif isinstance(value, list):
        for item in value:
            yield from _figures(item)


def _shown(value: object) -> object:
    if _is_figure(value):
        record = Figure.model_validate(value)
        return listed(record, "en", record.conditions)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items() if item not in (None, "", [], {})}
    return [_shown(item) for item in value] if isinstance(value, list) else value
