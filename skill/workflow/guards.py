"""The conditions of the transition table: pure functions of the state before the event, and of the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from deep_learning_expert.skill.workflow.events import Amended, Event, Observed, StepDone, WentBack
from deep_learning_expert.skill.workflow.transitions import STEPS

if TYPE_CHECKING:
    from deep_learning_expert.skill.workflow.state import State

Guard = Callable[["State", Event], bool]

# Source: the skill's step 5 ("several rounds") and step 6 loops, set in the design: three rounds, 5 points.
STALLED_ROUNDS = 3
SAME_FAILURES = 3


def _at(step: str) -> Guard:
    return lambda _, event: isinstance(event, StepDone) and event.step == step


def _fact(name: str) -> Guard:
    return lambda _, event: isinstance(event, Observed | StepDone) and event.facts.get(name, False)


def _amends(step: str) -> Guard:
    return lambda _, event: isinstance(event, Amended) and event.step == step


def _back_to(target: str) -> Guard:
    """Once per target: going back again would be a circle."""
    rule = f"model-back-to-{target}"
    return lambda state, event: (
        isinstance(event, WentBack) and event.target == target and not any(entry.rule == rule for entry in state.trace)
    )


def _same_failure_thrice(state: State, event: Event) -> bool:
    """The failure was met twice before, and now again, in rounds one after the other."""
    if not isinstance(event, Observed) or not event.failure:
        return False
    before = state.failures[-(SAME_FAILURES - 1) :]
    return len(before) == SAME_FAILURES - 1 and all(failure == event.failure for failure in before)


def _stalled(state: State, event: Event) -> bool:
    """No gain beyond seed noise, this time and in the rounds just before."""
    rounds = (*state.stalled_rounds, isinstance(event, Observed) and event.facts.get("no_gain", False))
    return len(rounds) >= STALLED_ROUNDS and all(rounds[-STALLED_ROUNDS:])


def _stalled_again(state: State, event: Event) -> bool:
    return _stalled(state, event) and "next-architecture" in state.actions


def _drop_too_large_again(state: State, event: Event) -> bool:
    return _fact("drop_too_large")(state, event) and "relax-compression" in state.actions


GUARDS: Mapping[str, Guard] = {
    "": lambda _state, _event: True,
    **{f"at_{step}": _at(step) for step in STEPS},
    **{f"amends_{step}": _amends(step) for step in STEPS},
    **{f"back_to_{step}": _back_to(step) for step in STEPS},
    "target_out_of_reach": lambda state, event: (
        _at("verification")(state, event) and _fact("target_out_of_reach")(state, event)
    ),
    "same_failure_thrice": _same_failure_thrice,
    "production_gap": _fact("production_gap"),
    "unstable": _fact("unstable"),
    "validation_not_moving": _fact("validation_not_moving"),
    "stalled_three_rounds": _stalled,
    "stalled_again": _stalled_again,
    "overfitting": _fact("overfitting"),
    "underfitting": _fact("underfitting"),
    "slow": _fact("slow"),
    "drop_too_large": _fact("drop_too_large"),
    "drop_too_large_again": _drop_too_large_again,
    "missed_without_room": _fact("missed_without_room"),
    "missed_with_room": _fact("missed_with_room"),
}
