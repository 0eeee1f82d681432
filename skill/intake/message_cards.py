"""Graphics cards that the catalog does not hold: "RTX 3050 4GB", "an 8gb card", 12G显存."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deep_learning_expert.skill.intake.clauses import Prose, Span
from deep_learning_expert.tools.quantities import read_quantities


def unlisted_cards(prose: Prose) -> Iterator[tuple[Span, str]]:
    """(place, words for the task) of cards named or told by their memory alone, where no device was read there."""
    known = [item.span for item in prose.quantities if item.kind == "device" and item.name]
    for part in prose.parts:
        for pattern, words in ((_named(), "one GPU ({})"), (_by_memory(), "one GPU ({})")):
            for found in pattern.finditer(prose.text, part.start, part.end):
                span = found.span()
                if any(start < span[1] and span[0] < end for start, end in known):
                    continue
                if _has_card(prose.text[slice(*span)]):
                    continue
                yield span, words.format(found.group().strip())
                known.append(span)


def _has_card(words: str) -> bool:
    return any(item.name for item in read_quantities(words, "device").of("device"))


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?<![a-z0-9])(?:rtx|gtx|gt|rx|quadro|radeon(?: rx)?|arc)[ -]?[a-z]?\d{3,4}(?![0-9])"
        r"(?: ?(?:ti|super|xtx|xt|m))?"
        r"(?:[ ,(]{0,2}\d{1,2} ?gb?\b\)?)?"
    )


@cache
def _by_memory() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?<![a-z0-9.])\d{1,3} ?gb?(?: of)? ?(?:card|gpu|graphics card|vram|显存|显卡|的卡|的显卡|的显存)(?![a-z])"
        r"|显存(?:只有|就|才|有|是|大概|约)?\s?\d{1,3} ?gb?(?![a-z])"
    )
