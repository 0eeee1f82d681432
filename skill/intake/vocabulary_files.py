"""Loads the vocabulary tables beside this package (`vocabulary/*.toml`), once each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).with_name("vocabulary")
# The tables whose lists are read in every message or task; each of their lists has a number (see hearing.py).
_NUMBERED: Mapping[str, tuple[str, ...]] = {
    "facts": (
        "labels", "distribution", "challenges", "issues", "flags", "framework", "optimizer", "loss", "method",
        "intervals", "languages",
    ),
    "message_words": (
        "types", "weak_types", "topics", "signs", "hints", "in_an_environment", "class_nouns", "data_nouns", "sorting",
    ),
    "domains": ("words",),
}  # fmt: skip


class Terms(tuple[str, ...]):
    """A list of term expressions (see matching.py); number: its place among the numbered lists, -1 for others."""

    number: int

    def __new__(cls, expressions: Iterable[str], number: int = -1) -> Terms:
        made = super().__new__(cls, expressions)
        made.number = number
        return made


@cache
def vocabulary(name: str) -> Mapping[str, Any]:
    """The table `vocabulary/<name>.toml`; its shape is described in the file's first lines."""
    with (_ROOT / f"{name}.toml").open("rb") as stream:
        return tomllib.load(stream)


@cache
def numbered_lists() -> Mapping[tuple[str, str], Mapping[str, Terms]]:
    """(file, table) -> meaning -> its terms, numbered from zero through all tables."""
    numbers = count()
    return {
        (name, table): {key: Terms(terms, next(numbers)) for key, terms in vocabulary(name)[table].items()}
        for name, tables in _NUMBERED.items()
        for table in tables
    }


@cache
def word_lists(name: str, table: str) -> Mapping[str, Terms]:
    """A table of lists of term expressions, keyed by what they mean."""
    known = numbered_lists().get((name, table))
    return known if known is not None else {key: Terms(terms) for key, terms in vocabulary(name)[table].items()}
