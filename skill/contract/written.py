"""A sentence the model wrote, held to the first promise of the house: every number in it is a figure of ours.

The model refers to a figure by its id in braces, "{latency-1a2b3c4d}", and code writes the number. A number it wrote
out is accepted only where it reads exactly as one of the known figures, unit included; number words are refused. Names
with digits must be names of the catalog or of the draft.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from deep_learning_expert.prompts.phrases import LANGUAGES, Language
from deep_learning_expert.skill.contract.grounding import uncovered
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.catalog.devices import find_device
from deep_learning_expert.tools.catalog.models import has_architecture
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME_WITH_DIGIT = re.compile(r"[^\W\d_][\w.+/-]*\d[\w.+-]*|\d[\w+/-]*[^\W\d_][\w.+/-]*", re.ASCII)
_MOST_CHARS = 700
# A bare number without a unit is told from its neighbours only when it is a rare one.
_RARE_ABOVE = 100


@cache
def _patterns(table: str) -> re.Pattern[str]:
    tables = tomllib.loads(Path(__file__).with_name("spelled.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in tables[table]["patterns"]), re.IGNORECASE)


@dataclass(frozen=True)
class GroundedText:
    """text as it will stand in the plan; the figures it shows; the names in it that hold digits."""

    text: str
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()


def ground(
    text: str, pool: Mapping[str, Figure], names: Iterable[str], lang: Language, most_chars: int = _MOST_CHARS
) -> GroundedText:
    """The sentence with its figures written out.

    pool: the figures the model was shown, by id; names: those of the draft.
    Errors: ToolError agent.text_length, agent.unknown_figure, agent.ungrounded, agent.wrong_language, agent.secret.
    """
    text = " ".join(text.split())
    if not text or len(text) > most_chars or not text.isprintable():
        raise ToolError("agent.text_length", most=most_chars)
    if lang == "zh" and not any("\u4e00" <= char <= "\u9fff" for char in text):
        raise ToolError("agent.wrong_language", language="中文")
    if lang == "en" and any("\u4e00" <= char <= "\u9fff" for char in text):
        raise ToolError("agent.wrong_language", language="English")
    if _patterns("secrets").search(text):
        raise ToolError("agent.secret")
    shown: dict[str, Figure] = {}
    written = _PLACEHOLDER.sub("", text)
    text = _PLACEHOLDER.sub(lambda hit: _written(hit[1], pool, shown, lang), text)
    known = tuple(dict.fromkeys(chain((name for name in names if name in text), _catalog_names(text))))
    disguised = [char for char in text if char.isdigit() and not char.isascii()]
    disguised += [hit.group() for hit in _patterns("numbers").finditer(written)]
    if disguised:
        raise ToolError("agent.ungrounded", numerals=", ".join(disguised[:5]))
    left = uncovered(text, shown.values(), known)
    if left:
        shown |= _read_back(text, pool)
        left = uncovered(text, shown.values(), known)
    if left:
        raise ToolError("agent.ungrounded", numerals=", ".join(left[:5]))
    return GroundedText(text, tuple(shown.values()), known)


def _written(name: str, pool: Mapping[str, Figure], shown: dict[str, Figure], lang: Language) -> str:
    found = pool.get(name.strip())
    if found is None:
        raise ToolError("agent.unknown_figure", figure=name)
    shown[found.id] = found
    return rendering.figure(found, lang)


def _read_back(text: str, pool: Mapping[str, Figure]) -> dict[str, Figure]:
    """Figures whose full rendering, unit included, stands in the text."""
    found: dict[str, Figure] = {}
    for record in pool.values():
        if not record.unit and record.value.is_integer() and abs(record.value) < _RARE_ABOVE:
            continue
        for lang in LANGUAGES:
            for style in ("", "bare"):
                if re.search(rf"(?<![\w.]){re.escape(rendering.figure(record, lang, style))}(?![\w.]*\d)", text):
                    found[record.id] = record
    return found


def _catalog_names(text: str) -> Iterable[str]:
    for hit in _NAME_WITH_DIGIT.finditer(text):
        name = hit.group().rstrip(".-+/")
        if has_architecture(name) or find_device(name) is not None:
            yield name
