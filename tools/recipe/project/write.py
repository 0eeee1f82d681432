"""Writes a runnable training project from a report, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.errors import FileError, os_problem
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render


def write_project(report: Mapping[str, Any], target: Path, backend: str | None = None) -> list[Path]:
    """Writes the project of `report` (a `Report` as JSON object) into the new or empty folder `target`.

    backend: id of the back end to write for, None for the one that backends.toml prefers.
    Returns the files written, sorted. The files appear together: they are made in a sibling folder which then takes
    the target's place, so that a failure leaves nothing behind.

    Errors: InputError when the report is none or is not planned, CannotSayError when no back end can write what the
    plan asks for (both before anything is written), FileError when `target` is in use or cannot be written.
    """
    texts = render(read_choice(report, backend))
    target = target.absolute()
    try:
        _check_free(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_all(texts, target)
    except OSError as problem:
        raise FileError("project.unwritable", path=target, problem=os_problem(problem)) from problem
    return sorted(target / name for name in texts)


def _check_free(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise FileError("project.not_a_folder", path=target)
    if any(target.iterdir()):
        raise FileError("project.folder_not_empty", path=target)


def _write_all(texts: Mapping[str, str], target: Path) -> None:
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8")
        part.chmod(0o755)
        # Replaces an empty folder in one step, and fails if somebody has put files into it meanwhile.
        os.replace(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
