"""SAMPLES.md names source and terms of every file that projects are given."""

from __future__ import annotations

import re
from pathlib import Path

from deep_learning_expert.tools.recipe.project.tables import FOLDER


def _named() -> dict[str, list[str]]:
    rows = re.findall(
        r"^\| `([^`]+/samples/[^`]+)` \|(.+)\|$", (FOLDER / "SAMPLES.md").read_text("utf-8"), re.MULTILINE
    )
    return {path: [cell.strip() for cell in cells.split("|")] for path, cells in rows}


def _held() -> set[str]:
    files = (path for path in FOLDER.rglob("samples/*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix() for path in files}


def test_every_sample_has_a_row_and_every_row_a_sample() -> None:
    assert set(_named()) == _held()


def test_every_row_names_what_it_is_where_from_and_on_which_terms() -> None:
    for path, cells in _named().items():
        assert len(cells) == 3 and all(cells), path


def test_no_sample_is_of_unclear_terms() -> None:
    free = re.compile(r"public domain|CC BY|as this project|for any purpose")
    assert [path for path, cells in _named().items() if not free.search(cells[2])] == []


def test_samples_are_small_enough_to_pass_on() -> None:
    assert sum(Path(FOLDER / path).stat().st_size for path in _held()) < 2_000_000
