"""What the clauses of a message say without numbers: labels, distribution, quality, limits, challenges."""

from __future__ import annotations

from collections.abc import Iterator

from deep_learning_expert.skill.intake.clauses import Clause, Prose
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.hearing import any_holds, said, touches
from deep_learning_expert.skill.intake.message_numbers import says
from deep_learning_expert.skill.intake.vocabulary_files import word_lists

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


def worded_facts(prose: Prose, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """Facts in words, each with its clause."""
    for part in prose.parts:
        span = (part.start, part.end)
        if touches(part.folded, "message_words", "topics"):
            yield from _topics(part, turn)
        if touches(part.folded, "facts", "flags"):
            yield from _flags(part, turn)
        if touches(part.folded, "facts", "challenges"):
            for key in _CHALLENGES:
                if said(part.folded, word_lists("facts", "challenges")[key]):
                    yield Fact("challenges", key, part.text, turn, span)
        if says(part, "augment"):
            yield Fact("data.augmentationNeeded", "", part.text, turn, span)


def _topics(part: Clause, turn: int) -> Iterator[Fact]:
    span = (part.start, part.end)
    for topic, path in _TOPICS.items():
        told = said if topic == "simulator" else any_holds
        if not told(part.folded, word_lists("message_words", "topics")[topic]) or not _fits(topic, part):
            continue
        if topic == "simulator":
            yield Fact(path, topic, *_world(part, turn))
        else:
            yield Fact(path, "labels" if path == "data.labelAvailability" else topic, part.text, turn, span)


def _flags(part: Clause, turn: int) -> Iterator[Fact]:
    for flag, path in _FLAGS.items():
        if said(part.folded, word_lists("facts", "flags")[flag]) and not _other_offline(flag, part):
            yield Fact(path, flag if path == _BUDGET else "", part.text, turn, (part.start, part.end))


def _world(part: Clause, turn: int) -> tuple[str, int, tuple[int, int]]:
    """(words, turn, place) of the environment itself; the rest of its clause may count other things."""
    low = part.text.lower()
    for term in word_lists("message_words", "topics")["simulator"]:
        start = low.find(term)
        if start >= 0:
            place = (part.start + start, part.start + start + len(term))
            return part.text[start : start + len(term)], turn, place
    return part.text, turn, (part.start, part.end)


def _other_offline(flag: str, part: Clause) -> bool:
    """ "offline" beside no word of speed speaks of the data or the method."""
    return flag == "latency_unlimited" and any_holds(part.folded, ("offline|离线",)) and not says(part, "speed")


def _fits(topic: str, part: Clause) -> bool:
    """Noise of labels is the data's quality, not whether there are labels; a topic without a meaning says nothing."""
    if topic == "distribution":
        return any(any_holds(part.folded, terms) for terms in word_lists("facts", "distribution").values())
    if topic != "label":
        return True
    noisy = any_holds(part.folded, word_lists("message_words", "topics")["quality"])
    tagging = any_holds(part.folded, word_lists("message_words", "tagging")["words"])
    return (
        not noisy
        and not tagging
        and any(any_holds(part.folded, terms) for terms in word_lists("facts", "labels").values())
    )
