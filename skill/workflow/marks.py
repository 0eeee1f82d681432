"""Checklist items that only the real world can tick: marked by the evidence that stands, never by a plan."""

from __future__ import annotations

from collections.abc import Mapping

from deep_learning_expert.skill.contract.report import ItemState, StepName
from deep_learning_expert.skill.workflow.state import State

_MISSED = ("missed_with_room", "missed_without_room")


def marks_by_evidence(state: State) -> Mapping[StepName, Mapping[str, ItemState]]:
    """Step -> item -> its mark, for what was measured or written since the plan last changed."""
    compression: dict[str, ItemState] = {}
    verification: dict[str, ItemState] = {}
    for observation in state.standing:
        if observation.evidence == "compression":
            compression["drop_measured"] = "done"
        if observation.evidence == "test":
            missed = any(observation.facts.get(fact, False) for fact in _MISSED)
            verification["target"] = "failed" if missed else "done"
    if state.card_written and "target" in verification:
        verification["model_card"] = "done"
    return {"compression": compression, "verification": verification}
