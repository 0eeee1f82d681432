"""One form for the many ways people type the same words, with a way back to the characters they typed.

Compatibility forms (NFKC), case, traditional characters and common slips of the Chinese input method are folded one
character at a time, so every folded character knows the index of the original it came from.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).resolve().parent / "characters.json"


@dataclass(frozen=True)
class Folded:
    """Folded text; `origin[i]` is the index in the original of folded character i, or None where they are equal."""

    text: str
    origin: tuple[int, ...] | None

    def original(self, index: int) -> int:
        """Index in the original text of the folded character at `index`."""
        return index if self.origin is None else self.origin[index]


@cache
def _characters() -> tuple[dict[int, str], Mapping[str, str]]:
    """Traditional to simplified, as a translation table; and slips to their meant words, of equal length."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    pairs = dict(zip(table["traditional"], table["simplified"], strict=True))
    wide = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII, one to one
    return str.maketrans({**wide, "\u3000": " ", "’": "'", "‘": "'", **pairs}), table["slips"]


@cache
def simplified_characters() -> Mapping[int, str]:
    """Traditional to simplified, one to one, for `str.translate`."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {ord(one): other for one, other in zip(table["traditional"], table["simplified"], strict=True)}


def fold(text: str) -> Folded:
    """Lower-cased, compatibility-normalised, simplified text. Lone surrogates stay as they are."""
    characters, slips = _characters()
    plain = text.translate(characters).lower()
    if len(plain) == len(text) and unicodedata.is_normalized("NFKC", plain):
        return Folded(_mended(plain, slips), None)
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        piece = unicodedata.normalize("NFKC", char.translate(characters)).lower()
        pieces.append(piece)
        origin.extend([index] * len(piece))
    return Folded(_mended("".join(pieces), slips), tuple(origin))


def _mended(text: str, slips: Mapping[str, str]) -> str:
    if text.isascii():
        return text
    for slip, meant in slips.items():
        if slip in text:
            text = text.replace(slip, meant)
    return text
