"""Which subtask of `tools/subtasks.toml` a task is: scored over a vocabulary, and explained by the words that counted.

The score of a subtask is the sum of its matched terms (strong, ordinary, weak, against) in the specific task, half as
much for terms met only in the other fields, plus how well its task type and domain fit. With no words to go by, the
usual subtask of that type and domain stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from deep_learning_expert.skill.intake.hearing import Starts, any_holds, by_start, standing
from deep_learning_expert.skill.intake.matching import fold, occurs, terms_of
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.requirements import Domain, TaskType
from deep_learning_expert.tools.subtasks import Subtask, subtasks

# Weights of evidence. A strong term outweighs two ordinary ones; a wrong type outweighs one strong term.
_WEIGHTS = {"strong": 5.0, "terms": 2.0, "weak": 0.75, "against": -4.0}
_IN_SIDE_FIELDS = 0.4  # a term met only outside the specific task
_REPEATED = 0.6  # each further strong term counts less: they are often said together
_TYPE_FITS, _TYPE_ALSO, _TYPE_WRONG = 3.0, 1.0, -7.0
_DOMAIN_FITS, _DOMAIN_NEAR, _DOMAIN_WRONG = 2.0, 0.0, -5.0
_USUAL = 1.5
_KEPT = 3  # runners-up that are told


@dataclass(frozen=True)
class Recognition:
    """subtask: id; score: of that subtask; words: the term expressions that spoke for it; others: runners-up, best
    first, with their scores; by_default: no word spoke for it."""

    subtask: str
    score: float
    words: tuple[str, ...]
    others: tuple[tuple[str, float], ...]

    @property
    def by_default(self) -> bool:
        """Whether nothing but task type and domain decided."""
        return not self.words


def read_domain(words: str) -> Domain | None:
    """The domain behind free text ("graph (molecules)", "计算机视觉"); None when no word is known."""
    text = fold(words)
    for domain, terms in word_lists("domains", "words").items():
        if any_holds(text, terms):
            return domain  # type: ignore[return-value]  # the table's keys are held to Domain by a test
    return None


def usual_subtask(task_type: TaskType, domain: Domain) -> str:
    """The subtask meant when nothing more is said."""
    found: str = vocabulary("domains")["usual"][task_type][domain]
    return found


def recognise_subtask(
    task_type: TaskType, domain: Domain | None, specific: str, side: str = "", signals: Iterable[str] = ()
) -> Recognition:
    """Score every subtask. specific: the task in words; side: all other fields; signals: facts as "#..." words."""
    main_text = f"{fold(specific)} {fold(' '.join(signals))}"
    evidence = _evidence_for(main_text, f"{main_text} {fold(side)}")
    fits = _fits(task_type, domain)
    scored = [
        (fits[name] + own.score + _inherited(name, evidence, task_type, domain), name, own.words)
        for name, own in evidence.items()
    ]
    scored += _unspoken(task_type, domain, evidence)
    scored.sort(key=lambda item: (-item[0], item[1]))
    best = scored[0]
    others = tuple((name, round(score, 2)) for score, name, _ in scored[1 : _KEPT + 1])
    return Recognition(best[1], round(best[0], 2), best[2], others)


def _inherited(subtask: str, evidence: Mapping[str, _Evidence], task_type: TaskType, domain: Domain | None) -> float:
    """What the words say for the broader subtask that this one refines."""
    broader = vocabulary("subtasks").get(subtask, {}).get("refines")
    if not broader or not evidence[subtask].strong:
        return 0.0
    return max(evidence.get(broader, _NONE).score, 0.0) + _usual_bonus(broader, task_type, domain)


def _unspoken(
    task_type: TaskType, domain: Domain | None, evidence: Mapping[str, _Evidence]
) -> Iterator[tuple[float, str, tuple[str, ...]]]:
    """The best subtasks for which no word speaks, as many as a recognition names."""
    left = _KEPT + 1
    for fit, name in _best_fits(task_type, domain):
        if name not in evidence:
            yield fit, name, ()
            left -= 1
        if not left:
            return


@cache
def _fits(task_type: TaskType, domain: Domain | None) -> Mapping[str, float]:
    return {subtask.id: _fit(subtask, task_type, domain) for subtask in subtasks().values()}


@cache
def _best_fits(task_type: TaskType, domain: Domain | None) -> tuple[tuple[float, str], ...]:
    fits = ((fit, name) for name, fit in _fits(task_type, domain).items())
    return tuple(sorted(fits, key=lambda item: (-item[0], item[1])))


def _fit(subtask: Subtask, task_type: TaskType, domain: Domain | None) -> float:
    table = vocabulary("domains")
    if subtask.type == task_type:
        score = _TYPE_FITS
    else:
        score = _TYPE_ALSO if task_type in vocabulary("subtasks").get(subtask.id, {}).get("also", ()) else _TYPE_WRONG
    if domain is None:
        return score
    if subtask.domain == domain:
        score += _DOMAIN_FITS
    else:
        score += _DOMAIN_NEAR if subtask.domain in table["near"][domain] else _DOMAIN_WRONG
    return score + _usual_bonus(subtask.id, task_type, domain)


def _usual_bonus(subtask: str, task_type: TaskType, domain: Domain | None) -> float:
    return _USUAL if domain is not None and usual_subtask(task_type, domain) == subtask else 0.0


@cache
def _terms(subtask: str) -> Mapping[str, tuple[str, ...]]:
    row = vocabulary("subtasks").get(subtask, {})
    return {kind: tuple(row.get(kind, ())) for kind in _WEIGHTS}


@cache
def _starts() -> Starts[tuple[str, ...]]:
    """Every term of the vocabulary with the subtasks that it is a term of."""
    owners: dict[str, list[str]] = {}
    for subtask in subtasks():
        for expressions in _terms(subtask).values():
            for expression in expressions:
                for term in terms_of(expression):
                    owners.setdefault(term, []).append(subtask)
    return by_start((term, tuple(names)) for term, names in owners.items())


@dataclass(frozen=True)
class _Evidence:
    score: float
    strong: bool
    words: tuple[str, ...]


_NONE = _Evidence(0.0, False, ())


@lru_cache(maxsize=64)
def _evidence_for(main_text: str, side_text: str) -> Mapping[str, _Evidence]:
    """The evidence for every subtask of which a term stands in the texts; side_text holds main_text."""
    touched = {name for names in standing(side_text, _starts()) for name in names}
    return {subtask: _evidence(_terms(subtask), main_text, side_text) for subtask in touched}


def _evidence(terms: Mapping[str, tuple[str, ...]], main_text: str, side_text: str) -> _Evidence:
    score, strong, words = 0.0, False, []
    for kind, expressions in terms.items():
        share = 1.0
        for expression in expressions:
            if occurs(main_text, expression):
                place = 1.0
            elif occurs(side_text, expression):
                place = _IN_SIDE_FIELDS
            else:
                continue
            score += _WEIGHTS[kind] * place * share
            if kind == "strong":
                share = _REPEATED
                strong = strong or place == 1.0
            if kind != "against":
                words.append(expression)
    return _Evidence(score, strong, tuple(words))
