"""Text that came from people, files and logs is data. What a model is shown of it is cut, fenced and marked.

Two defences, in this order. In the prompts of the steps no such text appears at all: they are built from typed facts,
and whatever words of the user are found in a draft are blanked. In a conversation the user's message appears between
fences that it cannot close, and nothing the model answers to it reaches further than `amendments.py` allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

FENCE = ("<data>", "</data>")
BLANK = "[…]"
_MOST_SHOWN_CHARS = 4000
_MOST_COMPARED_CHARS = 50_000
# A run of the user's own words this long is more than a name: it could be an instruction.
_RUN_CHARS, _RUN_CHARS_CJK = 20, 8
_MARKUP = re.compile(r"</?\s*data\b[^>]*>|<\|[^|>]*\|>", re.IGNORECASE)


def fenced(text: str, most_chars: int = _MOST_SHOWN_CHARS) -> str:
    """The text as data: without marks that could close the fence or open a role, cut in the middle when long."""
    clean = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    clean = _MARKUP.sub(BLANK, clean)
    return f"{FENCE[0]}{cut(clean, most_chars)}{FENCE[1]}"


def cut(text: str, most_chars: int) -> str:
    """Head and tail of a text that is too long."""
    if len(text) <= most_chars:
        return text
    head, tail = most_chars * 3 // 4, most_chars // 4
    return f"{text[:head]}\n{BLANK}\n{text[-tail:]}"


def words_of(value: object) -> Iterable[str]:
    """All strings of a task, the keys' excluded."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from words_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from words_of(item)


class Blanker:
    """Blanks runs of foreign words in texts shown to the model. sources: the foreign texts."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._runs: set[str] = set()
        for source in sources:
            flat = " ".join(source[:_MOST_COMPARED_CHARS].split()).casefold()
            for size in (_RUN_CHARS, _RUN_CHARS_CJK):
                for start in range(len(flat) - size + 1):
                    piece = flat[start : start + size]
                    if size == _RUN_CHARS or _is_cjk(piece):
                        self._runs.add(piece)

    def blank(self, text: str) -> str:
        """The text with every run of foreign words replaced."""
        folded = text.casefold()
        if not self._runs or len(folded) != len(text):
            folded = text
        hit = [False] * len(text)
        for size in (_RUN_CHARS, _RUN_CHARS_CJK):
            for start in range(len(folded) - size + 1):
                if folded[start : start + size] in self._runs:
                    hit[start : start + size] = [True] * size
        return re.sub("\0+", BLANK, "".join("\0" if bad else char for char, bad in zip(text, hit, strict=True)))


def _is_cjk(piece: str) -> bool:
    return sum("\u4e00" <= char <= "\u9fff" for char in piece) * 2 > len(piece)
