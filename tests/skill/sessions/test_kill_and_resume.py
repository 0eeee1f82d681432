"""A process killed at any event loses nothing: another one resumes to the very same events and report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("conversations.py")


def outcomes(place: str, folder: Path, *moments: str) -> dict[str, dict[str, str]]:
    command = [sys.executable, str(PROGRAM), place, str(folder), *moments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def check(results: dict[str, dict[str, str]]) -> None:
    assert len(results) >= 5
    for name, points in results.items():
        whole = points.pop("whole")
        events = whole.count("\n")
        assert len(points) == events, name
        assert '"plan":{' in whole, name
        assert [point for point, outcome in points.items() if outcome != whole] == [], name


@pytest.fixture(params=["sqlite", "postgres"])
def killed_at(request: pytest.FixtureRequest, quick_folder: Path) -> str:
    """The store the killed processes share."""
    return str(quick_folder / "s.sqlite3") if request.param == "sqlite" else request.getfixturevalue("postgres")


def test_a_kill_after_any_event_changes_nothing(killed_at: str, quick_folder: Path) -> None:
    check(outcomes(killed_at, quick_folder, "after"))


@pytest.mark.slow
def test_a_kill_in_the_middle_of_any_commit_changes_nothing(killed_at: str, quick_folder: Path) -> None:
    check(outcomes(killed_at, quick_folder, "before"))
