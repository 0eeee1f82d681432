"""What build/trace_models.py counted of timm's models: memory traffic, kernel calls and saved activations.

traces.csv: id,side,ops,footprint; the cells are those of tools/catalog/README.md, counted at `side` pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.catalog.rows import Footprint


@dataclass(frozen=True)
class Trace:
    """One forward pass of one sample. traffic: elements read and written by all operations that are no views."""

    side: int
    traffic: float
    kernel_calls: float
    footprint: Footprint


@cache
def _lines() -> Mapping[str, str]:
    text = Path(__file__).with_name("traces.csv").read_text(encoding="utf-8")
    return {line[: line.index(",")]: line for line in text.split("\n") if line}


@cache
def trace_of(architecture_id: str) -> Trace | None:
    """The trace of a model, or None where there is none."""
    line = _lines().get(architecture_id)
    if line is None:
        return None
    _, side, ops, footprint = line.split(",")
    work = [part.split(":") for part in ops.split("|")]
    return Trace(
        side=int(side),
        traffic=sum(float(elements) for _, _, elements, _ in work),
        kernel_calls=sum(float(calls) for *_, calls in work),
        footprint=Footprint(*(int(part) for part in footprint.split(":"))),
    )
