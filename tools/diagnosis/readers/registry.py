"""Which reader takes a file: told by its content, never by its name."""

from __future__ import annotations

import json
from pathlib import Path

from deep_learning_expert.tools.diagnosis.canonical import canonical_runs
from deep_learning_expert.tools.diagnosis.readers import delimited, history, json_lines, text_lines, trainer_state
from deep_learning_expert.tools.diagnosis.run import Parsed, Run
from deep_learning_expert.tools.errors import FileError, ToolError, os_problem

_MOST_BYTES = 256 * 1024 * 1024
_SNIFFED_CHARS = 8192
# Text logs hold next to no control characters besides white space, ANSI escapes and padding NULs.
_MOST_CONTROL_SHARE = 0.05
_TEXT_CONTROLS = frozenset("\t\r\n\x1b\b\f")


def read_path(path: Path) -> tuple[Run, ...]:
    """All runs in one file. Errors: FileError (no such file, a folder, too large), ToolError (no log in it)."""
    if path.is_dir():
        raise FileError("diagnosis.is_folder", path=path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileError("diagnosis.too_large", path=path)
        text = _decoded(path.read_bytes())
    except OSError as problem:
        raise FileError("diagnosis.unreadable", path=path, problem=os_problem(problem)) from problem
    return read_text(text, path.name)


def read_text(text: str, source: str) -> tuple[Run, ...]:
    """All runs in a log's text. Errors: ToolError when it is binary or holds no training curve we can read."""
    text = text.replace("\0", "").lstrip()
    head = text[:_SNIFFED_CHARS]
    strange = sum((not char.isprintable() and char not in _TEXT_CONTROLS) or char == "\ufffd" for char in head)
    if strange > _MOST_CONTROL_SHARE * len(head):
        raise ToolError("diagnosis.binary", source=source)
    parsed = _parsed(text)
    runs = canonical_runs(parsed, source) if parsed else ()
    if not runs:
        raise ToolError("diagnosis.no_curve", source=source)
    return runs


def _decoded(raw: bytes) -> str:
    """Windows shells write UTF-16; everything else is read as UTF-8."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return raw.decode(encoding, errors="replace")


def _parsed(text: str) -> Parsed | None:
    """The first reader that finds rows; text with pairs is the last resort, since nearly anything holds some."""
    if text.startswith(("{", "[")):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        whole = (trainer_state.read(data) or history.read(data)) if data is not None else None
        if whole is not None:
            return whole
    lines = json_lines.read(text) if text.startswith("{") else delimited.read(text)
    return lines or text_lines.read(text)
