"""What the numbers of free text count, correct and aim at, where a unit alone does not tell."""

from __future__ import annotations

import pytest

from deep_learning_expert.skill.intake.clauses import HEAD_CHARS, TAIL_CHARS, read_prose
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.plain import plain
from deep_learning_expert.skill.intake.reading import read_task


def read(*turns: str) -> TaskDraft:
    draft = TaskDraft()
    for turn in turns:
        draft = read_message(turn, draft)
    return draft


@pytest.mark.parametrize(("message", "size", "budget"), [
    ("用充放电曲线预测剩余寿命，数据来自120块电池", "120块电池", None),
    ("做花卉分类，5千张照片，预算300块", "5千张照片", "预算300块"),
    ("做花卉分类，5千张照片，300块以内", "5千张照片", "300块以内"),
])  # fmt: skip
def test_a_piece_is_no_money_and_money_no_piece(message: str, size: str, budget: str | None) -> None:
    draft = read(message)
    assert size in (draft.text("data.size") or "") and draft.text("constraints.budget") == budget


@pytest.mark.parametrize(("turns", "classes", "per_class"), [
    (("recognise sign language letters", "24 letters, 50 clips per letter"), 24, 50),
    (("我想做手语字母识别", "24个字母，每个字母50段视频"), 24, 50),
    (("route support tickets to 14 teams, 20,000 tickets",), 14, None),
    (("新闻分8个主题，12万篇",), 8, None),
    (("把邮件分到40个文件夹，5.5万封",), 40, None),
    (("tell real from fake banknotes, 2 classes, 1,100 photos of each",), 2, 1100),
])  # fmt: skip
def test_classes_nobody_listed_are_known_by_their_company(
    turns: tuple[str, ...], classes: int, per_class: int | None
) -> None:
    task = read(*turns).task()
    assert task is not None
    data = read_task(task).data
    assert data.classes is not None and data.classes.value == classes
    assert (data.samples_per_class.value if data.samples_per_class else None) == per_class


@pytest.mark.parametrize(("turns", "path", "text"), [
    (("detect weeds, 700 photos", "not 700, 7000"), "data.size", "7000 photos"),
    (("田间杂草检测，700张照片", "不是700，是7000"), "data.size", "7000张照片"),
    (("predict prices of bikes", "14,000 listings", "no make it 12,000"), "data.size", "12,000"),
    (("classify x-rays, budget $200", "my budget is halved"), "constraints.budget", "$100"),
    (("X光片分类，预算2万元", "预算减半"), "constraints.budget", "1万元"),
    (("classify x-rays, accuracy 95%", "target 90 instead"), "constraints.accuracyTarget", "90%"),
    (("X光片分类", "目标改成 90%"), "constraints.accuracyTarget", "90%"),
    (("detect drones, mAP50 is only 0.41, need at least 0.6",), "constraints.accuracyTarget", "mAP50 >= 0.6"),
    (("speech recognition, WER is currently 31%, I want 20%",), "constraints.accuracyTarget", "WER 20%"),
])  # fmt: skip
def test_numbers_correct_and_aim(turns: tuple[str, ...], path: str, text: str) -> None:
    assert text in (read(*turns).text(path) or "")


@pytest.mark.parametrize("message", [
    "用DQN玩俄罗斯方块，两百万帧之后奖励一直卡在0.3",
    "Play Tetris with DQN, reward stays flat after 2M frames",
    "四足机器人行走，强化学习",
    "Sentinel-2 land cover, 10 bands, segment rivers",
])  # fmt: skip
def test_progress_shapes_and_bands_are_no_data(message: str) -> None:
    assert read(message).text("data.size") is None


def test_traditional_and_full_width_text_is_read_in_its_place() -> None:
    message = "農作物病害辨識，三千六百張葉片照片，十二種病害，ＧＰＵ只有一張ＲＴＸ　３０６０"
    draft = read(message)
    task = draft.task()
    assert task is not None and len(plain(message)) == len(message)
    data = read_task(task)
    assert data.data.samples is not None and data.data.samples.value == 3600
    assert data.data.classes is not None and data.data.classes.value == 12
    assert data.train_on is not None and data.train_on.name == "rtx-3060"
    assert "三千六百張" in draft.words(next(fact for fact in draft.facts if fact.path == "data.size"))


def test_graphics_memory_alone_is_a_gpu() -> None:
    task = read("克隆播音员的声音，3小时录音，24G显存").task()
    assert task is not None
    machine = read_task(task).train_on
    assert machine is not None and machine.kind == "gpu" and machine.memory_gb is not None
    assert machine.memory_gb.value == 24


@pytest.mark.parametrize("message", ["what do you recommend for my project?", "有什么推荐吗？", "推荐一个吧"])
def test_asking_for_advice_is_no_recommender(message: str) -> None:
    assert read(message).task() is None


def test_of_very_long_words_the_two_ends_are_read() -> None:
    filler = "Here is one more sentence about nothing. " * (2 * (HEAD_CHARS + TAIL_CHARS) // 40)
    message = f"Classify 5,000 photos of birds. {filler} We have one RTX 3090."
    draft = read(message)
    assert read_prose(message).skipped
    assert "5,000" in (draft.text("data.size") or "") and "3090" in (draft.text("constraints.computeResources") or "")
