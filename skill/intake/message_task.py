"""What is to be learnt, from free words: task type, domain and the task's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from deep_learning_expert.skill.intake.clauses import Clause
from deep_learning_expert.skill.intake.fields import said
from deep_learning_expert.skill.intake.matching import fold, occurs
from deep_learning_expert.skill.intake.subtask import Recognition, read_domain, recognise_subtask
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.requirements import Domain, TaskType
from deep_learning_expert.tools.subtasks import subtasks

_CUE = 5.0  # what a verb such as "classify" adds to the subtasks of its type
_ENOUGH = 4.9  # fit of the type plus one ordinary term
_SURE = 7.9  # fit of the type plus one strong term: enough without any verb
_LONGEST = 600


@dataclass(frozen=True)
class Goal:
    """type, domain: of the contract; subtask: recognised; span: the clauses that say it."""

    type: TaskType
    domain: Domain
    subtask: str
    span: tuple[int, int]


def cued_type(folded: str) -> TaskType | None:
    """The task type that a verb or noun names; None when none does."""
    for kind, terms in word_lists("message_words", "types").items():
        if said(folded, terms):
            return kind  # type: ignore[return-value]  # the table's keys are held to TaskType by a test
    return None


def _weakly_cued(folded: str) -> bool:
    return said(folded, word_lists("message_words", "weak_types")["classification"])


def read_goal(message: str, parts: list[Clause]) -> Goal | None:
    """The task that the clauses describe; None when no word of theirs names one."""
    text = " ; ".join(part.text for part in parts)[:_LONGEST]
    cue = cued_type(fold(text))
    domain = read_domain(text)
    best, kind = _best(text, cue, domain)
    weak = _weakly_cued(fold(text))
    if best.by_default or (cue is None and not _named(text, kind, weak)):
        if domain is None or not (cue or weak):
            return None
        kind = cue or "classification"
        best = recognise_subtask(kind, domain, text)
    own = [part for part in parts if _speaks(part, best.words, cue)]
    span = (own[0].start, own[0].end) if own else (parts[0].start, parts[-1].end)
    if len(own) > 1 and own[1].start - span[1] <= 3:
        span = (span[0], own[1].end)
    record = subtasks()[best.subtask]
    return Goal(kind, record.domain, best.subtask, span)  # type: ignore[arg-type]  # held to Domain by a test


def _named(text: str, kind: TaskType, weakly: bool) -> bool:
    """Whether the words alone, whatever the domain, name a task of this type."""
    return recognise_subtask(kind, None, text).score >= (_ENOUGH if weakly else _SURE)


def _best(text: str, cue: TaskType | None, domain: Domain | None) -> tuple[Recognition, TaskType]:
    found = [(recognise_subtask(kind, domain, text), kind) for kind in get_args(TaskType)]
    return max(found, key=lambda item: item[0].score + (_CUE if item[1] == cue else 0.0))


def _speaks(part: Clause, words: tuple[str, ...], cue: TaskType | None) -> bool:
    folded = part.folded
    if any(occurs(folded, expression) for expression in words if not expression.startswith("#")):
        return True
    return cue is not None and said(folded, word_lists("message_words", "types")[cue])
