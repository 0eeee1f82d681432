"""The ranges of constants.toml and memory.toml, and arithmetic with them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Span:
    """A value with the range it lies in four times out of five."""

    low: float
    middle: float
    high: float

    def scaled(self, factor: float) -> Span:
        """All three times a positive factor."""
        return Span(self.low * factor, self.middle * factor, self.high * factor)

    def times(self, other: Span) -> Span:
        """Product of two independent spans: middles multiply, log half-widths add in quadrature."""
        if not (self.low > 0 and other.low > 0):
            return Span(self.low * other.low, self.middle * other.middle, self.high * other.high)
        middle = self.middle * other.middle
        down = math.hypot(math.log(self.middle / self.low), math.log(other.middle / other.low))
        up = math.hypot(math.log(self.high / self.middle), math.log(other.high / other.middle))
        return Span(middle * math.exp(-down), middle, middle * math.exp(up))

    def plus(self, other: Span) -> Span:
        """Sum of two spans, half-widths in quadrature."""
        middle = self.middle + other.middle
        down = math.hypot(self.middle - self.low, other.middle - other.low)
        up = math.hypot(self.high - self.middle, other.high - other.middle)
        return Span(middle - down, middle, middle + up)

    def inverse(self) -> Span:
        """One over the span."""
        return Span(1 / self.high, 1 / self.middle, 1 / self.low)


def exactly(value: float) -> Span:
    """A span without width."""
    return Span(value, value, value)


@cache
def table(file: str) -> Mapping[str, Any]:
    """ "constants" or "memory", parsed."""
    with Path(__file__).with_name(f"{file}.toml").open("rb") as stream:
        return tomllib.load(stream)


def span(section: str, key: str, file: str = "constants") -> Span:
    """A [low, typical, high] entry; `section` may be dotted."""
    low, middle, high = section_of(section, file)[key]
    return Span(float(low), float(middle), float(high))


def section_of(section: str, file: str = "constants") -> Mapping[str, Any]:
    """One table of the file."""
    found: Any = table(file)
    for part in section.split("."):
        found = found[part]
    return dict(found)


def source(section: str, file: str = "constants") -> str:
    """Where a section's values are from."""
    return str(section_of(section, file)["source"])
