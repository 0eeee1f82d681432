"""A chat with a language model: it hears what the rules missed, answers with figures, and settles unclear scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from deep_learning_expert.skill.agent.advice import Advice
from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.skill.interfaces import chat as chat_module
from deep_learning_expert.skill.interfaces.chat import Chat

ACCEPT = {"call": "accept"}
TASK = "Classify 12,000 photos of leaves into 8 diseases with PyTorch on one RTX 3090, accuracy above 90 %."


def chat(*script: Mapping[str, Any]) -> tuple[Chat, list[str], ScriptedModel]:
    said: list[str] = []
    model = ScriptedModel(script)
    return Chat(said.append, "en", Advice(model)), said, model


def fact(field: str, quote: str) -> dict[str, Any]:
    return {"call": "set_fact", "arguments": {"field": field, "quote": quote}}


def test_a_fact_the_rules_missed_reaches_the_task_in_the_persons_words() -> None:
    talk, said, model = chat(fact("data.quality", "a third were tagged by interns"), ACCEPT, ACCEPT)
    talk.hear(f"{TASK} By the way a third were tagged by interns.")
    model.finish()
    assert talk.conversation is not None
    assert talk.conversation.session.state.task["data"]["quality"] == "a third were tagged by interns"
    assert "a third were tagged by interns" in "\n".join(said)


def test_the_model_answers_a_question_with_figures_of_the_plan_and_the_plan_stays() -> None:
    talk, said, model = chat(ACCEPT, ACCEPT, ACCEPT, {"text": "Because it was published for such a network."})
    talk.hear(TASK)
    plan = talk.report.plan if talk.report else None
    talk.hear("Why that learning rate?")
    model.finish()
    assert said[-1] == "Because it was published for such a network."
    assert talk.report is not None and talk.report.plan == plan
    assert talk.conversation is not None
    assert [turn.step for turn in talk.conversation.session.state.turns].count("talk") == 2


def test_an_invented_number_in_an_answer_is_not_said() -> None:
    talk, said, model = chat(ACCEPT, ACCEPT, ACCEPT, {"text": "It reaches 97 % for sure."}, ACCEPT)
    talk.hear(TASK)
    talk.hear("How good will it be?")
    model.finish()
    assert "97" not in "\n".join(said)


def test_a_stated_field_is_doubted_aloud_not_changed() -> None:
    talk, said, model = chat(ACCEPT, ACCEPT, ACCEPT, fact("task.specificTask", "rust on wheat"))
    talk.hear(TASK)
    talk.hear("Honestly we mostly see rust on wheat, is that a problem?")
    model.finish()
    assert talk.conversation is not None
    assert "rust" not in str(talk.conversation.session.state.task)
    assert any("rust on wheat" in line for line in said)


def test_a_failing_model_leaves_the_offline_chat() -> None:
    talk, _said, model = chat({"fault": "timeout"}, {"fault": "timeout"})
    talk.hear(TASK)
    model.finish()
    assert talk.report is not None and talk.report.plan is not None


UNCLEAR = "same seed, different score every time, why"


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that cannot tell about any message; what they know moves with their table, what a model may do does not."""
    plain = chat_module.decide
    monkeypatch.setattr(
        chat_module,
        "decide",
        lambda message, **more: replace(plain(message, **more), decision="ask", ground="evidence"),
    )


@pytest.mark.usefixtures("unsure")
def test_unclear_scope_is_settled_by_a_quoted_opinion() -> None:
    talk, _said, model = chat({"text": '{"decision": "dont_use", "quote": "same seed"}'})
    talk.hear(UNCLEAR)
    model.finish()
    assert talk.decision is not None and talk.decision.decision == "dont_use"
    assert talk.conversation is None


@pytest.mark.usefixtures("unsure")
@pytest.mark.parametrize(
    "entry",
    [{"text": '{"decision": "dont_use", "quote": "not said"}'}, {"fault": "timeout"}, {"text": "no"}, {"raw": 1}],
)
def test_an_opinion_without_a_quote_or_none_at_all_leaves_the_question(entry: dict[str, Any]) -> None:
    talk, _said, model = chat(entry)
    talk.hear(UNCLEAR)
    model.finish()
    assert talk.unsettled == UNCLEAR


@pytest.mark.usefixtures("unsure")
def test_opinions_have_a_limit_too() -> None:
    model = ScriptedModel([{"text": "no"}] * 2)
    talk = Chat(list().append, "en", Advice(model, Limits(calls=2)))
    for number in range(5):
        talk.unsettled = ""
        talk.hear(f"{UNCLEAR} {number}")
    assert len(model.requests) == 2


@pytest.mark.parametrize("nothing", ["", "  ", "\n", "。", "?!"])
def test_a_message_without_a_word_costs_no_call(nothing: str) -> None:
    talk, _said, model = chat(*[ACCEPT] * 4)
    talk.hear(TASK)
    before = len(model.requests)
    talk.hear(nothing)
    assert len(model.requests) == before
