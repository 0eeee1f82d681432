"""What cannot be true of a reading: impossible values, and statements that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.quantity import Quantity

ProblemCode = Literal["negative", "zero", "not_whole", "over_100_percent", "out_of_scale", "wrong_way", "contradiction"]


@dataclass(frozen=True)
class Problem:
    """code: negative, zero, not_whole (half a class), over_100_percent, out_of_scale (a correlation of 3), wrong_way
    (an upper bound on a measure that should be high), contradiction (two statements that exclude each other)."""

    code: ProblemCode
    quantities: tuple[Quantity, ...]


_ZERO_IS_IMPOSSIBLE = frozenset(
    {"count", "latency", "duration", "size", "memory", "device", "resolution", "sequence_length", "cores", "rate",
     "frequency", "parameters", "compute", "power"}
)  # fmt: skip
_MAY_BE_NEGATIVE = frozenset({"target", "setting"})
_WHOLE = frozenset(
    [
        "images",
        "texts",
        "documents",
        "pages",
        "tokens",
        "pairs",
        "nodes",
        "edges",
        "classes",
        "labels",
        "users",
        "speakers",
        "patients",
        "subjects",
        "clips",
    ]
)


def problems(quantities: Sequence[Quantity]) -> tuple[Problem, ...]:
    """Everything wrong with quantities that were stated together (one field, or all fields of one task)."""
    found = [Problem(code, (item,)) for item in quantities for code in _faults(item)]
    return (*found, *_contradictions(quantities))


def _faults(item: Quantity) -> Iterable[ProblemCode]:
    if item.value < 0 and item.kind not in _MAY_BE_NEGATIVE:
        yield "negative"
    if item.value == 0 and item.kind in _ZERO_IS_IMPOSSIBLE:
        yield "zero"
    whole = item.kind == "device" or (item.kind == "count" and item.unit in _WHOLE and item.low is None)
    if whole and item.value != int(item.value):
        yield "not_whole"
    if item.kind == "share" and item.value > 100:
        yield "over_100_percent"
    if item.kind == "target":
        yield from _target_faults(item)


def _target_faults(item: Quantity) -> Iterable[ProblemCode]:
    record = lexicon.targets().get(item.name)
    scale = record.scale if record else "share" if item.unit == "%" else "open"
    if item.value < 0 and scale in ("share", "percent-points"):
        yield "negative"
    most = {"share": 100.0, "percent-points": 100.0, "correlation": 100.0 if item.unit == "%" else 1.0}.get(scale)
    if most is not None and item.value > most and item.name not in ("WER", "CER", "DER"):
        yield "over_100_percent" if most == 100.0 else "out_of_scale"
    stated = item.direction and item.conditions.get("direction") != "implied"
    if record and stated and (item.direction[0] == ">") != (record.better == "higher"):
        yield "wrong_way"


def _contradictions(quantities: Sequence[Quantity]) -> Iterable[Problem]:
    """A floor above a ceiling, or two different exact values of one named thing under the same conditions."""
    groups: dict[object, list[Quantity]] = {}
    for item in quantities:
        if item.kind in ("latency", "size", "memory", "money", "target", "rate", "setting", "cores", "parameters"):
            conditions = tuple(sorted((k, v) for k, v in item.conditions.items() if k not in _NOT_CONDITIONS))
            groups.setdefault((item.kind, item.name, item.unit, conditions), []).append(item)
    for group in groups.values():
        for at, one in enumerate(group):
            for two in group[at + 1 : at + 20]:
                if _exclude(one, two):
                    yield Problem("contradiction", (one, two))


_NOT_CONDITIONS = frozenset({"direction", "written_unit"})


def _exclude(one: Quantity, two: Quantity) -> bool:
    (low_one, high_one), (low_two, high_two) = _bounds(one), _bounds(two)
    return low_one > high_two or low_two > high_one


def _bounds(item: Quantity) -> tuple[float, float]:
    """The interval a statement allows; a hedged value allows a tenth around it."""
    if item.direction.startswith("<"):
        return float("-inf"), item.value
    if item.direction.startswith(">"):
        return item.value, float("inf")
    if item.low is not None and item.high is not None:
        return item.low, item.high
    slack = abs(item.value) * (0.1 if item.approximate else 1e-9)
    return item.value - slack, item.value + slack
