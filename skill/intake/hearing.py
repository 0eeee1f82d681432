"""Which word lists a text touches, found in one pass: the cheap first look before a list is read term by term.

Nearly every clause touches few lists; reading all of them is what makes long messages slow. Of a list that is not heard
no term stands in the text; one that is heard must still be read, for negations and conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Generic, TypeVar

from deep_learning_expert.skill.intake.matching import find_term, fold, occurs, terms_of
from deep_learning_expert.skill.intake.vocabulary_files import Terms, numbered_lists

T = TypeVar("T")
_LONGEST_START = 3  # characters by which terms are looked up
_LONGEST_KEPT = 2_000  # characters; longer texts are read by few lists, and are not worth a pass of their own
_NEGATIONS = ("no ", "not ", "without ", "never ", "n't ", "非", "无", "没有", "不", "无需", "no longer ")

Rows = tuple[tuple[str, T], ...]


@dataclass(frozen=True)
class Starts(Generic[T]):
    """Terms by how they begin. pairs: the first two characters of all; rows: of all that begin with a key of three (or
    fewer, where a term is that short), the longer keys' rows hold those of the shorter."""

    pairs: frozenset[str]
    rows: Mapping[str, Rows[T]]


def by_start(terms: Iterable[tuple[str, T]]) -> Starts[T]:
    """A look-up for `standing`: folded terms with what they stand for."""
    table: dict[str, list[tuple[str, T]]] = {}
    for term, meaning in terms:
        table.setdefault(term[:_LONGEST_START], []).append((term, meaning))
    rows = {
        start: tuple(row for length in range(len(start), 0, -1) for row in table.get(start[:length], ()))
        for start in (*table, *(start[:2] for start in table))
    }
    return Starts(frozenset(start[:2] for start in table), rows)


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+|[^a-z0-9 ]")  # where a Latin word begins, and every other character


def standing(text: str, starts: Starts[T]) -> Iterator[T]:
    """What the terms stand for that occur in the folded `text`; Latin terms only where a word begins."""
    pairs, rows = starts.pairs, starts.rows
    for found in _words().finditer(text):
        at = found.start()
        pair = text[at : at + 2]
        if pair not in pairs and pair[0] not in pairs:
            continue
        for term, meaning in rows.get(text[at : at + 3]) or rows.get(pair) or rows.get(pair[0], ()):
            if text.startswith(term, at):
                yield meaning


@cache
def _starts() -> Starts[tuple[tuple[int, int], ...]]:
    """Every term with the expressions (number of the list, place in it) that cannot hold without one like it."""
    owners: dict[str, list[tuple[int, int]]] = {}
    for table in numbered_lists().values():
        for terms in table.values():
            for place, expression in enumerate(terms):
                for term in terms_of(expression):
                    owners.setdefault(term, []).append((terms.number, place))
    return by_start((term, tuple(places)) for term, places in owners.items())


@lru_cache(maxsize=1024)
def heard(text: str) -> Mapping[int, Sequence[int]]:
    """Numbers of the lists of which at least one term stands in the folded text -> the expressions that may hold."""
    found: dict[int, dict[int, None]] = {}
    for places in standing(text, _starts()):
        for number, place in places:
            found.setdefault(number, {})[place] = None
    return {number: tuple(places) for number, places in found.items()}


def _candidates(text: str, expressions: Iterable[str]) -> Iterable[str]:
    """The expressions of a list that may hold in the text; all of them where that is not known."""
    if not isinstance(expressions, Terms) or expressions.number < 0 or len(text) > _LONGEST_KEPT:
        return expressions
    places = heard(text).get(expressions.number)
    return [expressions[place] for place in places] if places else ()


def may_hold(text: str, expressions: Terms) -> bool:
    """Whether one of a numbered list's expressions may hold in the folded text; False is certain."""
    return len(text) > _LONGEST_KEPT or expressions.number in heard(text)


@cache
def _numbers_of(file: str, table: str) -> frozenset[int]:
    return frozenset(terms.number for terms in numbered_lists()[file, table].values())


def touches(text: str, file: str, table: str) -> bool:
    """Whether any list of a table may hold in the folded text; False is certain."""
    return len(text) > _LONGEST_KEPT or not _numbers_of(file, table).isdisjoint(heard(text))


def touched(text: str, file: str, table: str) -> Iterator[tuple[str, Terms]]:
    """The lists of a table that may hold in the folded text, in the table's order."""
    lists = numbered_lists()[file, table]
    if len(text) > _LONGEST_KEPT:
        yield from lists.items()
        return
    numbers = heard(text)
    yield from ((key, terms) for key, terms in lists.items() if terms.number in numbers)


def any_holds(text: str, expressions: Iterable[str]) -> bool:
    """Whether one of the expressions holds in the folded text."""
    for expression in _candidates(text, expressions):  # noqa: SIM110  # a plain loop costs half of what any() does
        if occurs(text, expression):
            return True
    return False


def said(text: str, expressions: Iterable[str]) -> bool:
    """As `any_holds`, but a single term must not be negated right before."""
    for expression in _candidates(text, expressions):  # noqa: SIM110  # a plain loop costs half of what any() does
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
