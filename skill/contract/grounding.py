"""Every numeral in a plan has its figure: the check behind the first promise of the house.

A numeral is covered when, at its JSON pointer, a cited figure has that value (its interval's ends and its conditions
count too) in a unit it may be shown in, to the precision written; or when it is part of a name: a pattern of
`names.toml`, or a name passed in (models, data sets and devices of the catalog).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.figures import Figure

_NUMERAL = r"(?<![\d.])\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?"
# Factors by which a value may be divided for its reader, with the letters or words that then must follow the numeral.
_SCALES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "params": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
    "MACs": ((1e12, "T"), (1e9, "G"), (1e6, "M")),
    "tokens": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")),
    "words": ((1e9, "B"), (1e6, "M")),
    "s": ((86400, " day| 天"), (3600, " h| 小时"), (60, " min| 分钟")),
    "MB": ((1e6, " TB"), (1e3, " GB"), (1e-3, " KB")),
}


@dataclass(frozen=True)
class Ungrounded:
    """A numeral without a record. pointer: JSON pointer in the plan; numeral: as written; text: its string."""

    pointer: str
    numeral: str
    text: str


def ungrounded(
    plan: Mapping[str, Any],
    citations: Mapping[str, Iterable[str]],
    evidence: Iterable[Figure],
    names: Iterable[str] = (),
) -> list[Ungrounded]:
    """All numerals of the plan's strings that no figure and no name covers, in document order."""
    by_id = {record.id: record for record in evidence}
    known = tuple(sorted((name for name in names if any(map(str.isdigit, name))), key=len, reverse=True))
    found: list[Ungrounded] = []
    for pointer, text in strings(plan):
        cited = [by_id[key] for key in citations.get(pointer, ()) if key in by_id]
        found += [Ungrounded(pointer, numeral, text) for numeral in uncovered(text, cited, known)]
    return found


def strings(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each string of a JSON value with its pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{pointer}/{index}")


def uncovered(text: str, cited: Iterable[Figure], names: Iterable[str] = ()) -> list[str]:
    """The numerals of one text that neither a cited figure nor a name covers."""
    if not any(map(str.isdigit, text)):
        return []
    masked = _mask(text, names)
    records = list(cited)
    return [
        match.group()
        for match in _numeral().finditer(masked)
        if not any(_shows(match, masked, record) for record in records)
    ]


@cache
def _numeral() -> re.Pattern[str]:
    return re.compile(_NUMERAL)


@cache
def _name_patterns() -> re.Pattern[str]:
    table = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in table["patterns"]), re.IGNORECASE)


def _mask(text: str, names: Iterable[str]) -> str:
    """The text with names blanked out, positions kept."""
    for name in names:
        if name in text:
            text = re.sub(
                rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", lambda hit: " " * len(hit.group()), text
            )
    return _name_patterns().sub(lambda hit: " " * len(hit.group()), text)


def _shows(match: re.Match[str], text: str, record: Figure) -> bool:
    written = match.group()
    value = float(written.replace(",", "").rstrip("."))
    after = text[match.end() : match.end() + 8]
    half_step = 0.5 * _last_place(written)
    for target in _targets(record):
        if abs(value - target) <= half_step + abs(target) * 1e-9:
            return True
        for factor, suffixes in _SCALES.get(record.unit, ()):
            near = abs(value - target / factor) <= half_step + abs(target / factor) * 1e-9
            if near and (record.interval is not None or after.startswith(tuple(suffixes.split("|")))):
                return True
    return any(written in _numeral().findall(condition) for condition in record.conditions.values())


def _targets(record: Figure) -> tuple[float, ...]:
    if record.interval is None:
        return (abs(record.value),)
    return (abs(record.value), abs(record.interval.low), abs(record.interval.high))


def _last_place(written: str) -> float:
    """The weight of the last digit written: 1 for "12", 0.01 for "0.25", 1e-4 for "3e-4"."""
    mantissa, _, exponent = written.lower().replace(",", "").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)
