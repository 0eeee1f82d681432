"""The word tables of this folder, loaded once, and longest-match lookup at a place in a text."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_Entry = tuple[str, bool, T]  # a word, whether its last character is Latin, its meaning

# Full-width forms become their ASCII twins, one to one, so that positions stay those of the text as written.
# The full-width comma stays: unlike the ASCII comma it never groups thousands.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；"}
_FOLD |= {0x3000: 0x20, 0xA0: 0x20, 0x2009: 0x20, 0x202F: 0x20, 0x2236: 0x3A, 0xFFE5: 0xA5, 0x2212: 0x2D}


def fold(text: str) -> str:
    """Lower case and half width, each character in its place."""
    if not text.isascii():  # each kind of character at once: Python is slow at translating what is not ASCII
        for char in set(_folding().findall(text)):
            text = text.replace(char, chr(_FOLD[ord(char)]))
    text = text.replace("\t", " ")
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


@cache
def _folding() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _FOLD))}]")


_LATIN = frozenset(string.ascii_letters + string.digits)


def is_latin(char: str) -> bool:
    """An ASCII letter or digit: what a Latin word must not touch at its ends."""
    return char in _LATIN


class Lexicon(Generic[T]):
    """Words with a meaning; `match` finds the longest one that stands at a position and ends at a word's end."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        # By the first two characters, so that a place in a text is compared with a handful of words only.
        by_start: dict[str, list[_Entry[T]]] = {}
        seen: set[str] = set()
        for word, meaning in entries:
            folded = fold(word)
            if folded not in seen:
                seen.add(folded)
                by_start.setdefault(folded[:2], []).append((folded, is_latin(folded[-1]), meaning))
        for words in by_start.values():
            words.sort(key=lambda entry: -len(entry[0]))
        self._words = tuple(sorted(seen, key=lambda word: -len(word)))
        self._single = {start: tuple(words) for start, words in by_start.items() if len(start) == 1}
        self._pairs = {
            start: (*words, *by_start.get(start[0], ())) for start, words in by_start.items() if len(start) == 2
        }

    def words(self) -> Iterable[str]:
        """Every word, folded."""
        return self._words

    def match(self, text: str, start: int, *, glued: bool = False) -> tuple[int, T] | None:
        """(end, meaning) of the longest word at `start` of a folded text; glued: it may touch a number before it."""
        entries = self._pairs.get(text[start : start + 2]) or self._single.get(text[start : start + 1])
        if entries is None:
            return None
        if not glued and start > 0 and text[start] in _LATIN and text[start - 1] in _LATIN:
            return None
        for word, latin, meaning in entries:
            if text.startswith(word, start):
                end = start + len(word)
                if not (latin and text[end : end + 1] in _LATIN):
                    return end, meaning
        return None

    def matches(self, text: str, places: Iterable[int]) -> Iterator[tuple[int, T]]:
        """What `match` finds at each of the places, in their order."""
        pairs, single = self._pairs, self._single
        for at in places:
            if text[at : at + 2] in pairs or text[at] in single:
                found = self.match(text, at)
                if found is not None:
                    yield found

    def stands_in(self, text: str) -> bool:
        """Whether any of the words stands in a folded text."""
        for word in self._words:
            at = text.find(word)
            while at >= 0:
                if self.match(text, at) is not None:
                    return True
                at = text.find(word, at + 1)
        return False


@dataclass(frozen=True)
class Unit:
    """kind: the unit's dimension ("time", "size" ...); id: as written in units.toml; factor: to the canonical unit."""

    kind: str
    id: str
    canonical: str
    factor: float


@dataclass(frozen=True)
class Name:
    """kind: target, setting, length, resolution, parameters or memory; better and scale: of targets, see names.toml."""

    kind: str
    id: str
    better: str = ""
    scale: str = ""


@cache
def table(name: str) -> Mapping[str, Any]:  # Any: the shapes differ per file and are read by the functions below
    """One TOML file of this folder."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


_CANONICAL = {
    "time": "s", "size": "MB", "frequency": "Hz", "cores": "cores", "parameters": "params", "power": "W",
    "percent": "%", "level": "dB", "multiple": "x",
}  # fmt: skip


@cache
def units() -> Lexicon[Unit]:
    """Every unit that may follow a number."""
    return Lexicon(
        (word, Unit(kind, unit, row.get("canonical") or _CANONICAL.get(kind, unit), float(row["factor"])))
        for kind, rows in table("units").items()
        for unit, row in rows.items()
        for word in row["words"]
    )


@cache
def names() -> Lexicon[Name]:
    """Every name that gives a number beside it its meaning."""
    return Lexicon(
        (word, Name(kind, name, row.get("better", ""), row.get("scale", "")))
        for kind, rows in table("names").items()
        for name, row in rows.items()
        for word in row["words"]
    )


@cache
def targets() -> Mapping[str, Name]:
    """Metric id -> its name record."""
    return {key: Name("target", key, row["better"], row["scale"]) for key, row in table("names")["target"].items()}


@cache
def nouns() -> Lexicon[str]:
    """What is counted; Latin words also in the plural."""
    return Lexicon((form, noun) for noun, words in table("counts")["nouns"].items() for form in _forms([noun, *words]))


def _forms(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        spaced = word.replace("_", " ")
        yield spaced
        if spaced[-1].isascii() and not spaced.endswith("s"):
            yield spaced + "s"


@cache
def grouped(file: str, section: str) -> Lexicon[str]:
    """A section of the form id = [words]."""
    return Lexicon((word, key) for key, words in table(file)[section].items() for word in words)


@cache
def listed(section: str, key: str = "words") -> Lexicon[str]:
    """A plain word list of signs.toml."""
    return Lexicon((word, word) for word in table("signs")[section][key])


@cache
def per_words() -> Lexicon[str]:
    """What may follow "per" or 每, Latin words also in the plural."""
    return Lexicon((form, key) for key, words in table("counts")["per"].items() for form in _forms(words))


@cache
def measures() -> Mapping[str, str]:
    """Chinese measure word -> what it counts when no noun follows."""
    return dict(table("counts")["measures"])
