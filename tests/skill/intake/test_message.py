"""Free text to task drafts: what is said is read with its place, and nothing else is filled."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_learning_expert.evals.intake.gold import Case, cases, expected, stated
from deep_learning_expert.skill.contract.task import TaskType
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.requirements import Domain


def read(*turns: str) -> TaskDraft:
    draft = TaskDraft()
    for turn in turns:
        draft = read_message(turn, draft)
    return draft


def test_every_fact_keeps_the_words_it_came_from() -> None:
    draft = read("识别药盒上的生产日期，有5千张照片，单卡4090，延迟<50ms p99")
    words = {fact.path: draft.words(fact) for fact in draft.facts}
    assert words["data.size"] == "有5千张照片"
    assert words["constraints.latencyRequirement"] == "延迟<50ms p99"


def test_a_number_on_a_box_is_text_recognition() -> None:
    task = read("识别药盒上的生产日期，有5千张照片").task()
    assert task is not None and (task.task.type, task.task.domain) == ("sequence-modeling", "CV")


@pytest.mark.parametrize(("turns", "path", "text"), [
    (("用5千张照片做花卉分类", "不对，是 3 千张"), "data.size", "3 千张"),
    (("detect cars in 5,000 images, 40 ms", "make that p99"), "constraints.latencyRequirement", "p99"),
    (("classify 5,000 images, one RTX 3060", "what if I only have a CPU?"), "constraints.computeResources", "CPU"),
    (("classify x-rays, target accuracy 90%", "raise the target to 95%"), "constraints.accuracyTarget", "95%"),
])  # fmt: skip
def test_a_later_turn_replaces_the_same_fact(turns: tuple[str, str], path: str, text: str) -> None:
    before, after = read(turns[0]).text(path), read(*turns).text(path)
    assert after is not None and text in after and before != after


def test_a_correction_within_a_message_counts() -> None:
    assert read("有5万张图做分类，说错了，是5千张").text("data.size") == "是5千张"


@pytest.mark.parametrize("message", ["not a Jetson but a plain CPU", "不用Jetson，就用普通CPU"])
def test_what_is_taken_back_is_not_a_fact(message: str) -> None:
    assert "Jetson" not in (read(message).text("constraints.computeResources") or "")


@pytest.mark.parametrize(
    "message", ["hello", "你好", "Can you help me with my neural network?", "能帮我看看我的神经网络吗？", ""]
)
def test_no_task_no_facts(message: str) -> None:
    draft = read(message)
    assert draft.facts == () and draft.task() is None


def test_a_task_named_first_gets_its_domain_from_the_data_named_later() -> None:
    assert read("我有1.2万张图。").task() is None
    task = read("我有1.2万张图。", "要分成30种植物。").task()
    assert task is not None and task.task.type == "classification" and task.task.domain == "CV"


def test_pasted_code_gives_the_setting_and_is_no_prose() -> None:
    draft = read(
        "my code:\n```\nimport torch\nmodel = torchvision.models.resnet18()\n"
        "opt = torch.optim.SGD(model.parameters(), lr=0.1)\nloader = DataLoader(ds, batch_size=256)\n```\nit overfits"
    )
    said = draft.text("existingSetup.trainingIssues") or ""
    assert draft.text("existingSetup.baseModel") == "resnet18" and draft.text("existingSetup.framework") == "torch"
    assert all(words in said for words in ("lr 0.1", "batch size 256", "SGD", "it overfits"))


def test_a_pasted_log_is_kept_for_the_diagnosis_and_its_numbers_are_no_facts() -> None:
    log = "\n".join(f"epoch {n} loss: {2 - n / 10:.2f} acc: {n / 10:.2f}" for n in range(1, 8))
    draft = read(f"classify 5,000 photos of birds, here is my log:\n{log}\nwhat is wrong?")
    assert len(draft.logs) == 1 and draft.logs[0].strip() == log
    assert draft.text("constraints.accuracyTarget") is None


@pytest.mark.parametrize(
    "case", [case for name in ("development", "held_out") for case in cases(name)][::9], ids=lambda c: c.id
)
def test_own_messages_are_mostly_read(case: Case) -> None:
    wanted, found = expected(case), stated(read(*case.turns))
    assert len(wanted & found) >= 0.5 * len(wanted)


def test_the_tables_name_real_types_and_domains() -> None:
    assert set(word_lists("message_words", "types")) <= set(get_args(TaskType))
    for table in ("units_of", "hints"):
        assert set(word_lists("message_words", table)) <= set(get_args(Domain))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=3))
def test_any_text_is_read_without_failing_and_spans_stay_inside(turns: list[str]) -> None:
    draft = read(*turns)
    for fact in draft.facts:
        assert 0 <= fact.span[0] < fact.span[1] <= len(draft.messages[fact.turn])


@pytest.mark.parametrize(
    "unit", ["a", "1 ", "5千张", "batch=", "p99 ", "model = ", "训练", "```\n", "epoch 1 loss 2\n", "(", "🙂", "\ud800"]
)
def test_long_pastes_are_read_in_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 3
