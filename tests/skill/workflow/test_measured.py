"""A bare measured number becomes a figure of the task's own metric, in its target's unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.workflow.measured import measured_metric
from deep_learning_expert.tools.errors import SettingError


def talk(target: str | None, kind: str = "classification", words: str = "tell 12 leaf diseases apart") -> Conversation:
    constraints = {"computeResources": "one RTX 3090"} | ({"accuracyTarget": target} if target else {})
    domain = "audio" if kind == "sequence-modeling" else "CV"
    data = {"size": "200 hours" if domain == "audio" else "8,000 images", "labelAvailability": "fully labelled"}
    spec = {"type": kind, "domain": domain, "specificTask": words}
    return Expert().start({"task": spec, "data": data, "constraints": constraints})


@pytest.mark.parametrize("written", [0.912, "0.912", "91.2%", "91.2 %", 91.2, " 91.2％ "])
def test_one_value_in_all_its_spellings(written: str | float) -> None:
    figure = measured_metric(written, "x", talk("top-1 acc >90%").session.context)
    assert (figure.quantity, figure.value, figure.unit, figure.kind) == ("top1_accuracy", 91.2, "%", "measured")


def test_without_a_target_the_usual_metric_of_the_task_is_meant() -> None:
    assert measured_metric("91.2%", "x", talk(None).session.context).quantity == "accuracy"


def test_an_error_rate_is_better_when_lower() -> None:
    speech = talk("WER <8%", "sequence-modeling", "speech recognition for Turkish")
    speech.report()
    met = speech.observe_test("7.1%", room_left=False)
    assert met.trace[-1].rule == "evidence-noted"
    missed = speech.observe_test("9.4%", room_left=False)
    assert (missed.trace[-1].rule, missed.status) == ("loop7-renegotiate", "renegotiate")


def test_a_rise_of_an_error_rate_after_compression_is_a_loss() -> None:
    speech = talk("WER <8%", "sequence-modeling", "speech recognition for Turkish")
    speech.report()
    assert speech.observe_compression("7%", "6.5%").trace[-1].rule == "evidence-noted"
    assert "loop6-relax-ratio" in [entry.rule for entry in speech.observe_compression("7%", "13%").trace]


@given(st.text())
def test_any_text_is_a_value_or_one_clear_error(text: str) -> None:
    context = talk("top-1 acc >90%").session.context
    try:
        measured_metric(text, "x", context)
    except SettingError as error:
        assert error.code == "evidence.not_a_number"
