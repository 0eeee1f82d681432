"""A total loss for formats that log only its parts (Ultralytics, YOLOv5): the sum of the finite parts."""

from __future__ import annotations

import math

from deep_learning_expert.tools.diagnosis.run import Part, Series


def with_totals(series: tuple[Series, ...]) -> tuple[Series, ...]:
    """`series` plus one summed loss per part of the data that has parts of a loss but no total.

    A part that was never finite in the whole run (a known quirk of val/cls_loss) is left out of the sum.
    """
    added = tuple(total for part in ("train", "val") if (total := _total(series, part)) is not None)
    return (*series, *added)


def _total(series: tuple[Series, ...], part: Part) -> Series | None:
    if any(item.role == "loss" and item.part == part for item in series):
        return None
    parts = [item for item in series if item.role == "component" and item.part == part]
    parts = [item for item in parts if any(math.isfinite(value) for value in item.values)]
    if len(parts) < 2 or any(item.steps != parts[0].steps for item in parts):
        return None
    sums = tuple(sum(values) for values in zip(*(item.values for item in parts), strict=True))
    return Series(" + ".join(item.column for item in parts), "loss", part, -1, parts[0].steps, sums)
