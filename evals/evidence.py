"""What a turn's `observe` says, as the events that the product makes of it."""

from __future__ import annotations

from pathlib import Path

from deep_learning_expert.evals.conversation import Before, Observe, Production, Tested
from deep_learning_expert.skill.workflow.events import Observed
from deep_learning_expert.skill.workflow.evidence import (
    observe_compression,
    observe_log_text,
    observe_logs,
    observe_production,
    observe_test,
)
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.tools.figures import Figure, given, measured


def observed(wanted: Observe, state: State, folder: Path) -> Observed:
    """One round of evidence; folder: where the conversation's files lie. Errors: as the product's own."""
    if wanted.logs is not None:
        return observe_logs([folder / name for name in wanted.logs], state)
    if wanted.text is not None:
        return observe_log_text(wanted.text, "pasted log", state)
    if wanted.compression is not None:
        part = wanted.compression
        return observe_compression(
            _metric(part, part.before, "uncompressed"), _metric(part, part.after, "compressed"), state
        )
    if wanted.production is not None:
        live = wanted.production
        return observe_production(_metric(live, live.test, "test set"), _metric(live, live.production, "production"))
    assert wanted.test is not None  # the format demands exactly one
    final = wanted.test
    target = given(final.metric, final.target, final.unit, "constraints.accuracyTarget", direction=final.direction)
    return observe_test(
        _metric(final, final.result, "test set"), target, room_left=final.room_left, language=state.language
    )


def _metric(part: Before | Tested | Production, value: float, source: str) -> Figure:
    return measured(part.metric, value, part.unit, source, direction=part.direction)
