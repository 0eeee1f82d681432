"""What a dialogue shows after its first plan: differences for the eye, corrections, the way back into a kept one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract.report import Change
from deep_learning_expert.skill.intake.draft_of_task import draft_of
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.interfaces import chat_changes
from deep_learning_expert.skill.interfaces.chat import run_chat
from deep_learning_expert.skill.interfaces.chat_input import messages
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.tools.errors import SessionError

_LEAVES = "classify photos of leaves into 12 diseases, 8000 labelled images, one RTX 3090, budget $200, accuracy 95%"
_BOXES = "我想识别药盒上的生产日期，有5千张照片，都标好了，单卡3060，准确率95%"


def talk(*lines: str, kept: ChatSession | None = None) -> list[str]:
    """What is written after each line; the first entry is what is written before any."""
    answers: list[list[str]] = [[]]
    left = iter(lines)

    def read() -> str | None:
        line = next(left, None)
        if line is not None:
            answers.append([])
        return line

    run_chat(read, lambda text: answers[-1].append(text), kept=kept)
    return ["\n".join(parts) for parts in answers]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    with EventStore(str(tmp_path / "chats.db")) as opened:
        yield opened


@pytest.mark.parametrize(("opening", "follow_up", "marks"), [
    (_LEAVES, "what if I only have a CPU?", ("What changed", "Hardware: CPU", "ConvNeXt-Tiny → ")),
    (_LEAVES, "target 90 instead", ("What changed", "at least 95%", "at least 90%")),
    (_LEAVES, "my budget is halved", ("$100", "changes nothing in the plan")),
    (_LEAVES, "not 8000, 80000", ("What changed", "80,000 images")),
    (_LEAVES, "here is my log", ("Paste the log",)),
    (_BOXES, "换成 INT8 呢", ("变化", "训练后量化")),
    (_BOXES, "如果只有 CPU 呢？", ("变化", "混合精度：是 → 否")),
    (_BOXES, "目标改成 90%", ("变化", "95%", "90%")),
    (_BOXES, "不是5千，是5万", ("变化", "50,000 张")),
    (_BOXES, "给你看下日志", ("粘贴",)),
])  # fmt: skip
def test_a_follow_up_shows_what_it_changes(opening: str, follow_up: str, marks: tuple[str, ...]) -> None:
    answer = talk(opening, follow_up)[2]
    assert all(mark in answer for mark in marks), answer
    assert not any(path in answer for path in ("/modelDesign", "/trainingStrategy", "/expectedPerformance"))


def test_a_number_that_answers_a_question_corrects_nothing() -> None:
    said = talk("用800张照片检测羊，都标好了", "4060")
    assert "800" in said[2] and "4060张" not in said[2] and "4,060" not in said[2]


def test_details_said_instead_of_an_answer_are_taken_in() -> None:
    said = talk("sort photos of lego bricks by shape with a webcam, around 3000 photos", "about 25 shapes")
    assert "25 classes" in said[2] and "What hardware" in said[2]


def test_what_a_word_means_is_no_symptom() -> None:
    assert "What changed" not in talk(_LEAVES, "what is overfitting?")[2]


def test_a_board_nobody_trains_on_is_where_the_model_runs() -> None:
    said = talk("classify photos of leaves into 12 diseases, 8000 labelled images, 10 fps on a raspberry pi 4")
    assert "raspberry pi 4 for inference" in said[1] and "What hardware do you train on" in said[1]


def test_a_greeting_is_answered_with_what_is_needed() -> None:
    assert "想用什么数据" in talk("你好")[1] and "What should the network learn" in talk("hello")[1]


def test_where_no_word_speaks_the_person_may_say_more() -> None:
    said = talk("给我家的羊点点名", "用800张照片检测羊，都标好了，单卡4060")
    assert "如果这里确实" in said[1] and "模型设计" in said[2]


def test_a_note_said_once_is_not_said_again() -> None:
    said = talk(_LEAVES, "target 90 instead")
    assert "The target device is not named" in said[1] and "The target device is not named" not in said[2]


def test_only_the_sentence_that_differs_is_shown() -> None:
    change = Change(path="/expectedPerformance/accuracy", before="It is good. Aim: 9.", after="It is good. Aim: 8.")
    assert list(chat_changes._lines(change, "en")) == ["  Accuracy: Aim: 9. → Aim: 8."]


def test_a_kept_chat_is_taken_up_where_it_stopped(store: EventStore) -> None:
    first = talk("classify photos of leaves into 12 diseases, 8000 labelled images", kept=ChatSession(store, "leaves"))
    assert "What hardware" in first[1]
    second = talk("one RTX 3090", kept=ChatSession(store, "leaves"))
    assert "Going on with the session leaves" in second[0] and "What hardware" in second[0]
    assert "Model design" in second[1]
    third = talk("not 8000, 9000", kept=ChatSession(store, "leaves"))
    assert "RTX 3090" in third[0] and "What changed" in third[1] and "9,000 images" in third[1]
    assert [info.name for info in store.sessions()] == ["leaves"]


def test_a_kept_chat_keeps_its_language(store: EventStore) -> None:
    talk(_BOXES, kept=ChatSession(store, "boxes"))
    assert "接着会话 boxes" in talk("显示", kept=ChatSession(store, "boxes"))[0]


def test_a_name_no_session_can_have_is_refused_at_once(store: EventStore) -> None:
    with pytest.raises(SessionError):
        ChatSession(store, "no such/name")


def test_a_task_gives_back_the_draft_it_came_from() -> None:
    draft = read_message(_LEAVES)
    task = draft.task()
    assert task is not None
    again = draft_of(task.model_dump(by_alias=True, exclude_none=True))
    corrected = read_message("not 8000, 9000", again)
    assert again.task() == task
    assert "9000" in (corrected.text("data.size") or "") and "12 classes" in (corrected.text("data.size") or "")


def test_lines_that_come_at_once_are_one_message() -> None:
    lines = iter(["first", "second", "", "third", "later"])
    coming = iter([True, True, True, False, False])
    assert list(messages(lambda: next(lines, None), lambda: next(coming))) == ["first\nsecond\n\nthird", "later"]
