"""What a model wrote stays in the plan only while it is about what stands there, and never where it is no sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.expert import Expert

TASK = json.loads((Path(__file__).parents[3] / "examples" / "tasks" / "pets_on_phone.json").read_text("utf-8"))
ACCEPT = {"call": "accept"}
TRADEOFF, BATCH = "/modelDesign/tradeoff", "/trainingStrategy/dataProcessing/batchSize"


def amend(change: str, value: str, reason: str = "It fits this task better.", at: str = "") -> dict[str, Any]:
    return {"call": "amend", "arguments": {"change": change, "value": value, "reason": reason, "at": at}}


def planned(*script: dict[str, Any]) -> tuple[Report, list[str]]:
    conversation = Expert(ScriptedModel([*script, *[ACCEPT] * 6])).start(TASK)
    report = conversation.report()
    return report, [item["content"] for turn in conversation.session.state.turns for item in turn.results]


def notices(report: Report) -> list[str]:
    return [notice.text for notice in report.notices if notice.id.startswith("agent.")]


def test_a_later_choice_takes_the_words_about_the_earlier_one_with_it() -> None:
    calls = [
        amend("add-sentence", "MobileNetV3-Large is the calm choice.", at=TRADEOFF),
        amend("choose-architecture", "efficientnet_b0", "The accurate one."),
        amend("choose-architecture", "efficientnet_lite0", "The plain one."),
    ]
    report, results = planned({"calls": calls})
    assert results[:3] == ["done"] * 3 and report.plan is not None and report.decisions is not None
    assert report.decisions.architecture.id == "efficientnet_lite0"
    tradeoff = report.plan["modelDesign"]["tradeoff"]
    assert "The plain one." in tradeoff and "accurate one" not in tradeoff and "calm choice" not in tradeoff
    assert notices(report) == ["The language model put efficientnet_lite0 first: The plain one."]


def test_what_stands_first_already_is_not_put_first() -> None:
    report, results = planned(amend("choose-architecture", "mobilenetv3_large_100"))
    assert "already" in results[0]
    assert report.plan == Expert().plan(TASK).plan and not notices(report)


@pytest.mark.parametrize(
    "at", ["/modelDesign/codeFramework", "/modelDesign/architecture", "/modelDesign/pretrainedModel/adaptation"]
)
@pytest.mark.parametrize("change", ["rewrite", "add-sentence"])
def test_code_names_and_what_is_not_shown_cannot_be_worded_anew(at: str, change: str) -> None:
    report, results = planned(amend(change, "CNN: EfficientNet-B0 is built here.", at=at))
    assert "no sentence" in results[0]
    assert report.plan == Expert().plan(TASK).plan


@pytest.mark.parametrize("name", ["optimizer/type", "optimizer/weightDecay", "dataProcessing/augmentation/0"])
def test_settings_and_techniques_cannot_be_worded_anew(name: str) -> None:
    report, _ = planned(ACCEPT, amend("rewrite", "Adam without decay.", at=f"/trainingStrategy/{name}"))
    assert report.plan == Expert().plan(TASK).plan


def test_a_rewritten_sentence_keeps_figures_and_the_chosen_network() -> None:
    report, results = planned(amend("rewrite", "It is a good network.", at="/modelDesign/rationale"))
    assert "keeps" in results[0] and "parameters-" in results[0] and "MobileNetV3-Large" in results[0]
    batch = next(record.id for record in report.evidence if record.quantity == "batch_size")
    for value in (f"Each step sees {{{batch}}}.", "Each step sees 64 samples."):
        changed, _ = planned(ACCEPT, amend("rewrite", value, at=BATCH))
        assert changed.plan is not None
        assert changed.plan["trainingStrategy"]["dataProcessing"]["batchSize"] == "Each step sees 64 samples."
        assert changed.citations[BATCH] == [batch]


def test_figures_in_a_reason_have_their_records() -> None:
    report, _ = planned()
    limit = next(record for record in report.evidence if record.quantity == "latency" and record.kind == "given")
    changed, results = planned(ACCEPT, amend("drop-technique", "color-jitter", f"The limit of {{{limit.id}}} matters."))
    assert results[1] == "done" and limit in changed.evidence
    assert "40 ms" in notices(changed)[0]


def test_evidence_changes_one_factor_and_none_of_the_models(tmp_path: Path) -> None:
    log = tmp_path / "run.csv"
    log.write_text("epoch,train_loss,val_loss\n0,2.3,2.3\n1,nan,nan\n2,nan,nan\n", encoding="utf-8")
    script = [amend("choose-architecture", "efficientnet_b0"), amend("drop-technique", "color-jitter")]
    conversation = Expert(ScriptedModel([*script, *[ACCEPT] * 6])).start(TASK)
    before, after = conversation.report().decisions, conversation.observe(log)
    assert before is not None and after.decisions is not None
    assert after.decisions.architecture.id == "efficientnet_b0"
    assert after.decisions.recipe.techniques == before.recipe.techniques
    assert after.decisions.recipe.learning_rate < before.recipe.learning_rate
    assert len(notices(after)) == 2
