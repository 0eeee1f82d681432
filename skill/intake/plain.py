"""A message with traditional characters simplified and full-width letters and digits halved, one to one.

Every character keeps its place, so that a place found in the plain text is the same place in the message as written.
Chinese punctuation stays: unlike the ASCII comma, "，" never groups thousands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from deep_learning_expert.skill.trigger.normalise import simplified_characters

_FEW = 30  # kinds of characters; more are quicker translated all at once
_KEPT_WIDE = "，；：！？（）。、“”‘’"


@cache
def _characters() -> Mapping[int, str]:
    wide = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in _KEPT_WIDE}
    halves = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # half a character, of broken Unicode, cannot be kept
    return {**wide, 0x3000: " ", **simplified_characters(), **halves}


def plain(text: str) -> str:
    """`text` in simplified characters and half width, of the same length."""
    if text.isascii():
        return text
    found = set(_other_forms().findall(text))
    if len(found) > _FEW:
        return text.translate(_characters())
    for char in found:  # each kind of character at once: Python is slow at translating what is not ASCII
        text = text.replace(char, _characters()[ord(char)])
    return text


@cache
def _other_forms() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, _characters())))}]")
