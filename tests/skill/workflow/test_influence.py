"""Questions are ranked by what they would change, and facts that change nothing are not asked."""

from __future__ import annotations

from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.influence import influence, ranked_gaps

TASK = {"task": {"type": "detection", "domain": "CV", "specificTask": "find defects"}, "data": {}, "constraints": {}}


def context(**data: str) -> Context:
    return Context({**TASK, "data": data}, "en", False)


def test_facts_that_move_decisions_have_influence() -> None:
    shares = {gap.id: influence(context(), gap) for gap in context().gaps}
    assert shares["data_size"] > 0.2
    assert shares["compute"] > 0.2
    assert shares["latency"] > 0.2


def test_a_fact_that_moves_nothing_is_not_asked() -> None:
    gaps = {gap.id for gap in context().gaps}
    asked = {gap.id for gap in ranked_gaps(context())}
    assert "target" in gaps - asked


def test_what_was_answered_is_not_asked_again() -> None:
    assert "data_size" not in {gap.id for gap in ranked_gaps(context(size="5,000 images"))}
