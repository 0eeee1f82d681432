"""Whatever evidence and answers come in, a real session stays legal and its plans valid and grounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deep_learning_expert.skill.contract.grounding import ungrounded
from deep_learning_expert.skill.contract.reading import load_task
from deep_learning_expert.skill.contract.validate import validate_plan
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import Observed, event_from_json, event_to_json
from deep_learning_expert.skill.workflow.evidence import observe_compression, observe_production, observe_test
from deep_learning_expert.tools.errors import InputError, WorkflowError
from deep_learning_expert.tools.figures import given as stated
from deep_learning_expert.tools.figures import measured

TASKS = sorted((Path(__file__).resolve().parents[3] / "examples" / "tasks").glob("*.json"))
FACTS = ("unstable", "validation_not_moving", "overfitting", "underfitting", "slow", "no_gain", "drop_too_large")

moves = st.lists(
    st.one_of(
        st.sampled_from(FACTS).map(lambda fact: ("fact", fact)),
        st.sampled_from(["data.size=40k images", "constraints.computeResources=CPU only", "constraints.budget=500 USD",
                         "data.size=未知", "constraints.latencyRequirement=<20 ms"]).map(lambda text: ("answer", text)),
        st.just(("assume", "")),
        st.just(("production", "")),
    ),
    max_size=5,
)  # fmt: skip


def metric(value: float, source: str):
    return measured("top1_accuracy", value, "%", source, direction=">=")


def play(talk: Conversation, kind: str, text: str):
    if kind == "answer":
        field, _, value = text.partition("=")
        return talk.answer(field, value)
    if kind == "assume":
        return talk.assume()
    if kind == "production":
        talk.session.add(observe_production(metric(91, "test set"), metric(80, "production")))
        return talk.report()
    talk.session.add(Observed(evidence="log", source="log", facts={text: True}, failure=text))
    return talk.report()


@given(st.sampled_from(TASKS), moves, st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_course_of_events_keeps_the_plan_valid_and_replays_equal(task, steps, assume) -> None:
    talk = Expert().start(load_task(task), assume=assume)
    reports = [talk.report()]
    for kind, text in steps:
        try:
            reports.append(play(talk, kind, text))
        except (WorkflowError, InputError):
            continue
    for report in reports:
        if report.status == "planned":
            assert report.plan is not None
        if report.plan is not None:
            validate_plan(report.plan)
    last = reports[-1].model_dump(exclude={"usage", "changes"})
    replayed = Session([event_from_json(event_to_json(event)) for event in talk.session.events])
    again = Conversation(replayed).report().model_dump(exclude={"usage", "changes"})
    assert json.dumps(again, sort_keys=True, default=str) == json.dumps(last, sort_keys=True, default=str)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("task", TASKS, ids=lambda path: path.stem)
def test_every_numeral_of_every_example_is_grounded_in_both_languages(task: Path, lang: str) -> None:
    talk = Expert().start(load_task(task), language=lang, assume=True)
    report = talk.report()
    names = [name for draft in talk.session.state.drafts.values() for name in draft.names]
    assert ungrounded(report.plan, report.citations, report.evidence, names) == []


def test_a_large_drop_relaxes_the_ratio_then_distils() -> None:
    talk = Expert().start(load_task(TASKS[0].with_name("pets_on_phone.json")))
    talk.report()
    for rule in ("loop6-relax-ratio", "loop6-distil"):
        talk.session.add(observe_compression(metric(90, "fp32"), metric(80, "int8"), talk.session.state))
        report = talk.report()
        assert report.trace[-3].rule == rule
        assert report.status == "planned"
    assert report.decisions.compression.techniques[0] == "distillation"
    assert "distillation" in report.plan["engineeringPractice"]["modelCompression"]


def test_a_missed_target_with_no_room_is_renegotiated_and_a_new_target_reopens_the_plan() -> None:
    talk = Expert().start(load_task(TASKS[0].with_name("pets_on_phone.json")))
    talk.report()
    target = stated("top1_accuracy", 95, "%", "constraints.accuracyTarget", direction=">=")
    talk.session.add(observe_test(metric(90, "test set"), target, room_left=False))
    assert talk.report().status == "renegotiate"
    report = talk.answer("constraints.accuracyTarget", "top-1 acc >88%")
    assert report.status == "planned"
    assert any("88" in str(change.after) for change in report.changes)


def test_nothing_the_user_fixed_changes_silently() -> None:
    talk = Expert().start(load_task(TASKS[0].with_name("support_llm_zh.json")))
    before = talk.report()
    talk.session.add(Observed(evidence="log", source="log", facts={"unstable": True}, failure="nan"))
    after = talk.report()
    assert after.decisions.architecture == before.decisions.architecture
    assert after.decisions.recipe.learning_rate == pytest.approx(before.decisions.recipe.learning_rate / 10)
    changed = {change.path for change in after.changes}
    assert all("optimizer/learningRate" in path or "commonIssues" in path for path in changed), changed
