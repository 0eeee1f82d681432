"""Loads the vocabulary tables beside this package (`vocabulary/*.toml`), once each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).with_name("vocabulary")


@cache
def vocabulary(name: str) -> Mapping[str, Any]:
    """The table `vocabulary/<name>.toml`; its shape is described in the file's first lines."""
    with (_ROOT / f"{name}.toml").open("rb") as stream:
        return tomllib.load(stream)


@cache
def word_lists(name: str, table: str) -> Mapping[str, tuple[str, ...]]:
    """A table of lists of term expressions, keyed by what they mean."""
    return {key: tuple(terms) for key, terms in vocabulary(name)[table].items()}
