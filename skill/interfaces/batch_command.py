"""What `dl-expert plan --batch` does: one report per line of tasks, written side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deep_learning_expert.skill.contract.reading import decode_json, read_task_object
from deep_learning_expert.skill.expert import Expert, LanguageChoice
from deep_learning_expert.tools.errors import ExpertError, FileError, TaskError, Words, os_problem


def plan_batch(
    tasks: Path, out: Path, *, language: LanguageChoice, assume: bool, expert: Expert
) -> Iterator[dict[str, Any]]:
    """Each line, a task with an optional "id", becomes out/<id>.json; yields {id, status} or {id, error}.

    A bad line does not stop the rest. Errors: FileError when the tasks cannot be read or `out` cannot be written.
    """
    try:
        lines = tasks.read_text(encoding="utf-8").splitlines()
        out.mkdir(parents=True, exist_ok=True)
    except UnicodeDecodeError as error:
        raise FileError("file.unreadable", path=tasks, problem="it is not UTF-8") from error
    except OSError as error:
        raise FileError("file.unreadable", path=error.filename or tasks, problem=os_problem(error)) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _plan_line(line, number, f"{tasks}, line {number}", out, language, assume, expert)


def _plan_line(
    line: str, number: int, source: str, out: Path, language: LanguageChoice, assume: bool, expert: Expert
) -> dict[str, Any]:
    key = f"{number:05d}"
    try:
        data = decode_json(line, source)
        if not isinstance(data, dict):
            raise TaskError("task.not_object", source=source, found=Words("kind.other"))
        key = _file_name(data.pop("id", key))
        report = expert.plan(read_task_object(data, source), language=language, assume=assume)
        (out / f"{key}.json").write_text(report.model_dump_json(indent=1), encoding="utf-8")
        return {"id": key, "status": report.status}
    except ExpertError as error:
        return {"id": key, "error": {"code": error.code, "message": error.sentence()}}
    except OSError as error:
        raise FileError("file.unwritable", path=out, problem=os_problem(error)) from error


def _file_name(name: object) -> str:
    """An id as a safe file name: letters, digits, dots, dashes and underscores, never a path."""
    kept = "".join(char if char.isalnum() or char in "-_." else "_" for char in str(name)).strip(".")
    return kept[:100] or "task"


def as_line(answer: dict[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(answer, ensure_ascii=False)
