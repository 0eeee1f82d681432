"""Reinforcement learning is judged by its returns: gained and lost again, or never gained. Losses say nothing there."""

from __future__ import annotations

import math
from statistics import fmean, stdev

from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import computed, measured
from deep_learning_expert.tools.wording import say

_LEAST_WINDOW = 10


def judged(run: Run) -> bool:
    """Whether the run holds enough returns to be called healthy or not."""
    item = run.first("return")
    return item is not None and len(item) >= threshold("return_points")


def detect(run: Run, index: int) -> Finding | None:
    """A collapse of the return after a real gain, or None."""
    item = run.first("return")
    if item is None or not judged(run):
        return None
    window = max(_LEAST_WINDOW, int(threshold("return_window_share") * len(item)))
    means = _moving_mean(item.values, window)
    peak_at = max(range(len(means)), key=means.__getitem__)
    first, peak, last = means[0], means[peak_at], means[-1]
    error = _within_window_spread(item, window) / math.sqrt(window)
    least = threshold("return_sigmas") * error
    if peak - first < least or peak - last < max(threshold("return_collapse") * (peak - first), least):
        return None
    source = f"{run.source}: {item.column}"
    figures = (
        measured("first_return", first, "", source),
        measured("best_return", peak, "", source),
        measured("last_return", last, "", source),
        measured("best_step", item.steps[peak_at + window - 1], "", source, axis=run.unit),
    )
    effect = computed("share_of_gain_lost", 100 * (peak - last) / (peak - first), "%", f"{source}: moving averages")
    names = dict(zip(("first", "best", "last", "step"), figures, strict=True))
    remark = say("diagnosis.return_collapse", column=item.column, unit=say(f"diagnosis.unit.{run.unit}"), **names)
    return Finding(
        "return-collapse", "problem", index, item.column, figures[3].value, remark, figures, None,
        say("diagnosis.settle.return_collapse"), effect,
        (say("diagnosis.alternative.update_too_large"), say("diagnosis.alternative.environment_changed")),
    )  # fmt: skip


def _moving_mean(values: tuple[float, ...], window: int) -> list[float]:
    total = sum(values[:window])
    means = [total / window]
    for at in range(window, len(values)):
        total += values[at] - values[at - window]
        means.append(total / window)
    return means


def _within_window_spread(item: Series, window: int) -> float:
    blocks = [item.values[at : at + window] for at in range(0, len(item) - window + 1, window)]
    return fmean(stdev(block) for block in blocks)
