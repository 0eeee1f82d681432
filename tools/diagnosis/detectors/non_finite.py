"""Hard fact: a loss or the gradient norm went NaN or infinite and stayed so."""

from __future__ import annotations

import math

from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say

# A scaler skips the odd overflowing step; only this many in a row at the end, or a run that ends so, is a fault.
_LEAST_IN_A_ROW = 3


def detect(run: Run, index: int) -> Finding | None:
    """The earliest lasting non-finite column among total losses and gradient norm."""
    watched = (*run.of("loss"), *run.of("grad_norm"))
    starts = [(start, item) for item in watched if (start := _lasting_start(item)) is not None]
    if not starts:
        return None
    step, item = min(starts, key=lambda pair: pair[0])
    at = measured("first_non_finite_step", step, "", f"{run.source}: {item.column}", axis=run.unit)
    remark = say("diagnosis.nan", column=item.column, step=at, unit=say(f"diagnosis.unit.{run.unit}"))
    return Finding("nan", "problem", index, item.column, step, remark, (at,), settle=say("diagnosis.settle.nan"))


def _lasting_start(item: Series) -> float | None:
    """Where the non-finite tail begins, if the series ends in one; a column that never was finite counts only if it
    is the training loss (validation columns may be undefined throughout a healthy run)."""
    count = 0
    while count < len(item.values) and not math.isfinite(item.values[-1 - count]):
        count += 1
    never_finite = count == len(item.values)
    is_train_loss = item.role == "loss" and item.part != "val"
    if count == 0 or (never_finite and not is_train_loss) or (count < _LEAST_IN_A_ROW and not is_train_loss):
        return None
    return item.steps[-count]
