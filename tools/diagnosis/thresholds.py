"""The detectors' thresholds by name, from `thresholds.toml`, where each has its reason and source."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.figures import Figure, cited


@cache
def _rows() -> dict[str, dict[str, float | str]]:
    return tomllib.loads(Path(__file__).with_name("thresholds.toml").read_text(encoding="utf-8"))


@cache
def threshold(name: str) -> float:
    """The value of one threshold. Errors: KeyError for a name the table lacks (a mistake in our code)."""
    return float(_rows()[name]["value"])


def threshold_figure(name: str) -> Figure:
    """The same as a figure, for sentences that show it."""
    row = _rows()[name]
    return cited(name, threshold(name), "", str(row["source"]), reason=str(row["reason"]))
