"""Overfitting: validation loss rises past its best while training loss still falls, and no task metric gainsays it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import computed, measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """A finding, or None when there is none or too little to say. Without a validation loss the task metric is judged
    in its place."""
    val, train = validation_curve(run), run.first("loss", "train")
    if val is None or train is None:
        return None
    if len(val) < threshold("least_points"):
        return _in_short_run(run, index, val, train)
    worse = [-val.direction * value for value in val.values]  # rising is worse, whatever the column's direction
    curve = statistics.smooth(worse)
    best_at = min(range(len(curve)), key=curve.__getitem__)
    best, last = curve[best_at], curve[-1]
    least = max(threshold("overfit_rise") * abs(best), threshold("overfit_sigmas") * statistics.noise(worse))
    if best == 0 or last - best < least or (val.role == "loss" and _metric_still_gains(run)):
        return None
    rising, p_value = statistics.trend(worse[best_at:])
    after = [value for step, value in zip(train.steps, train.values, strict=True) if step >= val.steps[best_at]]
    falling, p_train = statistics.trend(after)
    significant = threshold("significant")
    if rising <= 0 or p_value > significant or falling >= 0 or p_train > significant:
        return None
    return _finding(run, index, val, (val.steps[best_at], -val.direction * best, -val.direction * last), p_value)


def _in_short_run(run: Run, index: int, val: Series, train: Series) -> Finding | None:
    """A warning for a handful of epochs: too few for a test, but a large and unbroken rise is worth a look."""
    if val.role != "loss" or min(val.values) <= 0:
        return None
    best_at = min(range(len(val)), key=val.values.__getitem__)
    tail = val.values[best_at:]
    rising = all(later > earlier for earlier, later in pairwise(tail)) and len(tail) > threshold("short_rises")
    best, last, step = tail[0], tail[-1], val.steps[best_at]
    after = [value for at, value in zip(train.steps, train.values, strict=True) if at >= step]
    if not rising or last < (1 + threshold("short_rise_share")) * best or len(after) < 2 or after[-1] >= after[0]:
        return None
    metric = next((item for item in run.of("metric", "val") if item.direction and len(item) == len(val)), None)
    if metric is not None and metric.direction * (metric.values[-1] - metric.values[best_at]) > 0:
        return None
    return replace(_finding(run, index, val, (step, best, last), None), severity="warning")


def validation_curve(run: Run) -> Series | None:
    """The validation loss, else the preferred validation metric that was followed through the run."""
    least = threshold("least_points")
    metrics = (item for item in run.of("metric", "val") if item.direction and len(item) >= least)
    return run.first("loss", "val") or next(metrics, None)


def _finding(run: Run, index: int, val: Series, at: tuple[float, float, float], p_value: float | None) -> Finding:
    step, best, last = at
    source = f"{run.source}: {val.column}"
    what = "loss" if val.role == "loss" else "metric"
    figures = (
        measured("best_step", step, "", source, axis=run.unit),
        measured(f"best_validation_{what}", best, "", source),
        measured(f"last_validation_{what}", last, "", source),
    )
    change = computed(
        f"validation_{what}_change", 100 * (last - best) / abs(best), "%", f"{source}: (last - best) / |best|, smoothed"
    )
    remark = say(
        "diagnosis.overfitting" if what == "loss" else "diagnosis.overfitting_metric", column=val.column,
        step=figures[0], unit=say(f"diagnosis.unit.{run.unit}"), best=figures[1], last=figures[2],
    )  # fmt: skip
    names = ("calibration_only", "split_differs") if what == "loss" else ("split_differs",)
    return Finding(
        "overfitting", "problem", index, val.column, step, remark, figures, p_value,
        say("diagnosis.settle.overfitting"), change, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip


def _metric_still_gains(run: Run) -> bool:
    """Whether the preferred task metric is best in the last quarter: a rising loss is then only lost calibration."""
    least = threshold("least_points")
    metric = next((item for item in run.of("metric", "val") if item.direction > 0 and len(item) >= least), None)
    if metric is None:
        return False
    curve = statistics.smooth(metric.values)
    return max(range(len(curve)), key=curve.__getitem__) >= threshold("metric_still_gains") * (len(curve) - 1)
