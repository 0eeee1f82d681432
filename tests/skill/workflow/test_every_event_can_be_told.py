"""Whatever can happen in a session has its words in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from deep_learning_expert.prompts.phrases import exists
from deep_learning_expert.skill.workflow.events import Change, Event
from deep_learning_expert.skill.workflow.transitions import StateName

ROOT = Path(__file__).parents[3]
KINDS = [kind.model_fields["kind"].default for kind in get_args(get_args(Event)[0])]


@pytest.mark.parametrize("kind", KINDS)
def test_a_listing_of_events_has_a_phrase(kind: str) -> None:
    assert exists(f"sessions.kind.{kind}")


@pytest.mark.parametrize("state", get_args(StateName))
def test_a_listing_of_sessions_has_a_phrase(state: str) -> None:
    assert exists(f"sessions.state.{state}")


@pytest.mark.parametrize("change", get_args(Change))
def test_a_change_of_the_model_has_a_notice(change: str) -> None:
    assert exists(f"agent.notice.{change}")


def test_every_error_and_every_stop_of_the_agent_has_its_sentence() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "skill" / "agent").rglob("*.py"))
    codes = set(re.findall(r'Error\(\s*"((?:agent|model|script|setting)\.\w+)"', source))
    assert len(codes) > 20
    assert not [code for code in codes if not exists(f"errors.{code}")]
    stops = set(re.findall(r'"(limit_\w+|faults|unreachable)"', source))
    assert {"limit_calls", "faults", "unreachable"} <= stops
    assert not [stop for stop in stops if not exists(f"agent.stopped.{stop}")]
    faults = set(re.findall(r'"model\.(malformed|cut|empty)"', source))
    assert not [fault for fault in faults if not exists(f"agent.correction.{fault}")]
