"""Any sequence of events leads to a legal state or is refused; the loops of the source are rows of the table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_learning_expert.skill.workflow.events import (
    Answered,
    AssumptionsAllowed,
    CardWritten,
    Event,
    Observed,
    QuestionsAsked,
    ScopeRefused,
    Started,
    StepDone,
    Stopped,
    TargetKept,
    event_from_json,
    event_to_json,
)
from deep_learning_expert.skill.workflow.guards import GUARDS
from deep_learning_expert.skill.workflow.state import fold, step_state
from deep_learning_expert.skill.workflow.transitions import FINAL, RESTING, STEPS, TABLE
from deep_learning_expert.tools.errors import WorkflowError

TASK = {"task": {"type": "classification", "domain": "CV"}, "data": {}, "constraints": {}}
START = Started(task=TASK, language="en")
FACTS = sorted({row.guard for row in TABLE if row.event == "observed" and row.guard} - {"same_failure_thrice"})

events_strategy = st.one_of(
    st.builds(StepDone, step=st.sampled_from(STEPS), facts=st.just({}) | st.just({"target_out_of_reach": True})),
    st.builds(
        Observed,
        evidence=st.sampled_from(["log", "compression", "test", "production"]),
        source=st.just("x"),
        facts=st.dictionaries(st.sampled_from([*FACTS, "no_gain"]), st.booleans(), max_size=2),
        failure=st.sampled_from(["", "nan", "overfitting"]),
    ),
    st.builds(Answered, field=st.sampled_from(["data.size", "constraints.budget"]), text=st.text(max_size=5)),
    st.just(QuestionsAsked(questions=())),
    st.just(AssumptionsAllowed()),
    st.just(ScopeRefused(rule="N1", reply="")),
    st.just(TargetKept()),
    st.just(CardWritten()),
    st.just(Stopped(reason="")),
)


def planned(*more: Event) -> list[Event]:
    return [START, *(StepDone(step=step) for step in STEPS), *more]


def log(failure: str = "", **facts: bool) -> Observed:
    return Observed(evidence="log", source="log", facts=facts, failure=failure)


@given(st.lists(events_strategy, max_size=25))
@settings(max_examples=300)
def test_every_history_is_legal_and_replays_to_the_same_state(events: list[Event]) -> None:
    state, accepted = fold([START]), [START]
    for event in events:
        try:
            state = step_state(state, event)
        except WorkflowError:
            continue
        accepted.append(event)
        assert state.name in (*STEPS, *RESTING)
        assert len(state.trace) == len(accepted) - 1
        if state.name == "planned":
            assert set(state.drafts) == set(STEPS)
    restored = [event_from_json(event_to_json(event)) for event in accepted]
    assert fold(restored) == state


@given(st.sampled_from(FINAL), events_strategy)
def test_final_states_accept_nothing(name: str, event: Event) -> None:
    ending = Stopped(reason="") if name == "stopped" else ScopeRefused(rule="N1", reply="")
    with pytest.raises(WorkflowError):
        step_state(fold([START, ending]), event)


def test_every_guard_of_the_table_exists() -> None:
    assert {row.guard for row in TABLE} <= set(GUARDS)


def test_a_refused_event_changes_nothing() -> None:
    with pytest.raises(WorkflowError, match="planned"):
        fold(planned(QuestionsAsked(questions=())))


@pytest.mark.parametrize(
    ("event", "state", "rule"),
    [
        (log("nan", unstable=True), "recipe", "loop3-check-stability"),
        (log("not-learning", validation_not_moving=True), "experiment", "loop4-check-data"),
        (log("overfitting", overfitting=True), "recipe", "step5-overfitting"),
        (
            Observed(evidence="compression", source="x", facts={"drop_too_large": True}),
            "compression",
            "loop6-relax-ratio",
        ),
        (
            Observed(evidence="test", source="x", facts={"missed_without_room": True}),
            "renegotiating",
            "loop7-renegotiate",
        ),
        (Observed(evidence="test", source="x", facts={"missed_with_room": True}), "diagnosis", "step7-target-missed"),
        (
            Observed(evidence="production", source="x", facts={"production_gap": True}),
            "recipe",
            "failure4-domain-shift",
        ),
        (log(), "planned", "evidence-noted"),
    ],
)
def test_evidence_moves_a_plan_to_the_step_the_source_names(event: Event, state: str, rule: str) -> None:
    after = fold(planned(event))
    assert (after.name, after.trace[-1].rule) == (state, rule)


def test_missing_facts_are_asked_and_answered() -> None:
    state = fold([START, QuestionsAsked(questions=()), Answered(field="data.size", text="5k")])
    assert state.name == "requirements"
    assert state.task["data"] == {"size": "5k"}


def test_three_rounds_without_gain_change_the_architecture_then_the_goal() -> None:
    again = [StepDone(step=step) for step in STEPS[1:]]
    history = planned(log(no_gain=True), log(no_gain=True), log(no_gain=True))
    assert fold(history).trace[-1].rule == "loop5-next-architecture"
    history += [*again, log(no_gain=True), log(no_gain=True), log(no_gain=True)]
    assert fold(history).trace[-1].rule == "loop5-revisit-goal"


def test_one_round_with_a_gain_starts_the_count_anew() -> None:
    history = planned(log(no_gain=True), log(no_gain=True), log(no_gain=False), log(no_gain=True))
    assert fold(history).name == "planned"


def test_the_same_failure_three_times_stops_and_asks() -> None:
    from_recipe = [StepDone(step=step) for step in STEPS[2:]]
    nan = log("nan", unstable=True)
    state = fold(planned(nan, *from_recipe, nan, *from_recipe, nan))
    assert (state.name, state.trace[-1].rule) == ("asking", "same-failure-thrice")


def test_a_second_large_drop_asks_for_distillation() -> None:
    drop = Observed(evidence="compression", source="x", facts={"drop_too_large": True})
    rest = [StepDone(step="compression"), StepDone(step="verification")]
    assert fold(planned(drop, *rest, drop)).trace[-1].rule == "loop6-distil"


def test_going_back_drops_the_drafts_from_there_on() -> None:
    assert set(fold(planned(log("nan", unstable=True))).drafts) == {"requirements", "architecture"}
