"""All deterministic tools as JSON-schema functions: one table for the agent, MCP, the API and the command line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from deep_learning_expert.tools.argument_faults import first_fault
from deep_learning_expert.tools.errors import ExpertError, FileError, ToolError, UnknownNameError, Words, json_problem
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark


@dataclass(frozen=True)
class Tool:
    """name; what it does in one sentence; the pydantic model of its arguments; the function."""

    name: str
    description: str
    arguments: type[BaseModel]
    function: Callable[[Any], object]


# Each module defines TOOL; it is imported only when a tool is listed or called.
_MODULES = (
    "parse_quantities",
    "device_facts",
    "model_facts",
    "compare_architectures",
    "estimate_compression",
    "hardware_probe",
    "diagnose_log",
)


@cache
def tools() -> Mapping[str, Tool]:
    """All tools by name."""
    found = (import_module(f"deep_learning_expert.tools.functions.{name}").TOOL for name in _MODULES)
    return {tool.name: tool for tool in found}


def tool(name: str) -> Tool:
    """Errors: UnknownNameError naming the nearest."""
    known = tools()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or list(known)
        raise UnknownNameError("tool.unknown", name=name, nearest=", ".join(near))
    return known[name]


def describe() -> list[dict[str, Any]]:
    """Name, description and JSON Schema of the arguments of every tool."""
    return [
        {"name": item.name, "description": item.description, "parameters": item.arguments.model_json_schema()}
        for item in tools().values()
    ]


def call(name: str, arguments: Mapping[str, Any]) -> object:
    """The tool's result as plain JSON; errors: ToolError naming the argument and what would be right."""
    chosen = tool(name)
    try:
        typed = chosen.arguments.model_validate(arguments)
    except ValidationError as error:
        where, problem = first_fault(error, "arguments")
        raise ToolError("tool.bad_argument", tool=name, where=where, problem=problem) from None
    return plain(chosen.function(typed))


def call_text(name: str, text: str) -> object:
    """Arguments as JSON text, or "@path" of a file holding it."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError("file.unreadable", path=text[1:], problem=error) from error
    try:
        arguments = json.loads(text)
    except json.JSONDecodeError as error:
        raise ToolError("tool.not_json", tool=name, problem=json_problem(error)) from error
    except ValueError as error:  # Python reads no integer of thousands of digits
        raise ToolError("tool.not_json", tool=name, problem=Words("json.long_number")) from error
    if not isinstance(arguments, dict):
        raise ToolError("tool.not_json", tool=name, problem=Words("json.no_object"))
    return call(name, arguments)


def call_batch(name: str, path: Path) -> Iterator[dict[str, Any]]:
    """One call per JSON line {id, ...arguments}: {id, result} or {id, error}; a bad line does not stop the rest."""
    tool(name)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("file.unreadable", path=path, problem=error) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(name, line, number)


def _answer(name: str, line: str, number: int) -> dict[str, Any]:
    key: object = number
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ToolError("tool.not_json", tool=name, problem=f"line {number} is no object")
        key = record.pop("id", number)
        return {"id": key, "result": call(name, record)}
    except ExpertError as error:
        return {"id": key, "error": {"code": error.code, "message": error.sentence()}}
    except ValueError as error:
        return {"id": key, "error": {"code": "tool.not_json", "message": str(error)}}


def plain(value: object) -> object:
    """Results as JSON: figures with their records, remarks as their English text and key."""
    match value:
        case Figure():
            return value.model_dump()
        case Remark():
            return {"key": value.key, "text": value.render("en").text}
        case BaseModel():
            return value.model_dump(mode="json")
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name: plain(getattr(value, name)) for name in asdict_names(value)}
        case _:
            return value


def asdict_names(value: object) -> list[str]:
    """Field names of a dataclass instance."""
    return list(getattr(value, "__dataclass_fields__", {}))
