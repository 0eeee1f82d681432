"""Which of the two languages to answer in, and whether the message is in neither."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from deep_learning_expert.prompts.phrases import Language

_FILE = Path(__file__).resolve().parent / "short_words.toml"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u052f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0e7f]")
_WORD = re.compile(r"[a-zà-ÿ]+")
_SAMPLE_CHARS = 1_200


@cache
def _short_words() -> tuple[frozenset[str], frozenset[str]]:
    """Short words frequent in other European languages, and those of English."""
    with _FILE.open("rb") as stream:
        table = tomllib.load(stream)
    return frozenset(table["european"].split()), frozenset(table["english"].split())


def of(message: str, question: Sequence[tuple[int, int]]) -> tuple[Language, bool]:
    """(language to answer in, whether the message is in a third one), judged by the person's own words."""
    own = "".join(message[start:end] for start, end in question)[:_SAMPLE_CHARS]
    text = own if own.strip() else message[:_SAMPLE_CHARS]
    if len(_KANA_OR_HANGUL.findall(text)) >= 2:
        return "en", True
    if _HAN.search(text):
        return "zh", False
    if len(_OTHER_SCRIPT.findall(text)) > len(text) / 4:
        return "en", True
    words = _WORD.findall(text.lower())
    european, english = _short_words()
    foreign = sum(word in european for word in words)
    return "en", foreign >= 2 and foreign > sum(word in english for word in words)
