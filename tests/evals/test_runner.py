"""The runner can fail: a wrong expectation, a reply left over, a call not scripted, a session that does not resume."""

from __future__ import annotations

import os
import sys

import pytest

from deep_learning_expert.evals.reading import parse_conversation
from deep_learning_expert.evals.runner import Result, run_conversation

_TASK = """
id: probe
language: en
title: A probe
tests: [U1]
{more}
turns:
  - task:
      task: {{type: classification, domain: CV, specificTask: tell 12 leaf diseases apart}}
      data: {{size: "8,000 images", labelAvailability: fully labelled}}
      constraints: {{computeResources: one RTX 3090}}
    model: [{model}]
    expect: {{{expect}}}
{turns}
"""


def play(expect: str = "", turns: str = "", more: str = "", model: str = "") -> Result:
    text = _TASK.format(expect=expect, turns=turns, more=more, model=model)
    return run_conversation(parse_conversation(text, "probe.yaml"))


def failed(result: Result) -> list[str]:
    return [check.what for _, check in result.failures]


RIGHT = [
    "status: planned",
    "asked: []",
    "assumed: []",
    "path: [steps 1-7]",
    "path_contains: [step2-done, step7-done]",
    "trigger: {decision: use}",
    "decisions: {recipe.batch_size: {min: 1, max: 4096}, recipe.techniques: {contains: warmup}}",
    "decisions: {architecture.mode: [finetune, frozen-features]}",
    "figures: [{quantity: samples, value: 8000, unit: images, kind: given, source: data.size}]",
    "figures: [{quantity: samples, value: 8100, tolerance: 0.02}]",
    "no_figures: [{quantity: samples, value: 9000}]",
    "plan_contains: ['8,000']",
    "plan_lacks: [YOLO]",
    "at: {/trainingStrategy/optimizer/learningRate: Peak}",
    "no_notices: ['F.*']",
    "usage: {model_calls: 0}",
]
WRONG = [
    "status: needs_input",
    "asked: [data.size]",
    "assumed: [data.size]",
    "path: [steps 1-6]",
    "path_contains: [step7-done, step2-done]",
    "trigger: {decision: dont_use}",
    "trigger: {decision: use, rule: N1}",
    "decisions: {recipe.batch_size: {min: 5000}}",
    "decisions: {recipe.batch_size: true}",
    "decisions: {recipe.techniques: {lacks: warmup}}",
    "decisions: {recipe.optimiser: AdamW}",
    "decisions: {architecture.mode: [scratch, lora]}",
    "figures: [{quantity: samples, value: 8100}]",
    "figures: [{quantity: samples, value: 8000, kind: assumed}]",
    "figures: [{quantity: samples, holds: 8000}]",
    "no_figures: [{quantity: samples}]",
    "plan_contains: ['9,000']",
    "plan_lacks: ['8,000']",
    "at: {/trainingStrategy/optimizer/learningRate: Floor}",
    "at: {/trainingStrategy/optimizer/learningRates: {lacks: Floor}}",
    "notices: [F1-too-little-data]",
    "no_notices: ['deployment.*']",
    "changed: [/modelDesign]",
    "unchanged: [/modelDesgin]",
    "said: [hello]",
    "usage: {model_calls: 1}",
    "error: task.empty",
    "exit_code: 0",
]


@pytest.mark.parametrize("expect", RIGHT)
def test_a_right_expectation_holds(expect: str) -> None:
    assert failed(play(expect)) == []


@pytest.mark.parametrize("expect", WRONG)
def test_a_wrong_expectation_fails_and_only_it(expect: str) -> None:
    result = play(expect)
    assert result.verdict == "failed"
    assert len(failed(result)) == 1
    assert failed(result)[0].split()[0] == expect.partition(":")[0]


def test_an_error_nobody_expected_fails_and_an_expected_one_does_not() -> None:
    answer = '  - answer: {{field: constraints.latencyRequirement, text: "-5 ms"}}{}'
    assert failed(play(turns=answer.format(""))) == ["error"]
    assert failed(play(turns=answer.format("\n    expect: {error: task.negative}"))) == []


ACCEPTS = "{call: accept}, {call: accept}"


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        (ACCEPTS, []),
        (f"{ACCEPTS}, {{call: accept}}", ["replies"]),  # left over
        ("{call: accept}", ["crash"]),  # a call that is not scripted
    ],
)
def test_the_script_must_be_used_up_and_suffice(replies: str, expected: list[str]) -> None:
    assert failed(play(model=replies)) == expected


def test_a_turn_must_not_use_the_replies_of_a_later_one() -> None:
    later = f"  - answer: {{field: constraints.budget, text: 500 USD}}\n    model: [{ACCEPTS}, {ACCEPTS}]"
    assert failed(play(turns=later)) == ["replies"]


def test_a_known_defect_must_be_there() -> None:
    assert play("status: stopped", more="known_defect: it never stops").verdict == "known_defect"
    mended = play("status: planned", more="known_defect: it never plans")
    assert (mended.verdict, mended.fails_the_run) == ("mended", True)


def test_a_death_at_every_event_changes_nothing() -> None:
    answer = "  - answer: {{field: constraints.budget, text: 500 USD}}\n    dies_after: {}\n  - kill: true"
    for event in range(1, 9):
        result = play(turns=answer.format(event))
        assert failed(result) == []
        assert [check.what for check in result.checks if check.kind == "resumed"] == ["resume", "undisturbed"]


def test_a_resumed_session_that_differs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from deep_learning_expert.evals import stage

    real = stage.resume

    def forgetful(*arguments):
        talk = real(*arguments)
        talk.session.answer = None
        talk.session.state = type(talk.session.state)(**{**vars(talk.session.state), "observations": (), "trace": ()})
        return talk

    monkeypatch.setattr(stage, "resume", forgetful)
    assert {"resume", "undisturbed", "replay"} <= set(failed(play(turns="  - kill: true")))


def test_a_crash_of_the_product_is_a_failure_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from deep_learning_expert.evals import stage

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(stage.Expert, "start", broken)
    result = play()
    assert failed(result) == ["crash"]
    assert "a defect" in result.failures[0][1].found


def amends(value: str) -> str:
    arguments = f"{{change: add-sentence, at: /modelDesign/tradeoff, value: '{value}', reason: It says more.}}"
    return f"{{call: amend, arguments: {arguments}}}, {{call: accept}}"


def test_a_scripted_reply_may_name_a_figure_it_was_shown() -> None:
    wanted = "tools: [amend, accept], at: {/modelDesign/tradeoff: 'You have 8,000 images.'}"
    assert failed(play(wanted, model=amends("You have {figure:samples=8,000}."))) == []
    assert failed(play(model=amends("You have {figure:samples=9,000}."))) == ["crash"]


def test_a_plan_changed_by_the_model_is_not_the_offline_plan() -> None:
    changed = play("offline_plan: true", model=amends("You have {figure:samples}."))
    assert failed(changed) == ["offline_plan"]
    assert failed(play("offline_plan: true", model=ACCEPTS)) == []


def test_a_budget_of_the_script_is_kept() -> None:
    wanted = "notices: [agent.stopped.limit_calls], usage: {model_calls: 1}"
    assert failed(play(wanted, model="{call: accept}", more="limits: {calls: 1}")) == []


def test_a_command_runs_the_real_command_line_and_leaves_no_trace() -> None:
    before = (os.getcwd(), dict(os.environ), list(sys.argv), sys.stdin)
    turns = """  - command: [trigger, my loss is nan, --json]
    expect: {exit_code: 0, said: [U2]}
  - command: [plan, nowhere.json]
    expect: {exit_code: 2, said: [nowhere.json]}
  - command: [plan, nowhere.json]
    expect: {exit_code: 0}"""
    assert failed(play(turns=turns)) == ["exit_code"]
    assert before == (os.getcwd(), dict(os.environ), list(sys.argv), sys.stdin)
