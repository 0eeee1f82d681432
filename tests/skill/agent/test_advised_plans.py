"""A model proposes, code decides: what a model's reply may change in a plan, and what it may not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.expert import Conversation, Expert

TASKS = Path(__file__).parents[3] / "examples" / "tasks"
ACCEPT = {"call": "accept"}


def task(name: str = "pets_on_phone") -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((TASKS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def advised(*script: Mapping[str, Any], name: str = "pets_on_phone", limits: Limits | None = None) -> Advised:
    return Advised(script, name, limits)


class Advised:
    """One advised plan: the conversation, its report and the model's requests."""

    def __init__(self, script: tuple[Mapping[str, Any], ...], name: str, limits: Limits | None) -> None:
        self.model = ScriptedModel(script)
        self.conversation: Conversation = Expert(self.model, limits).start(task(name))
        self.report: Report = self.conversation.report()

    def results(self) -> list[str]:
        """Our answers to the model's calls, in order."""
        return [item["content"] for turn in self.conversation.session.state.turns for item in turn.results]


def amend(change: str, value: str, reason: str = "It fits this task better.", at: str = "") -> dict[str, Any]:
    return {"call": "amend", "arguments": {"change": change, "value": value, "reason": reason, "at": at}}


def figure_id(run: Advised, quantity: str) -> str:
    return next(record.id for record in run.report.evidence if record.quantity == quantity)


def test_a_model_that_accepts_everything_gives_the_offline_plan() -> None:
    offline = Expert().plan(task())
    run = advised(ACCEPT, ACCEPT, ACCEPT)
    run.model.finish()
    assert run.report.plan == offline.plan
    assert run.report.decisions == offline.decisions
    assert run.report.usage.model_calls == 3
    assert run.report.versions.model == "scripted"


def test_steps_without_an_open_choice_cost_no_call() -> None:
    run = advised(ACCEPT, ACCEPT, name="support_llm_zh")
    run.model.finish()
    assert {turn.step for turn in run.conversation.session.state.turns} == {"architecture", "recipe"}


def test_the_model_may_put_another_candidate_first_and_its_reason_stands_in_the_plan() -> None:
    shown = figure_id_of_candidate("efficientnet_b0", "top1_accuracy")
    reason = f"Its published accuracy is higher: {{{shown}}}."
    run = advised(amend("choose-architecture", "efficientnet_b0", reason), ACCEPT, ACCEPT)
    run.model.finish()
    assert run.report.decisions is not None and run.report.plan is not None
    assert run.report.decisions.architecture.id == "efficientnet_b0"
    assert "Its published accuracy is higher: 79.4%." in run.report.plan["modelDesign"]["tradeoff"]
    assert any(notice.id == "agent.choose-architecture" for notice in run.report.notices)


def figure_id_of_candidate(candidate: str, quantity: str) -> str:
    session = Expert().start(task()).session
    found = next(item for item in session.context.comparison.candidates if item.id == candidate)
    return next(record.id for record in found.metrics if record.quantity == quantity)


def test_techniques_are_added_and_left_out_within_what_the_field_publishes() -> None:
    script = {"calls": [amend("drop-technique", "color-jitter"), amend("add-technique", "randaugment")]}
    run = advised(ACCEPT, script, ACCEPT)
    run.model.finish()
    assert run.report.decisions is not None
    assert "color-jitter" not in run.report.decisions.recipe.techniques
    assert "randaugment" in run.report.decisions.recipe.techniques
    assert run.results()[1:3] == ["done", "done"]


@pytest.mark.parametrize(
    ("change", "value", "at", "says"),
    [
        ("choose-architecture", "resnet50", "", "no candidate"),
        ("add-technique", "quantile-loss", "", "cannot be added"),
        ("drop-technique", "early-stopping", "", "cannot be dropped"),
        ("rewrite", "It is good.", "/trainingStrategy/optimizer/type", "no sentence"),
        ("rewrite", "It reaches 93.2 % accuracy.", "/modelDesign/tradeoff", "93.2"),
        ("rewrite", "It needs {latency-00000000}.", "/modelDesign/tradeoff", "No figure"),
        ("rewrite", "这个模型更好。", "/modelDesign/tradeoff", "English"),
        ("rewrite", "x" * 900, "/modelDesign/tradeoff", "at most"),
        ("add-sentence", "Use SuperNet-9000 instead.", "/modelDesign/tradeoff", "9000"),
    ],
)
def test_what_does_not_hold_is_refused_with_the_reason_and_the_draft_stands(
    change: str, value: str, at: str, says: str
) -> None:
    run = advised(amend(change, value, at=at), ACCEPT, ACCEPT, ACCEPT)
    run.model.finish()
    assert says in run.results()[0] and run.results()[0].startswith("refused")
    assert run.report.plan == Expert().plan(task()).plan


def test_a_sentence_may_show_figures_by_their_ids_and_they_are_cited_where_it_stands() -> None:
    latency = next(
        record.id
        for record in Expert().plan(task()).evidence
        if record.quantity == "latency" and record.kind == "given"
    )
    run = advised(amend("add-sentence", f"Your limit is {{{latency}}}.", at="/modelDesign/tradeoff"), ACCEPT, ACCEPT)
    assert run.report.plan is not None
    assert run.report.plan["modelDesign"]["tradeoff"].endswith("Your limit is 40 ms.")
    assert latency in run.report.citations["/modelDesign/tradeoff"]


def test_a_question_of_the_model_reaches_the_user_and_its_answer_the_task() -> None:
    ask = {
        "call": "ask",
        "arguments": {
            "field": "existingSetup.framework",
            "question": "Which framework do your colleagues use?",
            "why": "The project is written for it.",
            "example": "PyTorch",
        },
    }
    run = advised(ask, ACCEPT, ACCEPT, ACCEPT)
    assert run.report.status == "needs_input"
    assert [question.field for question in run.report.questions] == ["existingSetup.framework"]
    assert run.conversation.answer("existingSetup.framework", "PyTorch").status == "planned"


def test_no_question_where_the_user_allowed_assumptions() -> None:
    ask = {"call": "ask", "arguments": {"field": "constraints.budget", "question": "?", "why": "x", "example": "x"}}
    model = ScriptedModel([ask, ACCEPT, ACCEPT, ACCEPT])
    assert Expert(model).plan(task(), assume=True).status == "planned"


def test_a_question_about_a_field_that_is_filled_is_refused() -> None:
    ask = {"call": "ask", "arguments": {"field": "data.size", "question": "Size?", "why": "It counts.", "example": "x"}}
    run = advised(ask, ACCEPT, ACCEPT, ACCEPT)
    assert "no open text field" in run.results()[0]


def test_going_back_needs_a_figure_and_is_open_once() -> None:
    rate = next(record.id for record in Expert().plan(task()).evidence if record.quantity == "batch_size")
    back = {"call": "go_back", "arguments": {"to": "architecture", "reason": "The batch is small.", "figures": [rate]}}
    run = advised(ACCEPT, back, ACCEPT, back, ACCEPT, ACCEPT)
    run.model.finish()
    assert [entry.rule for entry in run.report.trace].count("model-back-to-architecture") == 1
    assert "no way back" in run.results()[-3]
    assert run.report.status == "planned"


def test_lookups_answer_together_and_leave_the_step_open() -> None:
    lookups = {
        "calls": [
            {"call": "device_facts", "arguments": {"device": "RTX 3060"}},
            {"call": "model_facts", "arguments": {"model": "efficientnet_b0"}},
        ]
    }
    run = advised(lookups, ACCEPT, ACCEPT, ACCEPT)
    run.model.finish()
    request = run.model.requests[1]
    assert [message["role"] for message in request.messages[-3:]] == ["assistant", "tool", "tool"]
    assert all(result.startswith("<data>") for result in run.results()[:2])


def test_a_long_answer_is_cut_and_the_whole_rest_is_had_by_its_handle() -> None:
    long = {"call": "model_facts", "arguments": {"model": "resnet50"}}
    run = advised(long, {"call": "more", "arguments": {"handle": "call_1_0"}}, ACCEPT, ACCEPT, ACCEPT)
    cut, rest = run.results()[:2]
    head, _, tail = cut.partition("[cut here")
    kept = run.conversation.session.state.turns[0].kept["call_1_0"]
    shown = head.removeprefix("<data>").rstrip("\n"), tail.partition("]\n")[2].removesuffix("</data>")
    assert kept == shown[0] + rest.removeprefix("<data>").removesuffix("</data>") + shown[1]


def test_figures_of_one_quantity_are_told_apart_by_their_conditions() -> None:
    run = advised({"call": "model_facts", "arguments": {"model": "resnet50"}}, ACCEPT, ACCEPT, ACCEPT)
    assert "= 102 MB, computed, fp32" in run.results()[0] and "= 25.6 MB, computed, int8" in run.results()[0]


@pytest.mark.parametrize("name", ["diagnose_log", "hardware_probe", "parse_quantities", "rm", "os.system"])
def test_tools_that_read_files_or_the_machine_are_not_to_be_had(name: str) -> None:
    run = advised({"call": name, "arguments": {"paths": ["/etc/passwd"]}}, ACCEPT, ACCEPT, ACCEPT)
    assert "no function" in run.results()[0]
    assert "root:" not in json.dumps([turn.model_dump(mode="json") for turn in run.conversation.session.state.turns])


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"raw": {"choices": None}}, "model.malformed"),
        ({"raw": "<html><body>502</body></html>"}, "model.malformed"),
        ({"text": ""}, "model.empty"),
        ({"text": "I was going to", "finish": "length"}, "model.cut"),
    ],
)
def test_an_unusable_answer_is_corrected_once_and_then_the_draft_stands(entry: dict[str, Any], fault: str) -> None:
    mended = advised(entry, ACCEPT, ACCEPT, ACCEPT)
    mended.model.finish()
    assert [turn.fault for turn in mended.conversation.session.state.turns][:2] == [fault, ""]
    given_up = advised(entry, entry)
    given_up.model.finish()
    assert given_up.report.status == "planned"
    assert [notice.id for notice in given_up.report.notices if "stopped" in notice.id] == ["agent.stopped.faults"]
    assert given_up.report.plan == Expert().plan(task()).plan


@pytest.mark.parametrize("fault", ["timeout", "server", "rate_limited", "unreachable", "refused_key", "bad_request"])
def test_a_server_that_fails_leaves_the_offline_plan_and_says_so(fault: str) -> None:
    run = advised({"fault": fault})
    run.model.finish()
    assert run.report.plan == Expert().plan(task()).plan
    assert any(notice.id == "agent.stopped.unreachable" for notice in run.report.notices)


def test_a_refusal_leaves_the_draft_of_that_step_only() -> None:
    run = advised({"finish": "refusal", "text": "I cannot help with that."}, ACCEPT, ACCEPT)
    run.model.finish()
    assert run.report.status == "planned"


@pytest.mark.parametrize(
    ("limits", "script", "reason"),
    [
        (Limits(calls=1), [ACCEPT], "limit_calls"),
        (Limits(tokens=100), [ACCEPT], "limit_tokens"),
        (Limits(usd=0.0001, usd_per_million_in=3.0, usd_per_million_out=15.0), [ACCEPT], "limit_money"),
        (Limits(calls_per_step=9), [{"call": "device_facts", "arguments": {"device": "A100"}}] * 3, "limit_repeated"),
    ],
)
def test_at_a_limit_the_draft_completes_the_plan_and_the_report_says_which(
    limits: Limits, script: list[dict[str, Any]], reason: str
) -> None:
    run = advised(*script, limits=limits)
    run.model.finish()
    assert run.report.status == "planned"
    assert [notice.id for notice in run.report.notices if "stopped" in notice.id] == [f"agent.stopped.{reason}"]


def test_every_request_continues_the_one_before_byte_for_byte() -> None:
    lookup = {"call": "device_facts", "arguments": {"device": "RTX 3060"}}
    run = advised(lookup, amend("choose-architecture", "nothing"), ACCEPT, ACCEPT, ACCEPT)
    requests = run.model.requests
    for before, after in pairwise(requests):
        assert after.system == before.system and after.tools == before.tools
        assert after.messages[: len(before.messages)] == before.messages


def test_every_call_of_the_history_has_its_answer() -> None:
    run = advised({"calls": [ACCEPT, {"call": "nothing"}, amend("rewrite", "")]}, ACCEPT, ACCEPT, ACCEPT)
    for request in run.model.requests:
        asked = [call["id"] for message in request.messages for call in message.get("tool_calls", ())]
        answered = [message["tool_call_id"] for message in request.messages if message["role"] == "tool"]
        assert asked == answered
