"""Which of the two languages a text is in."""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import Language

# Chinese text is dense: one character in ten being Chinese means Chinese prose with English terms in it.
_CHINESE_SHARE = 0.1


def detect_language(text: str) -> Language:
    """ "zh" when at least a tenth of the letters are Chinese characters, else "en"."""
    letters = [char for char in text[:20_000] if char.isalpha()]
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in letters)
    return "zh" if letters and chinese >= _CHINESE_SHARE * len(letters) else "en"
