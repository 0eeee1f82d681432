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


def check(results: dict[str, dict[str, str]], moments: int) -> None:
    assert len(results) >= 5
    for name, points in results.items():
        whole = points.pop("whole")
        events = whole.count("\n")
        assert len(points) == events * moments, name
        assert '"plan":{' in whole, name
        assert [point for point, outcome in points.items() if outcome != whole] == [], name


def test_sqlite_survives_a_kill_before_and_after_every_event(quick_folder: Path) -> None:
    check(outcomes(str(quick_folder / "s.sqlite3"), quick_folder, "before", "after"), moments=2)


def test_postgresql_survives_a_kill_after_every_event(postgres: str, quick_folder: Path) -> None:
    check(outcomes(postgres, quick_folder, "after"), moments=1)


@pytest.mark.slow
def test_postgresql_survives_a_kill_before_every_commit(postgres: str, quick_folder: Path) -> None:
    check(outcomes(postgres, quick_folder, "before"), moments=1)
