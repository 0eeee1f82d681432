"""Reads the sentences of the house: `prompts/<lang>/<room>.toml`, addressed as "room.name" or "room.table.name".

A template is plain text with `{name}` or `{name:style}` fields. It holds no figures: those come in as parameters, so
that each number in a sentence has a record behind it (tests/prompts holds both languages to the same keys and fields).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_ROOT = Path(__file__).resolve().parent


class UnknownPhraseError(KeyError):
    """A key that no phrase file of that language holds: always a mistake in our code."""


@cache
def room(lang: Language, name: str) -> Mapping[str, str]:
    """All phrases of one room, flattened to dotted keys without the room's name.

    Errors: UnknownPhraseError when the room has no file in that language.
    """
    path = _ROOT / lang / f"{name}.toml"
    if not path.is_file():
        raise UnknownPhraseError(f"{lang}: no phrase file {name}.toml")
    with path.open("rb") as stream:
        return _flatten(tomllib.load(stream))


def _flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value).strip()
    return flat


def template(lang: Language, key: str) -> str:
    """The template behind "room.name"; errors: UnknownPhraseError."""
    name, _, rest = key.partition(".")
    try:
        return room(lang, name)[rest]
    except KeyError as missing:
        raise UnknownPhraseError(f"{lang}: no phrase {key!r}") from missing


@cache
def exists(key: str) -> bool:
    """Whether the English files hold this key (both languages hold the same keys)."""
    name, _, rest = key.partition(".")
    return (_ROOT / "en" / f"{name}.toml").is_file() and rest in room("en", name)


def rooms(lang: Language) -> list[str]:
    """Names of all phrase files of one language, sorted."""
    return sorted(path.stem for path in (_ROOT / lang).glob("*.toml"))
