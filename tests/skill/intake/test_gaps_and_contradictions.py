"""Decisive facts are asked, ordinary tasks are not; limits that cannot hold together are named with both sides."""

from __future__ import annotations

import json

import pytest

from deep_learning_expert.skill.contract.reading import read_task_object
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.intake.contradictions import contradictions
from deep_learning_expert.skill.intake.gaps import missing_facts, questions
from deep_learning_expert.skill.intake.reading import read_task


def needs(task_type: str, domain: str, words: str, size: str | None = None, compute: str | None = None, **more: object):
    constraints = {"computeResources": compute} if compute else {}
    constraints.update(more.pop("constraints", {}))
    task = {
        "task": {"type": task_type, "domain": domain, "specificTask": words},
        "data": {"size": size} if size else {},
        "constraints": constraints,
        **more,
    }
    return read_task(read_task_object(task))


@pytest.mark.parametrize(
    "found",
    [
        needs("classification", "CV", "flowers, 10 classes", "20,000 images", "one RTX 3090"),
        needs("sequence-modeling", "NLP", "命名实体识别", "1 万条句子", "单卡 T4"),
        needs("RL", "control", "CartPole in a Gymnasium simulator", "online simulator, 1M steps", "CPU"),
        needs("generation", "NLP", "instruction tuning of a 7B model", "30k conversations", "4x A100 80GB"),
        needs("classification", "tabular", "churn", "50,000 rows"),
    ],
)
def test_a_complete_task_is_not_questioned(found) -> None:
    assert missing_facts(found) == ()


@pytest.mark.parametrize(
    ("found", "fields"),
    [
        (needs("detection", "CV", "find defects"),
         ["data.size", "constraints.computeResources", "constraints.latencyRequirement"]),
        (needs("classification", "CV", "花卉识别", "5 千张"), ["constraints.computeResources"]),
        (needs("classification", "NLP", "email routing", None, "one T4"), ["data.size"]),
        (needs("RL", "control", "teach a robot arm to stack", None, "one GPU"), ["data.size"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_decisive_missing_facts_are_asked_first(found, fields: list[str], lang: str) -> None:
    asked = questions(missing_facts(found), lang)
    assert [question.field for question in asked][: len(fields)] == fields
    assert len(asked) <= 3
    assert all(question.text and question.why and question.example for question in asked)


def test_an_answer_goes_on_and_i_do_not_know_is_an_assumption() -> None:
    task = {
        "task": {"type": "classification", "domain": "CV", "specificTask": "flowers"},
        "data": {},
        "constraints": {},
    }
    talk = Expert().start(task)
    assert talk.report().status == "needs_input"
    assert talk.answer("data.size", "20k images").status == "needs_input"
    assert talk.answer("constraints.computeResources", "one RTX 3090").status == "planned"
    other = Expert().start(task)
    other.report()
    report = other.assume()
    assert report.status == "planned"
    assert {"data.size", "constraints.computeResources"} <= {item.field for item in report.assumptions}
    kinds = {record.kind for record in report.evidence if record.quantity in ("samples", "memory")}
    assert kinds == {"assumed"}


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (needs("classification", "CV", "images on a server", "20k images", "CPU only",
               constraints={"latencyRequirement": "<5 ms"}, existingSetup={"baseModel": "ViT-L/16"}),
         "latency-impossible-on-cpu"),
        (needs("classification", "CV", "train a CNN from scratch", "300 images", "one RTX 3090"),
         "scratch-on-few-samples"),
        (needs("RL", "control", "control a furnace", None, "one GPU"), "rl-without-environment"),
        (needs("generation", "NLP", "fine-tune a 7B chat model", "20k conversations", "one A100",
               constraints={"modelSizeLimit": "<100MB"}), "model-exceeds-size-limit"),
        (needs("generation", "NLP", "pretrain a 7B model from scratch", "5M tokens", "one RTX 4090"),
         "scratch-infeasible"),
        (needs("classification", "CV", "flowers", "20k images", "one GPU",
               constraints={"accuracyTarget": "accuracy 100%"}), "perfect-target"),
    ],
)  # fmt: skip
def test_contradictions_are_named_with_both_sides(found, name: str) -> None:
    by_id = {item.id: item for item in contradictions(found)}
    assert name in by_id
    for lang in ("en", "zh"):
        assert by_id[name].remark.render(lang).text


def test_a_plain_task_has_no_contradiction() -> None:
    assert contradictions(needs("classification", "CV", "flowers", "20,000 images", "one RTX 3090")) == ()


@pytest.mark.parametrize("target", ["mean return > 19", "return >= 500", "accuracy 95%", "accuracy 0.97"])
def test_only_the_best_value_of_a_bounded_metric_is_a_perfect_target(target: str) -> None:
    found = needs("RL", "control", "CartPole in a simulator", None, "one GPU", constraints={"accuracyTarget": target})
    assert found.limits.targets
    assert "perfect-target" not in {item.id for item in contradictions(found)}


def test_a_blocking_contradiction_ends_in_renegotiation() -> None:
    task = json.loads(
        '{"task": {"type": "classification", "domain": "CV", "specificTask": "images"}, "data": {"size": "20k images"},'
        '"constraints": {"computeResources": "CPU only", "latencyRequirement": "<5 ms"},'
        '"existingSetup": {"baseModel": "ViT-L/16"}}'
    )
    report = Expert().plan(task)
    assert report.status == "renegotiate"
    assert any(notice.severity == "blocking" for notice in report.notices)
