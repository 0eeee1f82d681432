"""Overfitting: validation loss rises past its best while training loss still falls, and no task metric gainsays it."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say

_LEAST_POINTS = 8
_LEAST_RISE = 0.03  # share of the best loss (generalisation loss of Prechelt 1998)
_LEAST_SIGMAS = 2.0
_SIGNIFICANT = 0.01  # about 0.05 over the handful of trend tests one run gets


def detect(run: Run, index: int) -> Finding | None:
    """A finding, or None when there is none or too little to say."""
    val, train = run.first("loss", "val"), run.first("loss", "train")
    if val is None or train is None or len(val) < _LEAST_POINTS:
        return None
    curve = statistics.smooth(val.values)
    best_at = min(range(len(curve)), key=curve.__getitem__)
    best, last = curve[best_at], curve[-1]
    if best <= 0 or last - best < max(_LEAST_RISE * best, _LEAST_SIGMAS * statistics.noise(val.values)):
        return None
    rising, p_value = statistics.trend(val.values[best_at:])
    after = [value for step, value in zip(train.steps, train.values, strict=True) if step >= val.steps[best_at]]
    falling, p_train = statistics.trend(after)
    if rising <= 0 or p_value > _SIGNIFICANT or falling >= 0 or p_train > _SIGNIFICANT or _metric_still_gains(run):
        return None
    source = f"{run.source}: {val.column}"
    step = val.steps[best_at]
    figures = (
        measured("best_step", step, "", source, axis=run.unit),
        measured("best_validation_loss", best, "", source),
        measured("last_validation_loss", last, "", source),
    )
    remark = say(
        "diagnosis.overfitting", column=val.column, step=figures[0], unit=say(f"diagnosis.unit.{run.unit}"),
        best=figures[1], last=figures[2],
    )  # fmt: skip
    settle = say("diagnosis.settle.overfitting")
    return Finding("overfitting", "problem", index, val.column, step, remark, figures, p_value, settle)


def _metric_still_gains(run: Run) -> bool:
    """Whether the preferred task metric is best in the last quarter: a rising loss is then only lost calibration."""
    metric = next((item for item in run.of("metric", "val") if item.direction > 0 and len(item) >= _LEAST_POINTS), None)
    if metric is None:
        return False
    curve = statistics.smooth(metric.values)
    return max(range(len(curve)), key=curve.__getitem__) >= 0.75 * (len(curve) - 1)
