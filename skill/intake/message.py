"""Free text, Chinese, English or mixed, over several turns, to the typed task. What is not said is not filled."""

from __future__ import annotations

from collections.abc import Iterator

from deep_learning_expert.skill.intake.clauses import HEAD_CHARS, Clause, Prose, read_prose
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.message_corrections import changed_facts, one_correction
from deep_learning_expert.skill.intake.message_counts import counted_nouns
from deep_learning_expert.skill.intake.message_numbers import SIZE, locate, says
from deep_learning_expert.skill.intake.message_setup import setup_facts
from deep_learning_expert.skill.intake.message_task import read_goal
from deep_learning_expert.skill.intake.message_worded import worded_facts
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import read_quantities

_FEW_BESIDE_MANY, _MANY_TIMES = 10, 100  # "the spec sheet and 2 photos" beside 14k listings is no amount of data
_FLOWS = ("per day", "per hour", "per minute", "per second", "per month")
_SAMPLE_KEYS = ("samples", "hours", "tokens", "per class")


def read_message(text: str, so_far: TaskDraft | None = None) -> TaskDraft:
    """The draft after one more message. Every fact keeps the words it came from; never raises on any text."""
    draft = so_far or TaskDraft()
    turn, prose = len(draft.messages), read_prose(text)
    numbers = list(_numbers(prose, turn))
    numbers += _counted(prose, turn, [*draft.facts, *numbers])
    numbers = _without_small_talk(numbers)
    has_classes = any(fact.path == SIZE and fact.key in ("classes", "per class") for fact in (*draft.facts, *numbers))
    facts = [
        *_goal_facts(prose, turn, draft, has_classes),
        *numbers,
        *worded_facts(prose, turn, draft),
        *setup_facts(prose, turn),
        *changed_facts(prose, turn, draft),
    ]
    kept = one_correction(facts, prose.text)
    return draft.with_turn(text, tuple(kept), tuple(text[slice(*place)] for place in prose.logs))


def _goal_facts(prose: Prose, turn: int, draft: TaskDraft, has_classes: bool) -> Iterator[Fact]:
    if draft.text("task.type") and not _is_new_goal(prose):
        return
    earlier = [(number, read_prose(message)) for number, message in enumerate(draft.messages)]
    told = [prose, *(other for _, other in reversed(earlier))]
    for number, one in ((turn, prose), *earlier):
        goal = read_goal(one, told, has_classes=has_classes)
        if goal is not None:
            yield Fact("task.type", "", goal.type, number, goal.span)
            yield Fact("task.domain", "", goal.domain, number, goal.span)
            yield Fact("task.specificTask", "", one.text[slice(*goal.span)], number, goal.span)
            return


def _is_new_goal(prose: Prose) -> bool:
    """Whether a later turn really names another task: a correction with a task verb in it."""
    return any(says(part, "correction") for part in prose.parts) and any(_has_type(part) for part in prose.parts)


def _has_type(part: Clause) -> bool:
    return any(said(part.folded, terms) for terms in word_lists("message_words", "types").values())


def _numbers(prose: Prose, turn: int) -> Iterator[Fact]:
    for item in locate(prose):
        words = item.words or prose.text[slice(*item.span)]
        if item.path == "constraints.computeResources" and _no_accelerator(words):
            words = f"{words} (CPU)"  # what is left without one
        yield Fact(item.path, item.key, words, turn, item.span)


def _without_small_talk(facts: list[Fact]) -> list[Fact]:
    """All but amounts that only tell what one sample is made of, or what little there is of some class."""
    units = vocabulary("message_words")["small_talk"]["units"]
    counts = {
        fact: max(
            (one.value for one in read_quantities(fact.text, "count").of("count") if one.unit in units), default=0
        )
        for fact in facts
        if fact.path == SIZE and fact.key == "samples"
    }
    if counts:
        facts = [
            fact for fact in facts if fact.path != SIZE or fact.key not in _FLOWS
        ]  # what comes in a day is not what there is
    most = max(counts.values(), default=0)
    small = {fact for fact, many in counts.items() if 0 < many <= min(_FEW_BESIDE_MANY, most / _MANY_TIMES)}
    return [fact for fact in facts if fact not in small]


def _no_accelerator(words: str) -> bool:
    if not any(mark in words.lower() for mark in ("no", "without", "n't", "无", "没", "不")):
        return False
    devices = read_quantities(words, "device").of("device")
    return bool(devices) and all("without" in item.conditions for item in devices)


def _counted(prose: Prose, turn: int, known: list[Fact]) -> Iterator[Fact]:
    has_samples = any(fact.path == SIZE and fact.key in _SAMPLE_KEYS for fact in known)
    classification = any(fact.path == "task.type" and fact.text == "classification" for fact in known)
    lacks = classification and not any(fact.path == SIZE and fact.key == "classes" for fact in known)
    for item in counted_nouns(prose, has_samples, lacks_classes=lacks):
        yield Fact(SIZE, item.key, item.text, turn, item.span)


__all__ = ["HEAD_CHARS", "read_message"]
