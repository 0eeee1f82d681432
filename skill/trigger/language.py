"""Which of the two languages to answer in, and whether the message is in neither."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deep_learning_expert.prompts.phrases import Language

_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u052f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0e7f]")
_WORD = re.compile(r"[a-zà-ÿ]+")
_SAMPLE_CHARS = 1_200
# Short words that are frequent in one European language and rare in English technical text.
_EUROPEAN = frozenset(
    ["le", "la", "les", "des", "une", "est", "pour", "avec", "mon", "ma", "dans", "sur", "je", "vous", "comment", "qui", "der", "die", "das", "und", "ist", "nicht", "wie", "ich", "mein", "eine", "mit", "für", "el", "los", "las", "una", "por", "para", "como", "mi", "con", "qué", "cómo", "il", "che", "di", "per", "non", "sono", "como", "não", "uma", "meu", "het", "een", "niet", "van"]
)
_ENGLISH = frozenset(["the", "a", "is", "are", "to", "of", "and", "in", "my", "i", "it", "on", "for", "with", "how", "what", "why", "do", "does", "this", "that", "can", "not"])


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
    foreign = sum(word in _EUROPEAN for word in words)
    return "en", foreign >= 2 and foreign > sum(word in _ENGLISH for word in words)
