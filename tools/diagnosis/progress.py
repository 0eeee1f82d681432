"""The best a run reached on what it is judged by, and the noise of that curve: what rounds are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.roles import meaning_of
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import Figure, computed, measured

_LEAST_FOR_NOISE = 4


@dataclass(frozen=True)
class Progress:
    """metric: the column's name without its train/val words, so that renamed columns of two rounds still match.

    best: the best value, at conditions "step"; noise: robust standard deviation between neighbouring points once the
    first transient is over, None with fewer than four points left.
    """

    metric: str
    higher_is_better: bool
    best: Figure
    noise: Figure | None


def progress_of(run: Run) -> Progress | None:
    """Progress on the validation metric the writer ranks first, else the validation loss, else the return; None when
    the run logged none of them (a training loss that fell is no gain)."""
    item = _monitored(run)
    if item is None:
        return None
    meaning = meaning_of(item.column, item.part)
    name = meaning.stem if meaning else item.column
    source = f"{run.source}: {item.column}"
    points = [(step, value) for step, value in zip(item.steps, item.values, strict=True) if math.isfinite(value)]
    noise = _noise([value for _, value in points], name, source)
    if item.role == "return":
        points, noise = _averaged(points, name, source)
    sign = 1 if item.direction > 0 else -1
    step, best = max(points, key=lambda point: sign * point[1])
    figure = measured(f"best_{name.replace(' ', '_')}", best, "", source, step=f"{step:g}", axis=run.unit)
    return Progress(name, item.direction > 0, figure, noise)


def _monitored(run: Run) -> Series | None:
    if run.is_reinforcement:
        found = run.of("return")
        return next((item for item in found if item.part == "val" and _finite_points(item)), found[0])
    metrics = [item for item in run.of("metric", "val") if _finite_points(item) and item.direction]
    losses = [item for item in run.of("loss", "val") if _finite_points(item)]
    longest = max((len(item) for item in (*metrics, *losses)), default=0)
    # A column written once (a closing test score) is no curve when another one was followed through the run.
    curves = [item for item in (*metrics, *losses) if len(item) * 2 > longest]
    return curves[0] if curves else None


def _finite_points(item: Series) -> int:
    return sum(map(math.isfinite, item.values))


def _noise(values: list[float], name: str, source: str) -> Figure | None:
    tail = values[int(threshold("noise_skip_share") * len(values)) :]
    if len(tail) < _LEAST_FOR_NOISE:
        return None
    method = f"{source}: 1.4826 MAD of first differences / sqrt(2)"
    return computed(f"noise_of_{name.replace(' ', '_')}", statistics.noise(tail), "", method, points=str(len(tail)))


def _averaged(
    points: list[tuple[float, float]], name: str, source: str
) -> tuple[list[tuple[float, float]], Figure | None]:
    """Single returns are too noisy to compare: moving averages, each at its window's end, and their standard error."""
    values = [value for _, value in points]
    window = min(statistics.window_of(len(values)), len(values))
    means = statistics.moving_mean(values, window)
    averaged = list(zip((step for step, _ in points[window - 1 :]), means, strict=True))
    if len(values) < 2 * window:
        return averaged, None
    error = statistics.within_window_spread(values, window) / math.sqrt(window)
    method = f"{source}: standard deviation within windows / sqrt(window)"
    return averaged, computed(f"noise_of_{name.replace(' ', '_')}", error, "", method, window=str(window))
