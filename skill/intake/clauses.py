"""Clauses of a message and the quantities in them: the smallest piece of text that still says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.tools.quantities import Expect, Quantity, read_quantities

Span = tuple[int, int]
_KEPT = ("percentile", "batch", "per", "of", "memory_gb")  # conditions that must not get lost
_TRIM = " \t\n\r，,。.；;：:、!！?？\"'“”"


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(r"[;；。，、\n!！?？（）()]|[,.](?=\s|$)|(?<!\d),|,(?!\d)| but | while |但是|不过")


@dataclass(frozen=True)
class Clause:
    """Characters [start, end) of a message; folded: as `matching.occurs` wants it."""

    start: int
    end: int
    text: str

    @property
    def folded(self) -> str:
        """The words, folded."""
        return fold(self.text)


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
        if _reads_alike(message[slice(*place)], quantity, expect):
            return place
    return trimmed(message, around.start, around.end)


def _reads_alike(text: str, wanted: Quantity, expect: Expect | None) -> bool:
    return any(_alike(found, wanted) for found in read_quantities(text, expect).quantities)


def _alike(one: Quantity, two: Quantity) -> bool:
    same = (one.kind, one.value, one.unit, one.name) == (two.kind, two.value, two.unit, two.name)
    return same and all(one.conditions.get(key) == two.conditions.get(key) for key in _KEPT)
