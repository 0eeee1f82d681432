"""What a person said in numbers: the result types of reading quantities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from deep_learning_expert.tools.figures import Figure, Interval

QuantityKind = Literal[
    "count", "latency", "duration", "size", "memory", "target", "money", "share", "ratio", "gpu_hours", "device",
    "resolution", "sequence_length", "cores", "rate", "frequency", "parameters", "compute", "power", "setting",
]  # fmt: skip
Direction = Literal["", "<", "<=", ">", ">="]
Expect = Literal["count", "latency", "size", "target", "money", "device", "share"]
"""What the field a text stands in asks for; it settles "<1s", "100M" or "35 hours", never against a stated unit."""


@dataclass(frozen=True)
class Quantity:
    """One quantity, its number in the canonical unit of its kind.

    kind and unit: count (what is counted, canonical English plural, "images"), latency (ms), duration (s), size and
        memory (MB, decimal: 1 GB = 1000 MB; GiB and its kin are converted), target (a quality measure; "%", "dB" or ""
        as the person wrote it), money (ISO 4217 code), share (%), ratio (the larger over the smaller side, ":1"),
        device (value = how many, unit = kind of device), resolution (px, the longer side), sequence_length (tokens or
        the unit written), cores, rate ("frames/s"), frequency (Hz), parameters (params), compute ("MACs" or "FLOPs"),
        power (W), gpu_hours (GPU h), setting (a hyper-parameter; "" or a count's unit).
    name: metric id (target, "" if only the field says that it is a target), hyper-parameter id (setting), catalog id
        (device, "" if no model is named).
    direction: as written; a target without one takes its metric's good one (`conditions["direction"]`: "implied").
    low, high: the ends of a range, value then is its middle; both None otherwise.
    conditions, all optional: latency has percentile, batch, device, per, sequence_length, resolution; device has
        memory_gb, cores, role ("train", "deploy"), count ("stated", "unstated", "several"), machines (hosts with that
        many devices each), without ("gpu": the words were "no GPU", read as a CPU); count has subset and per; share has
        of ("positive", "label_noise" ..., "change" for a gain or loss); resolution has width and height; size has
        written_unit.
    span: where the words stand in the text, as [start, end).
    """

    kind: QuantityKind
    value: float
    unit: str
    direction: Direction = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    approximate: bool = False
    span: tuple[int, int] = (0, 0)
    words: str = ""
    name: str = ""
    low: float | None = None
    high: float | None = None

    def __hash__(self) -> int:
        return hash((self.kind, self.value, self.unit, self.span))


@dataclass(frozen=True)
class Fragment:
    """Words that hold or stand for a number but were not understood; kept, reported, never guessed."""

    words: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """All quantities of a text in order; truncated: the text was longer than what is examined."""

    quantities: tuple[Quantity, ...]
    not_understood: tuple[Fragment, ...] = ()
    truncated: bool = False

    def of(self, *kinds: QuantityKind) -> tuple[Quantity, ...]:
        """The quantities of these kinds, in order."""
        return tuple(item for item in self.quantities if item.kind in kinds)


def as_figure(quantity: Quantity, name: str, where: str) -> Figure:
    """The quantity as a figure the user gave; `where`: the task's JSON path. A range becomes the figure's interval.

    Conditions keep the direction (strictness dropped: ">=" or "<=") and "approximate": "yes".
    """
    conditions = dict(quantity.conditions)
    if quantity.direction:
        conditions["direction"] = quantity.direction[0] + "="
    if quantity.approximate:
        conditions["approximate"] = "yes"
    interval = None
    if quantity.low is not None and quantity.high is not None and math.isfinite(quantity.high):
        interval = Interval(low=quantity.low, high=quantity.high, coverage=1.0)
    return Figure(
        quantity=name,
        value=quantity.value,
        unit=quantity.unit,
        kind="given",
        source=where,
        conditions=conditions,
        interval=interval,
    )
