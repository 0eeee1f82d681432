"""Validation that does not move in the early part of a run while training does: look at the data pipeline first."""

from __future__ import annotations

import math

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import computed, measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """A finding when the validation loss never came below its first value early on and no task metric improved."""
    val = run.first("loss", "val")
    if val is None or len(val) < threshold("early_points") or val.values[0] <= 0 or _began_late(run, val):
        return None
    early = _early(val)
    first, best = early[0], min(early[1:])
    # Noise may hide a small fall, but no noise excuses calling a large one none.
    noise = min(threshold("flat_sigmas") * statistics.noise(early), threshold("late_fall") * first)
    moved = max(threshold("early_improvement") * first, noise)
    if first - best > moved or _falls_later(val) or any(map(_improves, run.of("metric", "val"))):
        return None
    source = f"{run.source}: {val.column}"
    figures = (
        measured("first_validation_loss", first, "", source),
        measured("best_early_validation_loss", best, "", source),
        measured("last_early_step", val.steps[len(early) - 1], "", source, axis=run.unit),
    )
    effect = computed("early_validation_fall", 100 * (first - best) / first, "%", f"{source}: (first - best) / first")
    names = dict(zip(("first", "best", "step"), figures, strict=True))
    remark = say("diagnosis.val_not_moving", column=val.column, unit=say(f"diagnosis.unit.{run.unit}"), **names)
    return Finding(
        "val-not-moving", "problem", index, val.column, val.steps[0], remark, figures, None,
        say("diagnosis.settle.val_not_moving"), effect,
        (say("diagnosis.alternative.overfits_at_once"), say("diagnosis.alternative.split_differs")),
    )  # fmt: skip


def _early(item: Series) -> tuple[float, ...]:
    count = max(int(threshold("early_points")), math.ceil(threshold("early_share") * len(item)))
    return item.values[:count]


def _falls_later(val: Series) -> bool:
    """A loss that falls after all was only slow or noisy."""
    return val.values[0] - min(val.values) > threshold("late_fall") * val.values[0]


def _improves(metric: Series) -> bool:
    """Whether a task metric rises above its first value at any time: then the model learns what the task asks for."""
    if len(metric) < 2 or not metric.direction:
        return False
    first = metric.values[0]
    noise = threshold("flat_sigmas") * statistics.noise(metric.values)
    gain = max(metric.direction * (value - first) for value in metric.values)
    return gain > max(threshold("early_improvement") * abs(first), noise)


def _began_late(run: Run, val: Series) -> bool:
    """Whether most of the training loss's fall lay before the first validation, or there is no fall to set it against:
    then nothing can be said of the validation curve alone."""
    train = run.first("loss", "train")
    if train is None or len(train) < 2:
        return True
    curve = statistics.smooth(train.values)
    whole = curve[0] - min(curve)
    before = [value for step, value in zip(train.steps, curve, strict=True) if step <= val.steps[0]]
    fallen = curve[0] - min(before, default=curve[0])
    return whole > 0 and fallen > threshold("baseline_share") * whole
