"""Clauses of a message and the quantities in them: the smallest piece of text that still says the same."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.pasted import find_pasted
from deep_learning_expert.skill.intake.plain import plain
from deep_learning_expert.tools.quantities import Expect, Fragment, Quantity, read_quantities

Span = tuple[int, int]
HEAD_CHARS, TAIL_CHARS = 3_000, 1_500  # of a person's own words: what is asked stands at one of the two ends
_MOST_CLAUSES, _MOST_QUANTITIES = 300, 200
_LONGEST_CLAUSE = 600  # characters; nobody writes that without a comma, and reading it bit by bit would take long
_KEPT = ("percentile", "batch", "per", "of", "memory_gb")  # conditions that must not get lost
_TRIM = " \t\n\r，,。.；;：:、!！?？\"'“”"


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(r"[;；。，、\n!！?？（）()]|[,.](?=\s|$)|(?<!\d),|,(?!\d)| but | while |但是|不过")


@dataclass(frozen=True)
class Clause:
    """Characters [start, end) of a message, as `plain` gives it."""

    start: int
    end: int
    text: str

    @cached_property
    def folded(self) -> str:
        """The words as `matching.occurs` wants them."""
        return fold(self.text)


@dataclass(frozen=True)
class Prose:
    """What a person wrote in a message, pastes aside. text: the whole message in plain characters; parts: its clauses;
    quantities, unread: the quantities in them and the numbers nobody understood, spans in the message; logs, code:
    pasted places; skipped: the middle was too long to read."""

    text: str
    parts: tuple[Clause, ...]
    quantities: tuple[Quantity, ...]
    unread: tuple[Fragment, ...]
    logs: tuple[Span, ...]
    code: tuple[Span, ...]
    skipped: bool = False

    def clause_at(self, place: int) -> Clause | None:
        """The clause that holds a character of the message."""
        at = bisect_right(self._starts, place) - 1
        return self.parts[at] if at >= 0 and place < self.parts[at].end else None

    @cached_property
    def _starts(self) -> list[int]:
        return [part.start for part in self.parts]


@lru_cache(maxsize=32)
def read_prose(message: str) -> Prose:
    """The clauses a person wrote and the quantities in them, each read once; linear in the message's length."""
    text, pasted = plain(message), find_pasted(message)
    parts: list[Clause] = []
    quantities: list[Quantity] = []
    unread: list[Fragment] = []
    own, skipped = _ends_of(pasted.prose)
    for place in own:
        for run in _readable(list(clauses(text, *place))):
            parts += run
            start = run[0].start
            reading = read_quantities(text[start : run[-1].end])
            quantities += (replace(item, span=_moved(item.span, start)) for item in reading.quantities)
            unread += (Fragment(item.words, _moved(item.span, start)) for item in reading.not_understood)
    del parts[_MOST_CLAUSES:], quantities[_MOST_QUANTITIES:]
    return Prose(text, tuple(parts), tuple(quantities), tuple(unread), pasted.logs, pasted.code, skipped)


def _readable(found: list[Clause]) -> Iterator[list[Clause]]:
    """Runs of clauses, without those that nobody wrote by hand."""
    run: list[Clause] = []
    for part in found:
        if len(part.text) <= _LONGEST_CLAUSE:
            run.append(part)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _ends_of(places: tuple[Span, ...]) -> tuple[list[Span], bool]:
    """The first and the last of the person's own words, when they are too many."""
    if sum(end - start for start, end in places) <= HEAD_CHARS + TAIL_CHARS:
        return list(places), False
    head: list[Span] = []
    left = HEAD_CHARS
    for start, end in places:
        if left > 0:
            head.append((start, min(end, start + left)))
            left -= end - start
    tail: list[Span] = []
    left = TAIL_CHARS
    for start, end in reversed(places):
        begin = max(start, end - left, head[-1][1])
        if left > 0 and begin < end:
            tail.append((begin, end))
        left -= end - start
    return [*head, *reversed(tail)], True


def clauses(message: str, start: int, end: int) -> Iterator[Clause]:
    """The clauses of a piece of a message, trimmed, in order."""
    at = start
    for found in _ends().finditer(message, start, end):
        yield from _clause(message, at, found.start())
        at = found.end()
    yield from _clause(message, at, end)


def _clause(message: str, start: int, end: int) -> Iterator[Clause]:
    start, end = trimmed(message, start, end)
    if end > start:
        yield Clause(start, end, message[start:end])


def trimmed(message: str, start: int, end: int) -> Span:
    """The same place without blanks and marks at its ends."""
    while start < end and message[start] in _TRIM:
        start += 1
    while end > start and message[end - 1] in _TRIM:
        end -= 1
    return start, end


def smallest(message: str, quantity: Quantity, others: list[Quantity], around: Clause, expect: Expect | None) -> Span:
    """The smallest place around a quantity whose words, read alone, give the quantity again.

    others: quantities of the clause that belong elsewhere; the whole clause, and then all before it, are the fallback.
    """
    before = max((item.span[1] for item in others if item.span[1] <= quantity.span[0]), default=around.start)
    after = min((item.span[0] for item in others if item.span[0] >= quantity.span[1]), default=around.end)
    near = after
    if after != around.end:
        space = message.find(" ", quantity.span[1], after)
        near = space if space >= 0 else after
    for start, end in (
        (before, near),
        (before, after),
        (around.start, around.end),
        (max(around.start - 40, 0), around.end),
    ):
        place = trimmed(message, start, end)
        if reads_alike(message[slice(*place)], quantity, expect):
            return place
    return trimmed(message, around.start, around.end)


def reads_alike(text: str, wanted: Quantity, expect: Expect | None) -> bool:
    """Whether words, read alone, give the quantity again."""
    return any(_alike(found, wanted) for found in read_quantities(text, expect).quantities)


def _alike(one: Quantity, two: Quantity) -> bool:
    same = (one.kind, one.value, one.unit, one.name) == (two.kind, two.value, two.unit, two.name)
    return same and all(one.conditions.get(key) == two.conditions.get(key) for key in _KEPT)
