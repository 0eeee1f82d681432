"""Remarks: what a tool has to say, free of language, until a step renders it for its reader.

A `Remark` is a phrase key with its parameters. Parameters may be figures, names (plain strings), other remarks, or
lists of these; a bare number is refused, because a number without a record may not enter a plan.
Rendering gives a `Sentence`: the text and the figures it shows, from which the plan's citations are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.figures import Figure

Param = Any  # Figure | Remark | str | sequences of these; checked by `_check_param`


@dataclass(frozen=True)
class Sentence:
    """Text in one language, the figures it shows in order of appearance, and the names in it that hold digits."""

    text: str
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Remark:
    """A phrase key ("room.name") and its parameters; see `say`."""

    key: str
    params: dict[str, Param] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.params.items():
            _check_param(self.key, name, value)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted(self.params))))

    def render(self, lang: Language) -> Sentence:
        """The sentence in `lang`, with the figures shown in it."""
        shown: list[Figure] = []
        names: list[str] = []
        pieces: list[str] = []
        for literal, name, style, _ in Formatter().parse(template(lang, self.key)):
            pieces.append(literal)
            if name is not None:
                pieces.append(_render_param(self.params[name], lang, style or "", shown, names))
        text = "".join(pieces)
        return Sentence(
            _closed_up(text) if lang == "zh" else text, tuple(dict.fromkeys(shown)), tuple(dict.fromkeys(names))
        )

    def figures(self) -> tuple[Figure, ...]:
        """All figures among the parameters, nested remarks included."""
        return tuple(dict.fromkeys(_figures_in(self.params.values())))


def say(key: str, /, **params: Param) -> Remark:
    """`say("recipe.batch", batch=figure)`; errors: TypeError for a bare number."""
    return Remark(key, params)


@cache
def _gap_in_chinese() -> re.Pattern[str]:
    return re.compile(r"(?<=[\u3400-\u9fff，。；：、（）]) (?=[\u3400-\u9fff，。；：、（）])")


def _closed_up(text: str) -> str:
    """Chinese without the spaces that a template keeps for a parameter in Latin script."""
    return _gap_in_chinese().sub("", text) if " " in text else text


def _check_param(key: str, name: str, value: Param) -> None:
    if isinstance(value, Figure | Remark | str):
        return
    if isinstance(value, Sequence):
        for item in value:
            _check_param(key, name, item)
        return
    raise TypeError(f"{key}: parameter {name!r} is a bare {type(value).__name__}; pass a Figure, a Remark or a name")


def _render_param(value: Param, lang: Language, style: str, shown: list[Figure], names: list[str]) -> str:
    if isinstance(value, Figure):
        shown.append(value)
        return rendering.figure(value, lang, style)
    if isinstance(value, Remark):
        sentence = value.render(lang)
        shown.extend(sentence.figures)
        names.extend(sentence.names)
        return sentence.text
    if isinstance(value, str):
        if any(map(str.isdigit, value)):
            names.append(value)
        return value
    separator = "、" if lang == "zh" else ", "
    return separator.join(_render_param(item, lang, style, shown, names) for item in value)


def _figures_in(values: Iterable[Param]) -> Iterable[Figure]:
    for value in values:
        if isinstance(value, Figure):
            yield value
        elif isinstance(value, Remark):
            yield from _figures_in(value.params.values())
        elif not isinstance(value, str) and isinstance(value, Sequence):
            yield from _figures_in(value)


def join(sentences: Iterable[Sentence], lang: Language) -> Sentence:
    """Several sentences as one paragraph."""
    items = [item for item in sentences if item.text]
    text = ("" if lang == "zh" else " ").join(item.text for item in items)
    figures = tuple(dict.fromkeys(record for item in items for record in item.figures))
    return Sentence(text, figures, tuple(dict.fromkeys(name for item in items for name in item.names)))
