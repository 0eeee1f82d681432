"""Several processes on one store, new when they begin: every accepted turn is there once, in its writer's order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deep_learning_expert.skill.sessions.recorded import resume
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.workflow.events import Answered

PROGRAM = Path(__file__).with_name("writers.py")
WRITERS = ("a", "b", "c", "d")


def crowd(place: str, turns: int) -> None:
    command = [sys.executable, str(PROGRAM), place]
    running = [
        subprocess.Popen([*command, me, str(turns)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for me in WRITERS
    ]
    refused = 0
    for process in running:
        printed, complaint = process.communicate(timeout=300)
        assert process.returncode == 0, complaint
        refused += int(printed)
    assert refused > 0, "the writers never met, so nothing was tested"
    with EventStore(place) as store:
        texts = [item.event.text for item in store.read("shared")[1][1:] if isinstance(item.event, Answered)]
        assert len(texts) == len(WRITERS) * turns
        for me in WRITERS:
            assert [text for text in texts if text.startswith(me)] == [f"{me}:{turn}" for turn in range(turns)]
        own = [info.name for info in store.sessions() if info.name.startswith("own-")]
        answers = 0
        for name in own:
            talk = resume(store, name)
            answers += sum(event.kind == "answered" for event in talk.session.events)
            assert talk.session.state.name == "planned"
        assert answers == len(WRITERS) * turns


def test_four_processes_on_one_store(place: str) -> None:
    crowd(place, turns=20)


@pytest.mark.slow
def test_four_processes_with_many_turns_on_one_store(place: str) -> None:
    crowd(place, turns=250)
