"""Reinforcement learning is judged by its returns: gained and lost again, or never gained. Losses say nothing there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import Figure, computed, measured
from deep_learning_expert.tools.wording import say


def judged(run: Run) -> bool:
    """Whether the run holds enough returns to be called healthy or not."""
    item = run.first("return")
    return item is not None and len(item) >= threshold("return_points")


@dataclass(frozen=True)
class _Shape:
    """Moving averages of the return: first, best and last window, where the best ends, and what counts as a change."""

    first: float
    best: float
    last: float
    best_step: float
    least: float


def detect(run: Run, index: int) -> Finding | None:
    """A collapse of the return after a real gain, or no gain at all, or None."""
    item = run.first("return")
    if item is None or not judged(run):
        return None
    window = statistics.window_of(len(item))
    means = statistics.moving_mean(item.values, window)
    best_at = max(range(len(means)), key=means.__getitem__)
    # The standard error of the difference of two window means.
    error = statistics.within_window_spread(item.values, window) * math.sqrt(2 / window)
    shape = _Shape(
        means[0], means[best_at], means[-1], item.steps[best_at + window - 1], threshold("return_sigmas") * error
    )
    return _collapse(run, index, item, shape) or _no_gain(run, index, item, shape)


def _collapse(run: Run, index: int, item: Series, shape: _Shape) -> Finding | None:
    gain, loss = shape.best - shape.first, shape.best - shape.last
    if gain < shape.least or loss < max(threshold("return_collapse") * gain, shape.least):
        return None
    figures = _figures(run, item, shape)
    effect = computed("share_of_gain_lost", 100 * loss / gain, "%", f"{figures[0].source}: moving averages")
    names = dict(zip(("first", "best", "last", "step"), figures, strict=True))
    remark = say("diagnosis.return_collapse", column=item.column, unit=say(f"diagnosis.unit.{run.unit}"), **names)
    return Finding(
        "return-collapse", "problem", index, item.column, shape.best_step, remark, figures, None,
        say("diagnosis.settle.return_collapse"), effect,
        (say("diagnosis.alternative.update_too_large"), say("diagnosis.alternative.environment_changed")),
    )  # fmt: skip


def _no_gain(run: Run, index: int, item: Series, shape: _Shape) -> Finding | None:
    rising, p_value = statistics.trend(item.values)
    rises = rising > 0 and p_value < threshold("significant")
    if rises or shape.best - shape.first >= shape.least or shape.last > shape.first:
        return None
    first, best, last, _ = figures = _figures(run, item, shape)
    effect = computed("return_gain", shape.last - shape.first, "", f"{first.source}: last minus first moving average")
    remark = say("diagnosis.return_flat", column=item.column, first=first, best=best, last=last)
    names = ("exploration_stuck", "sparse_reward", "at_ceiling")
    return Finding(
        "not-learning", "problem", index, item.column, item.steps[0], remark, figures[:3], p_value,
        say("diagnosis.settle.return_flat"), effect, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip


def _figures(run: Run, item: Series, shape: _Shape) -> tuple[Figure, Figure, Figure, Figure]:
    source = f"{run.source}: {item.column}"
    return (
        measured("first_return", shape.first, "", source),
        measured("best_return", shape.best, "", source),
        measured("last_return", shape.last, "", source),
        measured("best_step", shape.best_step, "", source, axis=run.unit),
    )
