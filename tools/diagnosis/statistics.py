"""Robust statistics of one curve: noise, running median, Mann-Kendall trend corrected for autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median, stdev

from deep_learning_expert.tools.diagnosis.thresholds import threshold

# Mann-Kendall is quadratic: longer curves are reduced to this many block medians.
_MOST_POINTS = 120
_MAD_TO_SIGMA = 1.4826
_LEAST_WINDOW = 10
_HALF_WINDOW = 20


def noise(values: Sequence[float]) -> float:
    """Standard deviation of the noise, from the median absolute first difference (their spread if most are zero)."""
    steps = [later - earlier for earlier, later in pairwise(values)]
    if not steps:
        return 0.0
    middle = median(steps)
    spread = _MAD_TO_SIGMA * median(abs(step - middle) for step in steps)
    # A coarsely rounded curve stands still at most points; its median difference of zero is not its noise.
    return (spread or (stdev(steps) if len(steps) > 1 else 0.0)) / math.sqrt(2)


def smooth(values: Sequence[float]) -> list[float]:
    """Running median over a twentieth of the curve, at least three points; of a wide window only every so many points
    are looked at, so that the work stays linear in the curve's length."""
    half = max(3, len(values) // 20) // 2
    stride = max(1, half // _HALF_WINDOW)
    return [median(values[max(0, at - half) : at + half + 1 : stride]) for at in range(len(values))]


def reduced(values: Sequence[float]) -> list[float]:
    """At most _MOST_POINTS block medians."""
    size = -(-len(values) // _MOST_POINTS)
    return [median(values[at : at + size]) for at in range(0, len(values), size)] if values else []


def trend(values: Sequence[float]) -> tuple[int, float]:
    """Sign of the Mann-Kendall statistic and its two-sided p (Hamed & Rao 1998 variance); p = 1 below four points."""
    points = reduced(values)
    n = len(points)
    if n < 4:
        return 0, 1.0
    score = sum(_sign(points[b] - points[a]) for a in range(n) for b in range(a + 1, n))
    variance = n * (n - 1) * (2 * n + 5) / 18 * _autocorrelation_factor(points)
    z = (score - _sign(score)) / math.sqrt(variance)
    return _sign(score), math.erfc(abs(z) / math.sqrt(2))


def window_of(points: int) -> int:
    """Width of the moving average of a return logged at so many points."""
    return max(_LEAST_WINDOW, int(threshold("return_window_share") * points))


def moving_mean(values: Sequence[float], window: int) -> list[float]:
    """Means of all windows of that width; one shorter window when there are fewer values."""
    total = sum(values[:window])
    means = [total / min(window, len(values))]
    for at in range(window, len(values)):
        total += values[at] - values[at - window]
        means.append(total / window)
    return means


def within_window_spread(values: Sequence[float], window: int) -> float:
    """Upper quartile of the standard deviations within windows; 0 when not even one window is full.

    The quartile, because a policy that turns deterministic grows quiet and would make its past look exact.
    """
    spreads = sorted(stdev(values[at : at + window]) for at in range(0, len(values) - window + 1, window))
    return spreads[3 * (len(spreads) - 1) // 4] if spreads else 0.0


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _autocorrelation_factor(points: Sequence[float]) -> float:
    n = len(points)
    slope = median((points[b] - points[a]) / (b - a) for a in range(n) for b in range(a + 1, n))
    rest = [value - slope * at for at, value in enumerate(points)]
    order = sorted(range(n), key=rest.__getitem__)
    rank = [0.0] * n
    for place, at in enumerate(order):
        rank[at] = place - (n - 1) / 2
    power = sum(value * value for value in rank)
    total = 0.0
    for lag in range(1, n - 2):
        r = sum(rank[at] * rank[at + lag] for at in range(n - lag)) / power
        if abs(r) > 1.96 / math.sqrt(n):
            total += (n - lag) * (n - lag - 1) * (n - lag - 2) * r
    return max(1.0, 1 + 2 * total / (n * (n - 1) * (n - 2)))
