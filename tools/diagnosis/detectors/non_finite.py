"""Hard fact: a loss or the gradient norm went NaN or infinite, for good (a problem) or for a moment (a warning)."""

from __future__ import annotations

import math

from deep_learning_expert.tools.diagnosis.finding import Finding, Severity
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import computed, measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """The gravest of: a column that stays non-finite, often non-finite, non-finite for a moment."""
    components = tuple(item for item in run.of("component") if item.part != "val")
    watched = [item for item in (*run.of("loss"), *components, *run.of("grad_norm")) if len(item)]
    lasting = [
        (start, order, item) for order, item in enumerate(watched) if (start := _lasting_start(item)) is not None
    ]
    if lasting:
        step, _, item = min(lasting, key=lambda found: found[:2])
        return _finding(run, index, item, step, "nan")
    passing = [(share, item) for item in watched if 0 < (share := _broken_share(item)) < 1]
    # A validation column may be undefined now and then (a class absent from a split); only training's count.
    passing = [(share, item) for share, item in passing if item.part != "val"]
    if not passing:
        return None
    share, item = max(passing, key=lambda found: found[0])
    step = next(step for step, value in zip(item.steps, item.values, strict=True) if not math.isfinite(value))
    often = share > threshold("nan_recovered_share") and _broken(item) >= threshold("nan_in_a_row")
    return _finding(run, index, item, step, "nan_often" if often else "nan_recovered")


def _finding(run: Run, index: int, item: Series, step: float, key: str) -> Finding:
    source = f"{run.source}: {item.column}"
    at = measured("first_non_finite_step", step, "", source, axis=run.unit)
    count = measured("non_finite_points", _broken(item), "", source)
    points = measured("points", len(item), "", source)
    effect = computed("non_finite_share", 100 * _broken_share(item), "%", f"{source}: non-finite points / points")
    remark = say(
        f"diagnosis.{key}",
        column=item.column,
        step=at,
        unit=say(f"diagnosis.unit.{run.unit}"),
        count=count,
        points=points,
    )
    alternatives = [say("diagnosis.alternative.learning_rate"), say("diagnosis.alternative.bad_input")]
    if item.role == "grad_norm" or key != "nan":
        alternatives.insert(0, say("diagnosis.alternative.fp16_overflow"))
    severity: Severity = "warning" if key == "nan_recovered" else "problem"
    return Finding(
        "nan", severity, index, item.column, step, remark, (at, count, points), None,
        say("diagnosis.settle.nan"), effect, tuple(alternatives),
    )  # fmt: skip


def _broken(item: Series) -> int:
    return sum(not math.isfinite(value) for value in item.values)


def _broken_share(item: Series) -> float:
    return _broken(item) / len(item)


def _lasting_start(item: Series) -> float | None:
    """Where the non-finite tail begins, if the series ends in one; a column that never was finite counts only if it
    belongs to training (validation columns may be undefined throughout a healthy run)."""
    count = 0
    while count < len(item.values) and not math.isfinite(item.values[-1 - count]):
        count += 1
    never_finite = count == len(item.values)
    is_train_loss = item.role == "loss" and item.part != "val"
    if count == 0 or (never_finite and item.part == "val"):
        return None
    if count < threshold("nan_in_a_row") and not is_train_loss:
        return None
    return item.steps[-count]
