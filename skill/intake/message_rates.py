"""How fast something has to go, told with a noun that the quantity reader has no rate for: "9 bottles per second",
每秒12瓶, 每片0.5秒, 起码25帧."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deep_learning_expert.skill.intake.clauses import Clause, Prose, Span
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import Quantity

_FASTEST_FPS = 240  # more frames than that are counted, not shown in a second
_LONGEST_CYCLE_S = 60


def told_rates(prose: Prose) -> Iterator[tuple[Span, str]]:
    """(place, words for the task) of rates whose noun nobody listed."""
    read = [item.span for item in prose.quantities if item.kind in ("rate", "latency", "frequency")]
    for part in prose.parts:
        if _hopeless(part):
            continue
        for pattern in (_per_second(), _a_second_chinese()):
            for found in pattern.finditer(prose.text, part.start, part.end):
                span = found.span()
                if not any(start < span[1] and span[0] < end for start, end in read):
                    yield span, f"{found.group(1)} samples/s"


def _hopeless(part: Clause) -> bool:
    return "sec" not in part.folded and "/s" not in part.text and "秒" not in part.folded


@cache
def _per_second() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?<![\w.])(\d+(?:\.\d+)?)\s+(?!tokens?\b|requests?\b|quer)[a-z]{3,}(?: [a-z]+){0,2}\s?"
        r"(?:/|per |a |every |each )\s?(?:s|sec|second)\b"
    )


@cache
def _a_second_chinese() -> re.Pattern[str]:
    return re.compile(
        r"(?:每秒|一秒|1秒)钟?(?:要|能|得|大概|约|至少|过|处理|检测|出)*\s*(\d+(?:\.\d+)?)\s*[个片件瓶只条颗粒枚包盒]"
    )


def is_cycle(item: Quantity, clause: Clause) -> bool:
    """Whether a time is what one piece may take: 节拍0.5秒, "0.8 s per part", "under 2 seconds"."""
    if item.kind != "duration" or not 0 < item.value <= _LONGEST_CYCLE_S:
        return False
    if said(clause.folded, word_lists("message_words", "signs")["per_piece"]):
        return True
    return item.direction.startswith("<") and not said(clause.folded, word_lists("message_words", "signs")["lasting"])


def is_frame_rate(item: Quantity, clause: Clause) -> bool:
    """Whether frames are those of a second: 起码25帧, 只有4帧."""
    if item.unit != "frames" or item.value > _FASTEST_FPS or not item.words.endswith("帧"):
        return False
    return said(clause.folded, word_lists("message_words", "signs")["frame_rate"])


def is_date(item: Quantity) -> bool:
    """Whether "7月" names a month; so many months are 7个月."""
    return item.kind == "duration" and item.words.endswith(tuple(vocabulary("message_words")["dates"]["months"])) and (
        "个" not in item.words
    )  # fmt: skip
