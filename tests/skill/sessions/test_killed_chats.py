"""A chat killed at any event, also before there is a task, goes on to the same session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deep_learning_expert.skill.interfaces.chat import run_chat
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
from deep_learning_expert.skill.sessions.recorded import resume
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.sessions.transfer import export_lines, import_lines
from deep_learning_expert.tools.errors import SessionError

_LINES = {
    "en": [
        "I want to fine-tune a neural network in PyTorch",
        "find scratches in photos of screws",
        "4,000",
        "RTX 3060",
    ],
    "zh": ["我想训练一个神经网络", "在螺丝照片里检测划痕，4000 张都标好了", "单卡 3060"],
}
_DYING = """
import os, signal, sys
from itertools import count
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.interfaces.chat import run_chat
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
store, last, written = EventStore(sys.argv[1]), int(sys.argv[2]), count(1)
def dying(plain, events):
    def write(*arguments):
        made = plain(*arguments)
        for _ in range(events(arguments)):
            if next(written) == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return made
    return write
store.restore = dying(store.restore, lambda arguments: len(arguments[1]))
store.append = dying(store.append, lambda arguments: 1)
lines = iter(sys.argv[3:])
run_chat(lambda: next(lines, None), lambda text: None, kept=ChatSession(store, "talk"))
"""
_OF_THE_PERSON = ("heard", "answered")


def talk(store: EventStore, *lines: str) -> list[str]:
    said: list[str] = []
    left = iter(lines)
    run_chat(lambda: next(left, None), said.append, kept=ChatSession(store, "talk"))
    return said


def kinds(store: EventStore) -> list[str]:
    return [item.event.model_dump_json() for item in store.read("talk")[1]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_chat_killed_after_any_event_goes_on_to_the_same_session(lang: str, tmp_path: Path) -> None:
    lines = _LINES[lang]
    with EventStore(str(tmp_path / "whole.db")) as store:
        talk(store, *lines)
        whole = kinds(store)
    assert sum('"kind":"heard"' in event for event in whole) >= 2
    for number in range(1, len(whole) + 1):
        place = str(tmp_path / f"{number}.db")
        died = subprocess.run([sys.executable, "-c", _DYING, place, str(number), *lines], capture_output=True)
        assert died.returncode == -9, died.stderr.decode()
        with EventStore(place) as store:
            kept = [item.event.kind for item in store.read("talk")[1]]
            assert len(kept) == number
            talk(store, *lines[sum(kind in _OF_THE_PERSON for kind in kept) :])
            assert kinds(store) == whole, number


def test_what_was_said_before_the_task_is_known_again(tmp_path: Path) -> None:
    with EventStore(str(tmp_path / "a.db")) as store:
        talk(store, "I have 4,000 labelled photos and one RTX 3060, I want to train a network")
        said = "\n".join(talk(store, "find scratches in photos of screws"))
        assert "Going on with the session talk" in said and "RTX 3060" in said and "Model design" in said


def test_a_question_that_was_not_answered_is_asked_again(tmp_path: Path) -> None:
    with EventStore(str(tmp_path / "a.db")) as store:
        asked = talk(store, "my model is bad")[-1]
        assert talk(store)[-1] == asked


def test_a_session_without_a_task_says_how_to_go_on(tmp_path: Path) -> None:
    with EventStore(str(tmp_path / "a.db")) as store:
        talk(store, "I want to fine-tune a neural network")
        assert store.sessions()[0].state == "listening"
        with pytest.raises(SessionError, match="no task has been stated"):
            resume(store, "talk")
        moved = import_lines(store, export_lines(store, "talk"), "moved")
        assert moved.state == "listening"
