"""From bytes to a `Task`, with one clear sentence for everything that can be wrong on the way."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from deep_learning_expert.skill.contract.task import MAX_TEXT_CHARS, Task, TaskType
from deep_learning_expert.tools.errors import FileError, TaskError, Words, json_problem, os_problem

MAX_TASK_BYTES = 1_000_000
_STRUCTURE_CHARS = "\n\t\r"


def load_task(path: Path) -> Task:
    """The task in a JSON file; errors: FileError, TaskError."""
    if path.is_dir():
        raise FileError("file.is_directory", path=path)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_TASK_BYTES else b""
    except OSError as error:
        raise FileError("file.unreadable", path=path, problem=os_problem(error)) from error
    if size > MAX_TASK_BYTES:
        raise FileError("file.too_large", path=path, size=f"{size:,}", limit=f"{MAX_TASK_BYTES:,}")
    return parse_task(content, source=str(path))


def parse_task(content: bytes | str, source: str = "the task") -> Task:
    """The task in a JSON text; errors: TaskError with the place and the remedy."""
    return read_task_object(decode_json(content, source), source)


def decode_json(content: bytes | str, source: str) -> object:
    """JSON text to objects; duplicate keys and NaN are refused. errors: TaskError."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    except UnicodeDecodeError as error:
        raise TaskError("task.not_utf8", source=source, position=error.start) from error
    if not text.strip():
        raise TaskError("task.empty", source=source)
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problem = json_problem(error)
        raise TaskError(
            "task.not_json", source=source, problem=problem, line=error.lineno, column=error.colno
        ) from error
    except ValueError as error:  # Python reads no integer of thousands of digits
        raise TaskError("task.unreadable", source=source, problem=Words("json.long_number")) from error
    except RecursionError as error:
        raise TaskError("task.too_deep", source=source) from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise TaskError("task.duplicate_key", key=key)
        result[key] = value
    return result


def _no_constant(name: str) -> object:
    raise TaskError("task.not_a_value", value=name)


def read_task_object(data: object, source: str = "the task") -> Task:
    """A decoded JSON value to a `Task`; errors: TaskError naming the JSON path of the first fault."""
    if not isinstance(data, Mapping):
        raise TaskError("task.not_object", source=source, found=_kind(data))
    if not data:
        raise TaskError("task.empty", source=source)
    cleaned = _cleaned(data, "")
    try:
        return Task.model_validate(cleaned)
    except ValidationError as error:
        raise _as_task_error(error) from None


@cache
def _type_aliases() -> Mapping[str, str]:
    path = Path(__file__).with_name("task_types.toml")
    return {
        alias: task_type
        for task_type, aliases in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for alias in aliases
    }


def _cleaned(value: object, path: str) -> object:
    """Strings checked for stray characters, blank optional text dropped, the task type in its usual spellings."""
    if isinstance(value, str):
        _refuse_control_characters(value, path)
        return _type_aliases().get(value.strip().casefold(), value) if path == "task.type" else value
    if isinstance(value, Mapping):
        items = ((str(key), item) for key, item in value.items())
        return {
            key: _cleaned(item, f"{path}.{key}" if path else key)
            for key, item in items
            if not (isinstance(item, str) and not item.strip() and f"{path}.{key}" not in ("task.type", "task.domain"))
        }
    if isinstance(value, list):
        return [_cleaned(item, f"{path}[{index}]") for index, item in enumerate(value)]
    return value


def _refuse_control_characters(text: str, path: str) -> None:
    if text.isprintable():
        return
    for position, char in enumerate(text[: MAX_TEXT_CHARS + 1]):
        point = ord(char)
        if (point < 32 and char not in _STRUCTURE_CHARS) or point == 127 or 0xD800 <= point <= 0xDFFF:
            raise TaskError("task.control_character", where=path, point=f"U+{point:04X}", position=position)


def _as_task_error(error: ValidationError) -> TaskError:
    """The first fault as a sentence; unknown keys come first, since they usually explain missing ones."""
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    where = _dotted(fault["loc"])
    match fault["type"]:
        case "extra_forbidden":
            return _unknown_key(where)
        case "missing":
            code = "task.missing_section" if "." not in where else "task.missing_key"
            return TaskError(code, where=where)
        case "literal_error":
            return TaskError("task.unknown_type", where=where, value=fault["input"], known=_TASK_TYPES)
        case "string_too_long":
            return TaskError(
                "task.too_long", where=where, length=f"{len(fault['input']):,}", limit=f"{MAX_TEXT_CHARS:,}"
            )
        case "string_too_short":
            return TaskError("task.missing_key", where=where)
        case _:
            return TaskError(
                "task.wrong_type", where=where, expected=_expected(fault["type"]), found=_kind(fault["input"])
            )


def _dotted(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


_TASK_TYPES = ", ".join(get_args(TaskType))
_EXPECTED = {
    "string_type": "text",
    "bool_parsing": "flag",
    "bool_type": "flag",
    "list_type": "list",
    "model_type": "object",
    "dict_type": "object",
}
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "flag"),
    (str, "text"),
    (int, "number"),
    (float, "number"),
    (list, "list"),
    (Mapping, "object"),
)


def _expected(error_type: str) -> Words:
    return Words(f"kind.{_EXPECTED.get(error_type, 'other')}")


def _kind(value: object) -> Words:
    if value is None:
        return Words("kind.null")
    return Words(f"kind.{next((name for kind, name in _KINDS if isinstance(value, kind)), 'other')}")


def _unknown_key(where: str) -> TaskError:
    parent, _, key = where.rpartition(".")
    known = list(key_paths(Task))
    siblings = [path for path in known if path.rpartition(".")[0] == parent]
    by_name = {path.rpartition(".")[2].casefold(): path for path in [*known, *siblings]}
    near = difflib.get_close_matches(key.casefold().replace("_", ""), by_name, n=1, cutoff=0.5)
    if near:
        return TaskError("task.unknown_key", where=where, nearest=by_name[near[0]])
    return TaskError("task.unknown_key_no_match", where=where, known=", ".join(siblings))


def key_paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """All JSON paths of a contract model, dotted ("constraints.modelSizeLimit")."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield path
        for inner in _models_in(field.annotation):
            yield from key_paths(inner, f"{path}.")


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, list):
        for part in get_args(annotation):
            yield from _models_in(part)
