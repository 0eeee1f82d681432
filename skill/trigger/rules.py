"""Which rule of the skill document a message falls under, by the first row of rules.toml that holds."""

from __future__ import annotations

import tomllib
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "rules.toml"


@dataclass(frozen=True)
class _Row:
    rule: str
    needs: tuple[frozenset[str], ...]
    unless: frozenset[str]


@cache
def _rows() -> tuple[_Row, ...]:
    with _FILE.open("rb") as stream:
        table = tomllib.load(stream)
    return tuple(
        _Row(
            row["rule"],
            tuple(frozenset(part.split("|")) for part in row["needs"]),
            frozenset(row.get("unless", ())),
        )
        for row in table["row"]
    )


def rule_by_intent(concepts: Set[str]) -> str | None:
    """The rule whose row holds first for the concepts and block kinds of a message; None when none does."""
    for row in _rows():
        if row.unless.isdisjoint(concepts) and all(not part.isdisjoint(concepts) for part in row.needs):
            return row.rule
    return None
