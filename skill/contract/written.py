"""A sentence a model wrote, held to the first promise of the house: every number in it is a figure of ours.

The model refers to a figure by its id in braces, "{latency-1a2b3c4d}", and code writes value and unit. Numbers it
writes itself are refused, as digits, as words and in other scripts, and so is whatever would give a figure another
value or unit; only a rewritten sentence may keep the figures it showed. Names with digits must be names of the
catalog or of the draft.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from deep_learning_expert.prompts.phrases import LANGUAGES, Language
from deep_learning_expert.skill.contract.grounding import uncovered
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.catalog.devices import find_device
from deep_learning_expert.tools.catalog.models import has_architecture
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure

_PLACEHOLDER = re.compile(r"\{+([^{}]*)\}+")
_PLACE = "\0"  # where a figure stands, while the model's own words are looked at
_NAME_WITH_DIGIT = re.compile(
    r"[A-Za-z]{2,} \d{3,}\w*|[^\W\d_][\w.+/-]*\d[\w.+-]*|\d[\w+/-]*[^\W\d_][\w.+/-]*", re.ASCII
)  # "RTX 3060", "ResNet-50", "3DUNet"
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s|(?<=[。！？；])")
_MOST_CHARS = 700
_WORDS_PER_CHINESE_CHAR = 2  # Latin words beside each, names apart: more is a sentence of another language


@cache
def _patterns(table: str) -> re.Pattern[str]:
    tables = tomllib.loads(Path(__file__).with_name("written.toml").read_text(encoding="utf-8"))
    words = {name: "|".join(parts) for name, parts in tables["words"].items()}
    found = "|".join(f"(?:{pattern})" for pattern in tables[table]["patterns"])
    return re.compile(re.sub(r"<(\w+)>", lambda hit: f"(?:{words[hit[1]]})", found), re.IGNORECASE)


@dataclass(frozen=True)
class GroundedText:
    """text as it will stand in the plan; the figures it shows; the names in it that hold digits."""

    text: str
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()


def ground(
    text: str,
    pool: Mapping[str, Figure],
    names: Iterable[str],
    lang: Language,
    *,
    kept: Iterable[Figure] = (),
    models: Mapping[str, str] = MappingProxyType({}),
    subject: str = "",
    most_chars: int = _MOST_CHARS,
) -> GroundedText:
    """The sentence with its figures written out.

    pool: the figures the model was shown, by id; names: those of the draft; kept: figures that may also stand there
    written out, exactly as code writes them; models: id, name and weights of each network at hand -> its name;
    subject: the one of them the text is about where it names none.
    Errors: ToolError agent.text_length, agent.wrong_language, agent.secret, agent.markup, agent.glued,
    agent.ungrounded, agent.unknown_figure, agent.other_model.
    """
    text = " ".join(text.split())
    if not text or len(text) > most_chars or not text.isprintable():
        raise ToolError("agent.text_length", most=most_chars)
    known = tuple(dict.fromkeys(chain((name for name in names if name in text), _catalog_names(text))))
    own = _PLACEHOLDER.sub(_PLACE, text)
    _check_language(own, known, lang)
    for table in ("secret", "markup", "glued"):
        hit = _patterns(table).search(own)
        if hit:
            raise ToolError(f"agent.{table}", words=hit.group().replace(_PLACE, "{…}"))
    shown: dict[str, Figure] = {}
    own = _without(own, kept, shown)
    left = [char for char in own if _is_disguised(char)]
    left += [hit.group() for hit in _patterns("numbers").finditer(own)]
    left += uncovered(own, (), known)
    if left:
        raise ToolError("agent.ungrounded", numerals=", ".join(left[:5]))
    for sentence in _SENTENCE_END.split(text):
        _check_owners(sentence, pool, models, subject)
    text = _PLACEHOLDER.sub(lambda hit: _written(hit[1], pool, shown, lang), text)
    return GroundedText(text, tuple(shown.values()), known)


def _check_language(own: str, known: Iterable[str], lang: Language) -> None:
    """Errors: ToolError agent.wrong_language."""
    chinese = sum(_is_chinese(char) for char in own)
    if lang == "en":
        wrong = chinese > 0
    else:
        for name in known:
            own = own.replace(name, "")
        wrong = len(re.findall("[A-Za-z]{2,}", own)) > chinese * _WORDS_PER_CHINESE_CHAR or not chinese
    if wrong or any(_is_foreign(char) for char in own):
        raise ToolError("agent.wrong_language", language="中文" if lang == "zh" else "English")


def _is_chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _is_foreign(char: str) -> bool:
    """A letter of neither Latin, Greek nor Chinese writing; letters that only look Latin are among them."""
    latin = char.isascii() or char == "µ" or "\u00c0" <= char <= "\u024f" or "\u0370" <= char <= "\u03ff"
    return char.isalpha() and not latin and not _is_chinese(char)


def _is_disguised(char: str) -> bool:
    """A number's sign in another script or form: ٩, Ⅸ, ½, ②; also the pictures that hold digits."""
    numeric = unicodedata.numeric(char, None) is not None and not char.isascii() and not _is_chinese(char)
    return numeric or char > "\uffff" or char == "\u20e3"


def _check_owners(sentence: str, pool: Mapping[str, Figure], models: Mapping[str, str], subject: str) -> None:
    """A figure of one network must not pass for another's; errors: ToolError agent.other_model."""
    words = _PLACEHOLDER.sub(_PLACE, sentence)
    named = {name for key, name in models.items() if key in words}
    for hit in _PLACEHOLDER.finditer(sentence):
        record = pool.get(hit[1].strip())
        conditions = record.conditions if record else {}
        known = (models.get(conditions.get(key, "")) for key in ("model", "weights"))
        owner = next(filter(None, known), conditions.get("model"))
        if owner and owner not in named and owner not in words and (named or owner != subject):
            raise ToolError("agent.other_model", figure=hit[1], model=owner)


def _without(own: str, kept: Iterable[Figure], shown: dict[str, Figure]) -> str:
    """The text without figures that stand in it as code writes them, unit included; they are noted in `shown`."""
    written = {rendering.figure(record, lang, style): record for record in kept for lang in LANGUAGES
               for style in ("", "bare")}  # fmt: skip
    for text in sorted(written, key=len, reverse=True):
        whole = rf"(?<![\w.$€£¥+−–-]){re.escape(text)}(?![A-Za-z0-9_]|[.,]\d)(?!{_patterns('units').pattern})"
        own, count = re.subn(whole, " ", own)
        if count:
            shown[written[text].id] = written[text]
    return own


def _written(name: str, pool: Mapping[str, Figure], shown: dict[str, Figure], lang: Language) -> str:
    found = pool.get(name.strip())
    if found is None:
        raise ToolError("agent.unknown_figure", figure=name)
    shown[found.id] = found
    return rendering.figure(found, lang)


def _catalog_names(text: str) -> Iterable[str]:
    for hit in _NAME_WITH_DIGIT.finditer(text):
        name = hit.group().rstrip(".-+/")
        if has_architecture(name) or find_device(name) is not None:
            yield name
