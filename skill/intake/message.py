"""Free text, Chinese, English or mixed, over several turns, to the typed task. What is not said is not filled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from deep_learning_expert.skill.intake.clauses import Clause, Span, clauses
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.fields import said
from deep_learning_expert.skill.intake.matching import any_occurs, find_term, fold
from deep_learning_expert.skill.intake.message_numbers import ISSUES, locate, says
from deep_learning_expert.skill.intake.message_task import Goal, read_goal
from deep_learning_expert.skill.intake.pasted import find_pasted, model_in, settings_in
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.catalog import names
from deep_learning_expert.tools.quantities import read_quantities

_MOST_CLAUSES = 300
MOST_CHARS = 8_000  # of a person's own words; pastes are looked at apart
_LATENCY, _BUDGET = "constraints.latencyRequirement", "constraints.budget"
# What a clause can say without a number: flag of facts.toml -> the field it belongs to.
_FLAGS = {
    "pretrained_forbidden": _BUDGET,
    "commercial": _BUDGET,
    "no_commercial": _BUDGET,
    "latency_unlimited": _LATENCY,
    "best_effort_target": "constraints.accuracyTarget",
}
_TOPICS = {
    "label": "data.labelAvailability",
    "pairs": "data.labelAvailability",
    "distribution": "data.distribution",
    "quality": "data.quality",
    "simulator": "data.size",
}
_CHALLENGES = (
    "few-samples", "domain-shift", "real-time", "small-objects", "long-input", "intermittent", "multi-agent",
    "sparse-reward", "compression", "forgetting", "privacy", "multilingual", "streaming", "on-device",
)  # fmt: skip
_NEAR = 6  # Chinese characters between a number and what it counts
_LONG_NAME = 6  # shorter names without a digit are too often ordinary words


def read_message(text: str, so_far: TaskDraft | None = None) -> TaskDraft:
    """The draft after one more message. Every fact keeps the words it came from; never raises on any text."""
    draft = so_far or TaskDraft()
    pasted = find_pasted(text)
    turn = len(draft.messages)
    parts = _prose(text)
    facts = [
        *_goal_facts(text, parts, turn, draft),
        *_counted_nouns(text, parts, turn),
        *_numbers(text, parts, turn),
        *_worded(parts, turn, draft),
        *_setup(text, parts, turn),
        *_code(text, pasted.code, turn),
        *_percentile(text, turn, draft),
        *_moved_target(text, turn, draft),
    ]
    kept = _one_correction(facts, text)
    return draft.with_turn(text, tuple(kept), tuple(text[slice(*place)] for place in pasted.logs))


def _goal_facts(text: str, parts: list[Clause], turn: int, draft: TaskDraft) -> Iterator[Fact]:
    if draft.text("task.type") and not _is_new_goal(parts):
        return
    known = " ; ".join((*draft.messages, text))[-MOST_CHARS:]
    for number, message, clauses_of_it in (
        (turn, text, parts),
        *((number, message, _prose(message)) for number, message in enumerate(draft.messages)),
    ):
        goal: Goal | None = read_goal(message, clauses_of_it, known) if clauses_of_it else None
        if goal is not None:
            yield Fact("task.type", "", goal.type, number, goal.span)
            yield Fact("task.domain", "", goal.domain, number, goal.span)
            yield Fact("task.specificTask", "", message[slice(*goal.span)], number, goal.span)
            return


def _prose(message: str) -> list[Clause]:
    """The clauses that the person wrote."""
    parts = [part for place in find_pasted(message).prose for part in clauses(message, *place)]
    return [part for part in parts if part.end <= MOST_CHARS][:_MOST_CLAUSES]


def _is_new_goal(parts: list[Clause]) -> bool:
    """Whether a later turn really names another task: a correction with a task verb in it."""
    return any(says(part, "correction") for part in parts) and any(_has_type(part) for part in parts)


def _has_type(part: Clause) -> bool:
    return any(said(part.folded, terms) for terms in word_lists("message_words", "types").values())


def _numbers(text: str, parts: list[Clause], turn: int) -> Iterator[Fact]:
    for item in locate(text, parts):
        words = text[slice(*item.span)]
        if item.path == "constraints.computeResources" and _no_accelerator(words):
            words = f"{words} (CPU)"  # what is left without one
        yield Fact(item.path, item.key, words, turn, item.span)


def _no_accelerator(words: str) -> bool:
    devices = read_quantities(words, "device").of("device")
    return bool(devices) and all("without" in item.conditions for item in devices)


def _worded(parts: list[Clause], turn: int, draft: TaskDraft) -> Iterator[Fact]:
    for part in parts:
        span = (part.start, part.end)
        for topic, path in _TOPICS.items():
            told = said if topic == "simulator" else any_occurs
            if told(part.folded, word_lists("message_words", "topics")[topic]) and _fits(topic, part):
                key = "labels" if path == "data.labelAvailability" else topic
                yield Fact(path, key, part.text, turn, span)
        for flag, path in _FLAGS.items():
            if said(part.folded, word_lists("facts", "flags")[flag]) and not _other_offline(flag, part):
                yield Fact(path, flag if path == _BUDGET else "", part.text, turn, span)
        challenges = (key for key in _CHALLENGES if said(part.folded, word_lists("facts", "challenges")[key]))
        for key in challenges:
            yield Fact("challenges", key, part.text, turn, span)
        if said(part.folded, word_lists("message_words", "signs")["augment"]):
            yield Fact("data.augmentationNeeded", "", part.text, turn, span)


def _other_offline(flag: str, part: Clause) -> bool:
    """ "offline" beside no word of speed speaks of the data or the method."""
    return flag == "latency_unlimited" and any_occurs(part.folded, ("offline|离线",)) and not says(part, "speed")


def _fits(topic: str, part: Clause) -> bool:
    """Noise and errors of labels are the data's quality, not whether there are labels."""
    if topic != "label":
        return True
    noisy = any_occurs(part.folded, word_lists("message_words", "topics")["quality"])
    return not noisy and any(any_occurs(part.folded, terms) for terms in word_lists("facts", "labels").values())


def _setup(text: str, parts: list[Clause], turn: int) -> Iterator[Fact]:
    yield from _split_issues(text, parts, turn)
    for part in parts:
        span = (part.start, part.end)
        for terms in word_lists("facts", "framework").values():
            for term in terms:
                place = _word(text, term, part)
                if place and said(part.folded, (term,)):
                    yield Fact("existingSetup.framework", "", text[slice(*place)], turn, place)
                    break
        if _goes_wrong(part):
            yield Fact(ISSUES, part.folded, part.text, turn, span)
        if not says(part, "choosing"):
            yield from (
                Fact("existingSetup.baseModel", "", text[slice(*place)], turn, place) for place in _models(text, part)
            )


def _split_issues(text: str, parts: list[Clause], turn: int) -> Iterator[Fact]:
    """ "training loss falls, validation loss rises": a symptom told over two clauses."""
    overfitting = word_lists("facts", "issues")["overfitting"]
    for first, second in pairwise(parts):
        joined = text[first.start : second.end]
        if (
            said(fold(joined), overfitting)
            and not said(first.folded, overfitting)
            and not said(second.folded, overfitting)
        ):
            yield Fact(ISSUES, "overfitting", joined, turn, (first.start, second.end))


def _goes_wrong(part: Clause) -> bool:
    for issue, terms in word_lists("facts", "issues").items():
        if said(part.folded, terms) and (issue != "production-gap" or says(part, "bad")):
            return True
    return False


def _word(text: str, term: str, part: Clause) -> Span | None:
    start = text.lower().find(term, part.start, part.end)
    before = text[start - 1] if start > 0 else " "
    after = text[start + len(term)] if 0 <= start < len(text) - len(term) else " "
    if start < 0 or (before.isascii() and before.isalnum()) or (len(term) <= 4 and after.isascii() and after.isalpha()):
        return None
    return start, start + len(term)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9.+/-]*(?:[ _-](?=[A-Za-z0-9])[A-Za-z0-9.+/-]+){0,3}")


_UNNAMED = ("no ", "not ", "不用", "不要", "别用", "without ", "不想用")


def _models(text: str, part: Clause) -> Iterator[Span]:
    """The first run of Latin words that the catalog knows as a model, longest first."""
    for run in _name().finditer(text, part.start, part.end):
        words = list(re.finditer(r"[A-Za-z0-9.+/-]+", run.group()))
        for length in range(len(words), 0, -1):
            for first in range(len(words) - length + 1):
                start, end = run.start() + words[first].start(), run.start() + words[first + length - 1].end()
                name = text[start:end].rstrip(".")
                if len(name) < 3 or text[max(start - 8, 0) : start].lower().endswith(_UNNAMED):
                    continue
                if _is_model(name):
                    yield start, start + len(name)
                    return


def _is_model(name: str) -> bool:
    """Known to the catalog, or a family's name with a size behind it."""
    low = name.lower().replace("_", "-")
    digits = any(char.isdigit() for char in name)
    rest = low.split()[1:]
    fits = all(word[0].isdigit() or word in word_lists("message_words", "size_words")["words"] for word in rest)
    if (digits or "-" in name) and fits and low.startswith(word_lists("message_words", "families")["prefixes"]):
        return True
    if rest and "." in name:
        return False  # the catalog would drop what follows the dot
    return (digits or "-" in name or len(name) >= _LONG_NAME) and names.find(name) is not None


def _counted_nouns(text: str, parts: list[Clause], turn: int) -> Iterator[Fact]:
    """Counts of what the quantity reader has no noun for: "14 findings", "10个命令词" are classes, "60k tickets" are
    samples; and "8k images" is no resolution."""
    for part in parts:
        for found in _counted().finditer(text, part.start, part.end):
            after = fold(text[found.end() : min(found.end() + 24, part.end)])
            for table, unit in (("class_nouns", "classes"), ("data_nouns", "samples"), ("pictures", "images")):
                if table == "pictures" and found.group().strip().lower() not in ("2k", "4k", "8k"):
                    continue
                place = _noun_after(after, word_lists("message_words", table)["words"])
                shared = unit == "samples" and _each().search(part.text)
                if place is not None and not shared:
                    number = found.group().strip().rstrip("个种类").strip()
                    if table == "pictures":
                        number = f"{number[0]}000"  # "8k images" alone reads as a resolution
                    span = (found.start(), min(found.end() + place + 1, part.end))
                    key = "classes" if unit == "classes" else "samples"
                    yield Fact("data.size", key, f"{number} {unit}", turn, span)
                    break


def _noun_after(after: str, nouns: tuple[str, ...]) -> int | None:
    """Where the first of the nouns ends, when at most two words and no number stand before it."""
    for noun in nouns:
        start = find_term(after, noun)
        if start >= 0 and after[:start].count(" ") <= 2 and not any(char.isdigit() for char in after[:start]):
            return start + len(noun) if start <= _NEAR or after.isascii() else None
    return None


@cache
def _each() -> re.Pattern[str]:
    return re.compile(r"(?i)\bper\b|\beach\b|每")


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(r"(?<![\w.,-])\d[\d,]{0,9}(?:\.\d+)?(?:k\b|万|千)?(?![\d.,%])\s*(?:个|种|类)?")


def _code(text: str, places: tuple[Span, ...], turn: int) -> Iterator[Fact]:
    for place in places:
        for key, words, span in settings_in(text, place):
            yield Fact(ISSUES, key, words, turn, span)
        model = model_in(text, place)
        if model:
            yield Fact("existingSetup.baseModel", "", model[0], turn, model[1])
        for terms in word_lists("facts", "framework").values():
            found = next((term for term in terms[:2] if f"import {term}" in text[slice(*place)]), None)
            if found:
                start = text.index(f"import {found}", place[0]) + len("import ")
                yield Fact("existingSetup.framework", "", found, turn, (start, start + len(found)))


@cache
def _percentile_words() -> re.Pattern[str]:
    return re.compile(r"(?i)\bp(50|90|95|99)\b")


def _percentile(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "make that p99": a percentile without a time belongs to the latency said before."""
    found = _percentile_words().search(text[:MOST_CHARS])
    before = next((fact for fact in draft.facts if fact.path == _LATENCY and fact.key == "latency"), None)
    if found and before and not re.search(r"\d\s*(?:ms|毫秒|s\b|秒)", text[:MOST_CHARS]):
        old = _percentile_words().sub("", before.text).strip()
        yield Fact(_LATENCY, "latency", f"{old} {found.group()}", turn, found.span())


def _moved_target(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "raise the target to 95%", "目标提高到95%": the new value of the target said before."""
    found = _moved().search(text[:MOST_CHARS])
    before = next((fact for fact in draft.facts if fact.path == "constraints.accuracyTarget"), None)
    if found and before:
        yield Fact(before.path, before.key, f"{before.key} >= {found.group(1)}", turn, found.span())


@cache
def _moved() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:target|accuracy|目标|精度|准确率)[^\d\n]{0,14}?(?:\bto\b|到|成|为)\s*(\d+(?:\.\d+)?\s*%?)"
    )


def _one_correction(facts: list[Fact], text: str) -> list[Fact]:
    """Within a message, what follows "sorry, I mean" replaces the same thing said before it."""
    mark = _mark().search(text[:MOST_CHARS])
    if not mark:
        return facts
    after = {(fact.path, fact.key) for fact in facts if fact.span[0] >= mark.end()}
    return [fact for fact in facts if fact.span[0] >= mark.start() or (fact.path, fact.key) not in after]


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(r"(?i)不对|说错了|更正|写错了|sorry|correction|i mean\b|i meant|scratch that|make that|no wait")
