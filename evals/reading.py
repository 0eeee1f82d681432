"""Conversations from their files: one YAML file each, a folder is a suite. One clear sentence for all that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from deep_learning_expert.evals.conversation import TAGS, Conversation
from deep_learning_expert.evals.yaml_text import parse_yaml
from deep_learning_expert.tools.errors import FileError, ScriptError

SHIPPED = Path(__file__).with_name("conversations")
Suites = Mapping[str, list[Conversation]]


def load_suites(name: str | None = None, only: str | None = None) -> Suites:
    """The conversations to play, by suite. name: a shipped suite, a folder or a file; None for all that are shipped;
    only: an id or a pattern of ids ("resume-*"). Errors: FileError, ScriptError.
    """
    suites: dict[str, list[Conversation]] = {}
    for path in _files(name):
        suites.setdefault(path.parent.name, []).append(load_conversation(path))
    _refuse_twins(suites)
    if only is None:
        return suites
    kept = {suite: [item for item in items if fnmatchcase(item.id, only)] for suite, items in suites.items()}
    kept = {suite: items for suite, items in kept.items() if items}
    if not kept:
        ids = [item.id for items in suites.values() for item in items]
        near = difflib.get_close_matches(only, ids, n=3, cutoff=0.3) or ids[:3]
        raise ScriptError("eval.no_conversation", name=only, nearest=", ".join(near))
    return kept


def _files(name: str | None) -> list[Path]:
    shipped = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
    place = SHIPPED if name is None else SHIPPED / name if name in shipped else Path(name)
    if place.is_file():
        return [place]
    found = sorted(place.rglob("*.yaml")) if place.is_dir() else []
    if not found:
        raise FileError("eval.no_suite", name=name, known=", ".join(shipped))
    return found


def _refuse_twins(suites: Suites) -> None:
    seen: dict[str, str] = {}
    for suite, items in suites.items():
        for item in items:
            if item.id in seen:
                raise ScriptError("eval.twin", id=item.id, first=seen[item.id], second=suite)
            seen[item.id] = suite


def load_conversation(path: Path) -> Conversation:
    """The conversation in a file; errors: FileError, ScriptError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("file.unreadable", path=path, problem=error) from error
    conversation = parse_conversation(text, path.name)
    if conversation.id != path.stem:
        raise ScriptError("eval.id", source=path.name, id=conversation.id)
    return conversation


def parse_conversation(text: str, source: str) -> Conversation:
    """The conversation in a YAML text; errors: ScriptError naming the place of the first fault."""
    data = parse_yaml(text, source)
    if not isinstance(data, dict):
        raise ScriptError("eval.not_mapping", source=source)
    try:
        return Conversation.model_validate(data)
    except ValidationError as error:
        raise _as_script_error(error, source) from None


def _as_script_error(error: ValidationError, source: str) -> ScriptError:
    """The first fault as a sentence; unknown keys come first, since they usually explain missing ones."""
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    where = _dotted(fault["loc"]) or "the conversation"
    match fault["type"]:
        case "extra_forbidden":
            return _unknown_key(fault["loc"], source)
        case "missing":
            return ScriptError("eval.missing", source=source, where=where)
        case "literal_error" if fault["loc"][0] == "tests":
            near = difflib.get_close_matches(str(fault["input"]), TAGS, n=1, cutoff=0.0)
            return ScriptError("eval.unknown_tag", source=source, tag=fault["input"], nearest=near[0])
        case code if code.startswith("eval."):
            return ScriptError(code, source=source, where=where, **fault.get("ctx", {}))
        case _:
            return ScriptError(
                "eval.wrong_value", source=source, where=where, problem=fault["msg"], found=fault["input"]
            )


def _unknown_key(loc: tuple[int | str, ...], source: str) -> ScriptError:
    known = _keys_at(loc[:-1])
    key, parent = str(loc[-1]), _dotted(loc[:-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        return ScriptError("eval.unknown_key", source=source, where=_dotted(loc), nearest=near[0])
    return ScriptError(
        "eval.unknown_key_no_match", source=source, where=_dotted(loc), parent=parent, known=", ".join(known)
    )


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the format knows at a place."""
    models: list[type[BaseModel]] = [Conversation]
    for part in loc:
        fields = [model.model_fields[part] for model in models if isinstance(part, str) and part in model.model_fields]
        if fields:
            models = [inner for field in fields for inner in _models_in(field.annotation)]
    return list(dict.fromkeys(name for model in models for name in model.model_fields))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not None or isinstance(annotation, UnionType) or annotation is Union:
        for part in get_args(annotation):
            yield from _models_in(part)


_UNION_PARTS = {"Bounds", "Holding", "str", "bool", "int", "float"}  # pydantic names the tried members of a union


def _dotted(loc: tuple[int | str, ...]) -> str:
    """A place as its writer counts: turns[1] is the first turn."""
    text = ""
    for part in loc:
        if part in _UNION_PARTS or str(part).startswith("list["):
            continue
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
