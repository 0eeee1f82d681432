"""A result told in words: "after INT8 we went from 91.2 to 83.1", 测试集准确率 88%, "test 91 %, in production 80 %".

Only reports count: a message that asks, wishes or supposes tells no result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from deep_learning_expert.skill.intake.clauses import Span
from deep_learning_expert.skill.intake.plain import plain
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.quantities import read_quantities

ResultKind = Literal["compression", "test", "production"]
_LONGEST = 300  # characters; who tells a result tells it shortly
_OF_RESULTS = ("target", "share")
_NEAR = 24  # characters behind a value in which a word still speaks of it
_MOST = 1_000.0  # larger numbers are no quality measure


@dataclass(frozen=True)
class ToldResult:
    """What was measured. values: as told, before and after compression, on the test set and in production, or the one
    on the test set; empty when one of two is missing; nothing_left: the person has tried all there is."""

    kind: ResultKind
    values: tuple[str, ...]
    nothing_left: bool = False


@dataclass(frozen=True)
class _Value:
    text: str
    percent: bool
    span: Span
    front: str  # what stands before it, up to the value before
    behind: str  # what stands right behind it


def told_result(message: str) -> ToldResult | None:
    """The result that a message reports; None when it reports none."""
    text = plain(message).lower()
    if len(text) > _LONGEST or "?" in text or "？" in text or _says(text, "no_report"):
        return None
    kind = next((name for name in ("compression", "production", "test") if _finds(text, _kinds()[name])), None)
    if kind is None or (_says(text, "not_quality") and not _says(text, "quality")):
        return None
    if kind == "test" and not _says(text, "quality") and not _says(text, "got"):
        return None
    values = _alike(list(_values(text)))
    told = _READ[kind](values)
    return ToldResult(kind, told, _says(text, "nothing_left")) if told is not None else None  # type: ignore[arg-type]  # the names above


def _compression(values: Sequence[_Value]) -> tuple[str, ...] | None:
    """Before and after; () when only what is left was told."""
    if len(values) == 1:
        return () if _place(values[0]) == "after" else None
    if len(values) > 2 and _place(values[-2]) == "before":
        values = values[-2:]  # "pruning 50 % of the channels took us from 91.2 to 88.0"
    if len(values) != 2:
        return None
    one, two = values
    if _place(one) == "after" and _place(two) == "before":
        one, two = two, one
    return _shown(one), _shown(two)


def _production(values: Sequence[_Value]) -> tuple[str, ...] | None:
    """On the test set and in production."""
    if len(values) == 1:
        return () if _place(values[0]) == "after" else None
    if len(values) != 2:
        return None
    one, two = values
    first, second = _kind_beside(one), _kind_beside(two)
    if second == "test" or (first == "production" and second is None and _place(two) == "before"):
        one, two = two, one
    return _shown(one), _shown(two)


def _test(values: Sequence[_Value]) -> tuple[str, ...] | None:
    """The one value that is not of another split, where what it is of is said."""
    own = [value for value in values if _last(value.front, {"other": _places()["other_split"]}) is None]
    named = [value for value in own if _kind_beside(value) == "test"] or own
    return (_shown(named[0]),) if len(named) == 1 else None


_READ = {"compression": _compression, "production": _production, "test": _test}


def _shown(value: _Value) -> str:
    return f"{value.text}%" if value.percent else value.text


def _values(text: str) -> Iterator[_Value]:
    """Numbers that can be a quality measure: none that counts, times or sizes something, none inside a name."""
    taken = [item.span for item in read_quantities(text).quantities if item.kind not in _OF_RESULTS]
    at = 0
    for found in _number().finditer(text):
        start, end = found.span(1)
        if float(found.group(1)) > _MOST or any(first < end and start < last for first, last in taken):
            continue
        behind = text[found.end() : found.end() + _NEAR]
        yield _Value(found.group(1), bool(found.group(2)), found.span(), text[at:start], behind)
        at = found.end()


@cache
def _number() -> re.Pattern[str]:
    units = r"ms|s|mb|gb|kb|m|k|b|x|fps|bit|times|epochs?|steps?|hours?|h|d|days?|points?|pts?"
    return re.compile(
        r"(?<![a-z0-9_.,])(?<![a-z]-)([0-9]{1,4}(?:\.[0-9]+)?)(?![0-9])\s*(%|percent\b|pct\b)?"
        rf"(?!\s?-?(?:{units})(?![a-z0-9]))(?!\s*(?:个点|个百分点|点|倍|张|类|秒|毫秒|小时|天|轮|位|比特))"
    )


def _alike(values: list[_Value]) -> list[_Value]:
    """ "from 91.2 to 83.1%": both are per cent."""
    if len(values) == 2 and any(value.percent for value in values):
        return [replace(value, percent=True) for value in values]
    if values and all(1 < float(value.text) <= 100 for value in values):
        return [replace(value, percent=True) for value in values]
    return values


def _place(value: _Value) -> str | None:
    """ "before" or "after", by the word right behind ("0.78 before"), else by the last one in front that tells."""
    for name in ("before", "after"):
        if _pattern(_places()[name]).match(value.behind.lstrip()) and not value.behind.lstrip().startswith(_LINKS):
            return name
    return _last(value.front, {name: _places()[name] for name in ("before", "after")})


_LINKS = ("to ", "from ", "到", "成", "为", "从", "由")  # behind a value these speak of the next one


def _kind_beside(value: _Value) -> str | None:
    """ "test" or "production", by what stands right behind ("92 on test"), else by the last word in front."""
    behind = _behind().sub("", value.behind)
    for name in ("production", "test"):
        if behind != value.behind and _pattern(_kinds()[name]).match(behind):
            return name
    return _last(value.front, {name: _kinds()[name] for name in ("test", "production")})


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(r"^\s*(?:on|in|at|during)\s+(?:the\s+|our\s+)?")


def _last(text: str, lists: dict[str, tuple[str, ...]]) -> str | None:
    ends = {
        name: max((found.end() for found in _pattern(words).finditer(text)), default=-1)
        for name, words in lists.items()
    }
    name = max(ends, key=lambda key: ends[key])
    return name if ends[name] >= 0 else None


def _finds(text: str, words: tuple[str, ...]) -> bool:
    return _pattern(words).search(text) is not None


def _says(text: str, name: str) -> bool:
    return _finds(text, _words(name))


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(vocabulary("measured")[name]["words"])


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in vocabulary("measured")["kinds"].items()}


@cache
def _places() -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in vocabulary("measured")["places"].items()}


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, Latin ones whole, longest first."""
    return re.compile("|".join(_whole(word) for word in _longest_first(words)))


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _whole(word: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
