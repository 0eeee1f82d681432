"""Which word lists a text touches, found in one pass: the cheap first look before a list is read term by term.

Nearly every clause touches few lists; reading all of them is what makes long messages slow. Of a list that is not heard
no term stands in the text; one that is heard must still be read, for negations and conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TypeVar

from deep_learning_expert.skill.intake.matching import find_term, fold, occurs, terms_of
from deep_learning_expert.skill.intake.vocabulary_files import Terms, numbered_lists

T = TypeVar("T")
_LONGEST_START = 3  # characters by which terms are looked up
_LONGEST_KEPT = 2_000  # characters; longer texts are read by few lists, and are not worth keeping
_NEGATIONS = ("no ", "not ", "without ", "never ", "n't ", "非", "无", "没有", "不", "无需", "no longer ")

Starts = Mapping[str, tuple[tuple[str, T], ...]]


def by_start(terms: Iterable[tuple[str, T]]) -> Starts[T]:
    """A look-up for `standing`: the first characters of folded terms -> the terms with what they stand for."""
    table: dict[str, list[tuple[str, T]]] = {}
    for term, meaning in terms:
        table.setdefault(term[:_LONGEST_START], []).append((term, meaning))
    return {start: tuple(rows) for start, rows in table.items()}


def standing(text: str, starts: Starts[T]) -> Iterator[T]:
    """What the terms stand for that occur in the folded `text`; Latin terms only where a word begins."""
    inside = False  # a Latin word
    for at, char in enumerate(text):
        latin = char.isascii() and char.isalnum()
        if latin and inside:
            continue
        inside = latin
        if char == " ":
            continue
        for length in (3, 2, 1):
            for term, meaning in starts.get(text[at : at + length], ()):
                if text.startswith(term, at):
                    yield meaning


@cache
def _starts() -> Starts[tuple[int, ...]]:
    owners: dict[str, list[int]] = {}
    for table in numbered_lists().values():
        for terms in table.values():
            for expression in terms:
                for term in terms_of(expression):
                    owners.setdefault(term, []).append(terms.number)
    return by_start((term, tuple(numbers)) for term, numbers in owners.items())


@lru_cache(maxsize=1024)
def heard(text: str) -> frozenset[int]:
    """Numbers of the lists of which at least one term stands in the folded text."""
    return frozenset(number for numbers in standing(text, _starts()) for number in numbers)


def _unheard(text: str, expressions: Iterable[str]) -> bool:
    if not isinstance(expressions, Terms) or expressions.number < 0 or len(text) > _LONGEST_KEPT:
        return False
    return expressions.number not in heard(text)


@cache
def _numbers_of(file: str, table: str) -> frozenset[int]:
    return frozenset(terms.number for terms in numbered_lists()[file, table].values())


def touches(text: str, file: str, table: str) -> bool:
    """Whether any list of a table may hold in the folded text; False is certain."""
    return len(text) > _LONGEST_KEPT or not heard(text).isdisjoint(_numbers_of(file, table))


def any_holds(text: str, expressions: Iterable[str]) -> bool:
    """Whether one of the expressions holds in the folded text."""
    if _unheard(text, expressions):
        return False
    for expression in expressions:  # noqa: SIM110  # a plain loop costs half of what any() and a generator do
        if occurs(text, expression):
            return True
    return False


def said(text: str, expressions: Iterable[str]) -> bool:
    """As `any_holds`, but a single term must not be negated right before."""
    if _unheard(text, expressions):
        return False
    for expression in expressions:  # noqa: SIM110  # a plain loop costs half of what any() and a generator do
        if _said(text, expression):
            return True
    return False


def _said(text: str, expression: str) -> bool:
    terms = _alternatives(expression)
    if terms is None:
        return occurs(text, expression)
    for term in terms:  # noqa: SIM110  # a plain loop costs half of what any() and a generator do
        if term in text and _positive(text, term):
            return True
    return False


@cache
def _alternatives(expression: str) -> tuple[str, ...] | None:
    """The terms of a plain "a|b"; None for an expression with conditions."""
    if " + " in expression or expression.startswith("!"):
        return None
    return tuple(fold(term) for term in expression.split("|"))


def _positive(text: str, term: str) -> bool:
    start = find_term(text, term)
    while start >= 0:
        if not text[max(0, start - 10) : start].endswith(_NEGATIONS):
            return True
        start = find_term(text, term, start + 1)
    return False
