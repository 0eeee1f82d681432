"""What kind of data a task has: labels, class distribution, noise, simulator and languages, from the words."""

from __future__ import annotations

import re
from functools import cache

from deep_learning_expert.skill.intake.fields import Field, Fields, threshold
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.requirements import Distribution, Domain, Labels, TaskType

_BARE_CLAUSE = 8  # characters: "有噪声", "noisy" say nothing of whose noise it is
_WITH_LANGUAGE = ("NLP", "audio", "multimodal")


def read_labels(fields: Fields) -> Labels | None:
    """How the data are labelled, as the field about labels says."""
    found = fields.labels.first("labels")
    if found is None:
        return None
    kind: Labels = found.removesuffix("-too")  # type: ignore[assignment]  # the table's keys are held to Labels by a test
    return kind


def read_distribution(fields: Fields, minority: Figure | None) -> Distribution | None:
    """How the classes are distributed: in words, else from the numbers."""
    found = fields.distribution.first("distribution")
    if found is None:
        for field in (fields.specific, fields.size, *fields.challenges):
            for key in ("single-class", "long-tailed"):
                if field.says("distribution", key):
                    found = found or key
    ratio = _head_to_tail(fields.distribution) or _head_to_tail(fields.size)
    if found in (None, "imbalanced") and ratio and ratio >= threshold("long_tail_ratio"):
        found = "long-tailed"
    if found in (None, "other") and minority is not None and minority.value < threshold("imbalanced_percent"):
        found = "imbalanced"
    if found in (None, "other") and _one_class_prevails(fields.distribution):
        found = "imbalanced"
    if found == "other":
        return None
    return found  # type: ignore[return-value]  # the table's keys are held to Distribution by a test


def _one_class_prevails(field: Field) -> bool:
    shares = [item.value for item in field.reading.of("share")] if field.text else []
    return any(threshold("majority_percent") <= share < 100 for share in shares)


def _head_to_tail(field: Field) -> float | None:
    if not field.text:
        return None
    by_end = {item.conditions.get("subset"): item.value for item in field.reading.of("count")}
    head, tail = by_end.get("head"), by_end.get("tail")
    return head / tail if head and tail else None


def read_noisy_labels(fields: Fields) -> bool:
    """Whether the labels are said to be partly wrong."""
    shared = any(
        item.conditions.get("of") == "label_noise" and item.value > 0
        for field in (fields.quality, fields.labels)
        if field.text
        for item in field.reading.of("share")
    )
    places = (fields.quality, fields.labels, fields.specific, fields.size, *fields.challenges)
    weak = fields.labels.says("labels", "weak") and any(
        len(clause) <= _BARE_CLAUSE and said(clause, word_lists("facts", "challenges")["noise"])
        for clause in fields.quality.clauses
    )
    return shared or weak or any(field.says_in_a_clause("challenges", "label-noise") for field in places)


def read_simulator(fields: Fields, task_type: TaskType, environment: str | None) -> bool:
    """Whether an agent can act in a simulator of its world; a named `environment` is one unless data were logged."""
    if task_type != "RL":
        return False
    told = (fields.size, fields.specific, fields.quality)
    if any(field.says("flags", "simulator") for field in told):
        return True
    return environment is not None and not any(field.says("flags", "logged") for field in told)


def read_languages(fields: Fields, domain: Domain) -> tuple[str, ...]:
    """Languages named in the task; with none named, Chinese where the task itself is written in it."""
    text = " ".join(field.folded for field in (fields.specific, fields.size, fields.quality, fields.distribution))
    found = [code for code, terms in word_lists("facts", "languages").items() if said(text, terms)]
    pair = _pair().search(" ".join((fields.specific.text, fields.size.text)).lower())
    if pair:
        found += [code for code in pair.groups() if code in word_lists("facts", "languages")]
    if not found and domain in _WITH_LANGUAGE and any("\u4e00" <= char <= "\u9fff" for char in text):
        found = ["zh"]
    return tuple(dict.fromkeys(found))


@cache
def _pair() -> re.Pattern[str]:
    """A translation's direction: "en-de", "zh→en"."""
    codes = "|".join(word_lists("facts", "languages"))
    return re.compile(rf"(?<![a-z])({codes}) ?(?:-|–|→|->|=>|/|2|↔|<->) ?({codes})(?![a-z])")
