"""The workflow as one table: (state, event, guard) -> state, with the action the loop takes.

Rows are tried from top to bottom; the first whose state, event kind and guard fit is taken. An event that fits no row
is refused (WorkflowError): there is no other way to change the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from deep_learning_expert.skill.contract.report import StepName

StateName = Literal[
    "requirements", "architecture", "recipe", "experiment", "diagnosis", "compression", "verification",
    "listening", "asking", "out_of_scope", "planned", "renegotiating", "stopped",
]  # fmt: skip
STEPS: tuple[StepName, ...] = get_args(StepName)
FINAL: tuple[StateName, ...] = ("out_of_scope", "stopped")
RESTING: tuple[StateName, ...] = ("listening", "asking", "out_of_scope", "planned", "renegotiating", "stopped")

Action = Literal[
    "", "check-stability", "check-data", "regularise", "add-capacity", "train-longer", "next-architecture",
    "revisit-goal", "relax-compression", "distil", "adapt-domain", "ask-user", "adopt-answer", "celebrate",
]  # fmt: skip

_WITH_MODEL: tuple[StateName, ...] = (*STEPS, "asking", "planned", "renegotiating")
# Where a step's own evidence may send the work back to; each way is open once in a session.
BACK: Mapping[StepName, tuple[StepName, ...]] = {
    "requirements": (),
    "architecture": (),
    "recipe": ("architecture",),
    "experiment": ("recipe",),
    "diagnosis": ("recipe", "architecture"),
    "compression": ("recipe", "architecture"),
    "verification": ("compression", "architecture"),
}


@dataclass(frozen=True)
class Row:
    """rule: stable name shown in the trace; guard: a name in `guards.py`, empty for always."""

    source: StateName | Literal["*", "step"]
    event: str
    guard: str
    target: StateName
    rule: str
    action: Action = ""


TABLE: tuple[Row, ...] = (
    # beginning, asking, ending
    Row("listening", "heard", "", "listening", "listen"),
    Row("listening", "started", "", "requirements", "start"),
    Row("*", "stopped", "", "stopped", "stop"),
    Row("requirements", "scope_refused", "", "out_of_scope", "scope"),
    Row("requirements", "questions_asked", "", "asking", "loop1-ask-missing-facts", "ask-user"),
    Row("asking", "questions_asked", "", "asking", "ask"),
    Row("asking", "answered", "", "requirements", "answer", "adopt-answer"),
    Row("asking", "assumptions_allowed", "", "requirements", "assume"),
    # the seven steps in order
    Row("requirements", "step_done", "at_requirements", "architecture", "step1-done"),
    Row("architecture", "step_done", "at_architecture", "recipe", "step2-done"),
    Row("recipe", "step_done", "at_recipe", "experiment", "step3-done"),
    Row("experiment", "step_done", "at_experiment", "diagnosis", "step4-done"),
    Row("diagnosis", "step_done", "at_diagnosis", "compression", "step5-done"),
    Row("compression", "step_done", "at_compression", "verification", "step6-done"),
    Row("verification", "step_done", "target_out_of_reach", "renegotiating", "loop7-renegotiate"),
    Row("verification", "step_done", "at_verification", "planned", "step7-done"),
    # evidence comes back: hard stops first, then the loops of the steps
    Row("planned", "observed", "same_failure_thrice", "asking", "same-failure-thrice", "ask-user"),
    Row("planned", "observed", "production_gap", "recipe", "failure4-domain-shift", "adapt-domain"),
    Row("planned", "observed", "unstable", "recipe", "loop3-check-stability", "check-stability"),
    Row("planned", "observed", "validation_not_moving", "experiment", "loop4-check-data", "check-data"),
    Row("planned", "observed", "stalled_again", "requirements", "loop5-revisit-goal", "revisit-goal"),
    Row("planned", "observed", "stalled_three_rounds", "architecture", "loop5-next-architecture", "next-architecture"),
    Row("planned", "observed", "overfitting", "recipe", "step5-overfitting", "regularise"),
    Row("planned", "observed", "underfitting", "recipe", "step5-underfitting", "add-capacity"),
    Row("planned", "observed", "slow", "recipe", "step5-slow", "train-longer"),
    Row("planned", "observed", "drop_too_large_again", "compression", "loop6-distil", "distil"),
    Row("planned", "observed", "drop_too_large", "compression", "loop6-relax-ratio", "relax-compression"),
    Row("planned", "observed", "missed_without_room", "renegotiating", "loop7-renegotiate"),
    Row("planned", "observed", "missed_with_room", "diagnosis", "step7-target-missed"),
    Row("planned", "observed", "", "planned", "evidence-noted", "celebrate"),
    Row("planned", "card_written", "", "planned", "card-written"),
    Row("renegotiating", "card_written", "", "renegotiating", "card-written"),
    # changed limits and new answers re-open the plan from the start; nothing fixed by the user is touched
    Row("planned", "answered", "", "requirements", "limit-changed", "adopt-answer"),
    Row("renegotiating", "answered", "", "requirements", "renegotiated", "adopt-answer"),
    Row("renegotiating", "target_kept", "", "stopped", "loop7-target-kept"),
    # a language model takes part: it speaks, changes the draft of the present step, asks, or sends the work back once
    *(Row(state, "model_turn", "", state, "model-turn") for state in _WITH_MODEL),
    *(Row(state, "model_stopped", "", state, "model-stopped") for state in _WITH_MODEL),
    *(Row(step, "amended", f"amends_{step}", step, "model-amends") for step in STEPS),
    *(Row(step, "questions_asked", "", "asking", "model-asks", "ask-user") for step in STEPS[1:]),
    *(
        Row(step, "went_back", f"back_to_{target}", target, f"model-back-to-{target}")
        for step in STEPS
        for target in BACK[step]
    ),
)


def rows_for(state: StateName, kind: str) -> tuple[Row, ...]:
    """The rows that could apply, in order."""
    return tuple(row for row in TABLE if row.event == kind and (row.source in (state, "*")) and state not in FINAL)
