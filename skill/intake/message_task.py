"""What is to be learnt, from free words: task type, domain and the task's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from deep_learning_expert.skill.intake.clauses import Clause, Prose
from deep_learning_expert.skill.intake.hearing import any_holds, said, touched
from deep_learning_expert.skill.intake.matching import fold, occurs
from deep_learning_expert.skill.intake.subtask import Recognition, read_domain, recognise_subtask
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.requirements import Domain, TaskType
from deep_learning_expert.tools.subtasks import subtasks

_ENOUGH = 4.9  # fit of the type plus one ordinary term
_SURE = 7.9  # fit of the type plus one strong term: enough without any verb
_NAMED = 5.9  # one strong term of a subtask that is filed under another type
_SPOKEN_TYPES = ("segmentation", "detection", "generation", "RL", "sequence-modeling")  # never without saying so
_SEEN_TYPES = ("segmentation", "detection")
_NOT_LOCATED = ("NLP", "tabular", "graph")  # "detect spam" there means to classify
_LONGEST, _LONGEST_CONTEXT = 600, 8_000  # characters


@dataclass(frozen=True)
class Goal:
    """type, domain: of the contract; subtask: recognised; span: the clauses that say it."""

    type: TaskType
    domain: Domain
    subtask: str
    span: tuple[int, int]


def cued_type(folded: str) -> TaskType | None:
    """The task type that a verb or noun names; None when none does."""
    for kind, terms in touched(folded, "message_words", "types"):
        if said(folded, terms):
            return kind  # type: ignore[return-value]  # the table's keys are held to TaskType by a test
    return None


def _weakly_cued(folded: str) -> bool:
    return said(folded, word_lists("message_words", "weak_types")["classification"])


def read_goal(prose: Prose, told: Sequence[Prose] = (), *, has_classes: bool = False) -> Goal | None:
    """The task that the clauses describe; None when no word of theirs names one.

    told: every message so far, for the domain of the data; has_classes: a number of classes is stated somewhere.
    """
    parts = prose.parts
    text = " ; ".join(part.text for part in parts)[:_LONGEST]
    if not text:
        return None
    folded = fold(text)
    cue, weak = cued_type(folded), _weakly_cued(folded) or has_classes
    context = " ; ".join((text, *(one.text for one in told)))[:_LONGEST_CONTEXT]
    counted = _counted_domain((prose, *told))
    said = read_domain(context) or _hinted_domain(fold(context))
    if counted == "tabular" and said is not None:
        counted = None  # rows and records can be of anything
    domain = counted or said
    if cue == "detection" and domain in _NOT_LOCATED:
        cue, weak = None, True
    best, kind = _best(text, cue, counted)
    if cue is None and kind == "RL" and best.subtask.startswith("rl-pixels"):
        best, kind = _best(text, "classification", domain)  # a screen or a camera alone is no environment
    if (
        cue == "RL"
        and domain == "CV"
        and counted is None
        and not any_holds(folded, word_lists("message_words", "signs")["seen"])
    ):
        domain = "control"  # a drone is not a picture
    if cue in _SEEN_TYPES and domain in (None, "control") and not _is_of_signals(folded):
        domain = "CV"  # said of things one sees, where nothing else is named
    unsure = kind in _SPOKEN_TYPES and (not _is_sure(best, folded) or _is_elsewhere(best.subtask, domain))
    if cue is None and weak and (has_classes or unsure):
        best, kind = _best(text, "classification", domain)
        cue = "classification"
    if cue == "detection" and best.score < _SURE:
        free, other = _best(text, None, counted)
        if free.score >= _SURE and _is_sure(free, folded) and cue in _also(free.subtask):
            best, kind, cue = free, other, other  # a task's own name tells more than a verb: "wake word detection"
    if cue is None and not weak and (kind == "segmentation" or _is_elsewhere(best.subtask, domain)):
        return None  # one strong word alone: "the prompt part" cuts nothing out of a picture
    if best.by_default or best.score < _ENOUGH or (cue is None and not weak and not _is_sure(best, folded)):
        if domain is None or not (cue or weak):
            return None
        best, kind = _best(text, cue or "classification", domain)
    elif best.score < _SURE and domain is not None:
        best, kind = _best(text, cue, domain)
    own = [part for part in parts if _speaks(part, best.words, cue)]
    span = (own[0].start, own[0].end) if own else (parts[0].start, parts[-1].end)
    if len(own) > 1 and own[1].start - span[1] <= 3:
        span = (span[0], own[1].end)
    record = subtasks()[best.subtask]
    if kind in _also(best.subtask) and best.score >= _NAMED:
        kind = record.type  # type: ignore[assignment]  # held to TaskType by a test
    return Goal(kind, record.domain, best.subtask, span)  # type: ignore[arg-type]  # held to Domain by a test


def _is_of_signals(folded: str) -> bool:
    """Whether something is found in measurements, not in pictures."""
    return any_holds(folded, word_lists("message_words", "signs")["anomalies"])


def _is_elsewhere(subtask: str, domain: Domain | None) -> bool:
    """Whether a subtask is of another domain than the one that the words tell of."""
    own = subtasks()[subtask].domain
    return domain is not None and own != domain and own not in vocabulary("domains")["near"][domain]


def _also(subtask: str) -> tuple[str, ...]:
    """Other types that people file a subtask under and mean the subtask's own."""
    if "anomaly" in subtask:
        return ()  # finding anomalies is called detection, by everybody
    return tuple(vocabulary("subtasks").get(subtask, {}).get("also", ()))


def _is_sure(best: Recognition, folded: str) -> bool:
    """Whether a strong term names something to be done, not only what there is ("X-ray pictures")."""
    terms = {
        term.lstrip("!").strip() for words in best.words for part in words.split(" + ") for term in part.split("|")
    }
    spoken = terms - set(word_lists("message_words", "no_goal")["words"])
    return best.score >= _SURE and any(occurs(folded, term) for term in spoken)


def _hinted_domain(folded: str) -> Domain | None:
    for domain, terms in touched(folded, "message_words", "hints"):
        if said(folded, terms):
            return domain  # type: ignore[return-value]  # the table's keys are held to Domain by a test
    return None


def _counted_domain(told: Iterable[Prose]) -> Domain | None:
    """The domain that the counted things belong to: images, texts, hours of sound."""
    for prose in told:
        for item in prose.quantities:
            for domain, units in word_lists("message_words", "units_of").items():
                if item.kind == "count" and item.unit in units:
                    if item.unit in ("clips", "hours") and any(says_picture(part.folded) for part in prose.parts):
                        return "CV"
                    return domain  # type: ignore[return-value]  # the table's keys are held to Domain by a test
    return None


def says_picture(folded: str) -> bool:
    """Whether clips are of pictures that move, not of sound."""
    return any_holds(
        folded, ("camera|video|footage|cctv|摄像|监控|视频|影片|录像|画面|gesture|手势|手语|sign language",)
    )


def _best(text: str, cue: TaskType | None, domain: Domain | None) -> tuple[Recognition, TaskType]:
    """The best subtask, of the named type if one is named."""
    if cue is not None:
        return recognise_subtask(cue, domain, text), cue
    found = [(recognise_subtask(kind, domain, text), kind) for kind in get_args(TaskType)]
    return max(found, key=lambda item: item[0].score)


def _speaks(part: Clause, words: tuple[str, ...], cue: TaskType | None) -> bool:
    folded = part.folded
    if any(occurs(folded, expression) for expression in words if not expression.startswith("#")):
        return True
    if cue is None or cue == "classification":
        return _weakly_cued(folded) or said(folded, word_lists("message_words", "types")["classification"])
    return cue is not None and said(folded, word_lists("message_words", "types")[cue])
