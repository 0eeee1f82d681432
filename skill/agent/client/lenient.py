"""Mends JSON and text as models write them, changing the form and never the content; used by `replies` alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

DEEPEST_NESTING = 40  # levels of a call's arguments; no tool of ours goes beyond 5
_WIDEST_INTEGER_BITS = 1024  # beyond any quantity, below what Python refuses to print

# Code fences, and the tag in which Hermes and Qwen models write a call. The tag's body may not hold the tag again,
# which keeps the search linear.
FENCE = re.compile(r"```[\w-]*\n(.*?)```|<tool_call>((?:(?!<tool_call>).)*?)</tool_call>", re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]][}\]\s]*)\Z")
_THINKING = re.compile(r"</?(?:think|thinking|reasoning|thought)>")


class Malformed(Exception):
    """What is wrong with the answer: a name under errors.model.why."""


def refuse(why: str) -> NoReturn:
    """Errors: Malformed, always."""
    raise Malformed(why)


def loaded(text: str) -> object:
    """Strict JSON; errors: ValueError."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")  # Python's reader would take NaN and Infinity


def parsed(text: str, mended: Callable[[str], None]) -> object:
    """JSON, also inside a code fence or with one comma too many before the last brackets; errors: Malformed."""
    fence = FENCE.fullmatch(text.strip())
    inner = inside(fence) if fence else text
    for candidate, repair in ((inner, None), (_TRAILING_COMMA.sub(r"\1", inner), "trailing-comma")):
        try:
            value = loaded(candidate)
        except ValueError:
            continue
        if fence:
            mended("code-fence")
        if repair:
            mended(repair)
        return value
    refuse("arguments_no_json")


def inside(fence: re.Match[str]) -> str:
    """The text between the marks of a fence."""
    return (fence.group(1) or fence.group(2) or "").strip()


def without_thinking(text: str) -> str:
    """Drops <think>…</think>, also unopened (the template opened it) or never closed (cut off)."""
    kept: list[str] = []
    position, inside_tag = 0, False
    for tag in _THINKING.finditer(text):
        closing = tag.group().startswith("</")
        if not inside_tag and closing:
            kept.clear()
        elif not inside_tag:
            kept.append(text[position : tag.start()])
        inside_tag, position = not closing, tag.end()
    return "".join(kept if inside_tag else [*kept, text[position:]])


def clean(text: str) -> str:
    """Without lone surrogates and NUL, which no store and no next request could carry."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def plain(value: object, depth: int = 0) -> Any:
    """The same JSON value, cleaned and checked all the way down; errors: Malformed."""
    if depth > DEEPEST_NESTING:
        refuse("too_deep")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and value.bit_length() <= _WIDEST_INTEGER_BITS:
        return value
    if value is None or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {clean(key): plain(item, depth + 1) for key, item in value.items()}
    refuse("arguments_no_json")
