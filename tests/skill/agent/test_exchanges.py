"""Exchanges with a model that any server accepts, that survive a stop at any event, and that keep to their limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.skill.agent.advice import Advice
from deep_learning_expert.skill.agent.limits import Limits, reached
from deep_learning_expert.skill.agent.listening import Situation
from deep_learning_expert.skill.agent.model import Message, RawReply, Request
from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import ModelTurn, event_from_json, event_to_json
from deep_learning_expert.tools.errors import ModelError

TASKS = Path(__file__).parents[3] / "examples" / "tasks"
TASK = json.loads((TASKS / "pets_on_phone.json").read_text("utf-8"))
ACCEPT = {"call": "accept"}
DEVICE = {"call": "device_facts", "arguments": {"device": "A100"}}
ASK = {
    "call": "ask",
    "arguments": {
        "field": "existingSetup.framework",
        "question": "Which framework do you use?",
        "why": "The code is written for it.",
        "example": "PyTorch",
    },
}


def amend(change: str, value: str, reason: str = "It fits this task better.", at: str = "") -> dict[str, Any]:
    return {"call": "amend", "arguments": {"change": change, "value": value, "reason": reason, "at": at}}


def batch_figure() -> str:
    return next(record.id for record in Expert().plan(TASK).evidence if record.quantity == "batch_size")


def back() -> dict[str, Any]:
    arguments = {"to": "architecture", "reason": "The batch is small.", "figures": [batch_figure()]}
    return {"call": "go_back", "arguments": arguments}


DROPS = [amend("drop-technique", name) for name in ("color-jitter", "horizontal-flip", "random-resized-crop")]
SCRIPTS: Mapping[str, Sequence[dict[str, Any]]] = {
    "changes, then back": [ACCEPT, {"calls": [*DROPS, back()]}, ACCEPT, ACCEPT, ACCEPT],
    "changes, then a question": [ACCEPT, {"calls": [DROPS[0], ASK]}, ACCEPT, ACCEPT, ACCEPT],
    "all dropped and one refused": [
        ACCEPT,
        {"calls": [*DROPS, amend("drop-technique", "label-smoothing"), amend("drop-technique", "none")]},
        amend("add-technique", "randaugment"),
        ACCEPT,
    ],
    "faults": [{"text": ""}, ACCEPT, {"raw": {"choices": None}}, {"raw": "<html>"}],
    "a failing server": [ACCEPT, DEVICE, {"fault": "timeout"}],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_session_stopped_between_any_two_events_ends_in_the_same_report(name: str) -> None:
    script = SCRIPTS[name]

    def finished(conversation: Conversation) -> str:
        report = conversation.report()
        if report.status == "needs_input":
            report = conversation.answer("existingSetup.framework", "PyTorch")
        return report.model_dump_json(exclude={"usage": {"seconds"}, "changes": True})

    model = ScriptedModel(script)
    whole = Expert(model).start(TASK)
    expected = finished(whole)
    model.finish()
    for cut in range(1, len(whole.session.events)):
        events = [event_from_json(event_to_json(event)) for event in whole.session.events[:cut]]
        used = sum(isinstance(event, ModelTurn) for event in events)
        resumed = Conversation(Session(events), Advice(ScriptedModel(script[used:])))
        assert finished(resumed) == expected, cut


def test_a_choice_that_closed_in_the_middle_of_a_reply_does_not_lose_the_rest_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from deep_learning_expert.skill.agent import loop

    plain = loop.open_choices
    monkeypatch.setattr(loop, "open_choices", lambda step, context: () if context.amendments else plain(step, context))
    script = [ACCEPT, {"calls": [DROPS[0], back()]}, ACCEPT, ACCEPT, ACCEPT]
    whole = Expert(ScriptedModel(script)).start(TASK)
    expected = whole.report()
    assert any(entry.rule == "model-back-to-architecture" for entry in expected.trace)
    cut = next(place for place, event in enumerate(whole.session.events, 1) if event.kind == "amended")
    resumed = Conversation(Session(whole.session.events[:cut]), Advice(ScriptedModel(script[2:])))
    assert resumed.report().trace == expected.trace


def complaints(messages: Sequence[Message]) -> list[str]:
    """What a server that insists on the order of roles would refuse."""
    found = []
    open_calls: list[str] = []
    before = "system"
    for message in messages:
        role = message["role"]
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                found.append("an answer without a call")
            else:
                open_calls.remove(message["tool_call_id"])
        elif open_calls:
            found.append("a call without an answer")
        if role == "assistant" and not message["content"] and not message.get("tool_calls"):
            found.append("an empty message")
        if role != "tool" and role == before:
            found.append(f"{role} twice")
        if (before, role) == ("tool", "user"):
            found.append("a person after a function")
        open_calls = [call["id"] for call in message.get("tool_calls", ())] or open_calls
        before = role
    if messages[-1]["role"] not in ("user", "tool"):
        found.append("nobody asks")
    return found


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_history_is_one_that_a_strict_server_takes(name: str) -> None:
    model = ScriptedModel(SCRIPTS[name])
    conversation = Expert(model).start(TASK)
    if conversation.report().status == "needs_input":
        conversation.answer("existingSetup.framework", "PyTorch")
    assert [complaints(request.messages) for request in model.requests] == [[] for _ in model.requests]


def test_words_that_do_not_hold_are_answered_with_the_reason() -> None:
    model = ScriptedModel([{"text": "It has 12 layers."}, {"text": "It is small."}])
    heard = Advice(model).listen(Situation("what is it?", "en", {}, {}))
    assert heard.said == "It is small."
    second = model.requests[1].messages
    assert complaints(second) == [] and "12" in second[-1]["content"] and second[-1]["role"] == "user"


def test_a_function_that_cannot_be_called_about_a_message_is_not_named_as_one_that_can() -> None:
    model = ScriptedModel([amend("rewrite", "x"), ACCEPT])
    heard = Advice(model).listen(Situation("what is it?", "en", {}, {}))
    assert "amend," not in heard.turns[0].results[0]["content"] and "say" in heard.turns[0].results[0]["content"]


def test_the_same_lookup_in_another_exchange_is_no_repetition() -> None:
    turns: tuple[ModelTurn, ...] = ()
    for _ in range(4):
        heard = Advice(ScriptedModel([DEVICE, {"text": "It is fast."}])).listen(
            Situation("how fast?", "en", {}, {}, None, turns)
        )
        assert heard.said == "It is fast."
        turns += heard.turns
    assert reached(turns, Limits()) == ""
    run = Expert(ScriptedModel([DEVICE, ACCEPT, DEVICE, ACCEPT, DEVICE, ACCEPT])).plan(TASK)
    assert not any("stopped" in notice.id for notice in run.notices)


class Slow:
    """A model whose calls fail after a while."""

    name = "slow"

    def send(self, request: Request) -> RawReply:
        import time

        time.sleep(0.02)
        raise ModelError("model.timeout", model=self.name)


def test_a_call_that_failed_is_charged_the_time_it_took() -> None:
    conversation = Expert(Slow()).start(TASK)
    conversation.report()
    assert sum(turn.seconds for turn in conversation.session.state.turns) >= 0.02


def test_after_new_evidence_a_model_that_was_stopped_is_asked_again(tmp_path: Path) -> None:
    log = tmp_path / "run.csv"
    log.write_text("epoch,train_loss,val_loss\n0,2.3,2.3\n1,nan,nan\n2,nan,nan\n", encoding="utf-8")
    model = ScriptedModel([{"fault": "timeout"}, *[ACCEPT] * 2])
    conversation = Expert(model).start(TASK)
    assert any(notice.id == "agent.stopped.unreachable" for notice in conversation.report().notices)
    report = conversation.observe(log)
    assert len(model.requests) == 3 and not any("stopped" in notice.id for notice in report.notices)


def test_a_later_step_does_not_say_again_what_was_said() -> None:
    model = ScriptedModel([ACCEPT] * 3)
    Expert(model).plan(TASK)
    lines = [line for message in model.requests[-1].messages if message["role"] == "user"
             for line in message["content"].splitlines() if line.startswith(("{", "Task:"))]  # fmt: skip
    assert len(lines) == len(set(lines))


def test_money_is_told_where_prices_are_known() -> None:
    prices = Limits(usd_per_million_in=2.0, usd_per_million_out=10.0)
    usage = Expert(ScriptedModel([ACCEPT] * 3), prices).plan(TASK).usage
    assert usage.money == pytest.approx((usage.input_tokens * 2 + usage.output_tokens * 10) / 1e6, abs=1e-6)
    assert Expert(ScriptedModel([ACCEPT] * 3)).plan(TASK).usage.money == "unknown"
