"""Divergence (training loss climbs for good above its start) and no learning (it never moved, or sits at chance)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import Figure, computed, measured
from deep_learning_expert.tools.wording import say

# Class counts whose uniform-guess entropy is looked for in a flat loss: small ones, and those of the common benchmarks.
_USUAL_COUNTS = frozenset({2, 10, 100, 1000})
_CLASS_COUNTS = (*range(2, 21), 100, 200, 1000)


@dataclass(frozen=True)
class _Shape:
    """The smoothed training loss in four figures, and the p values of its trends."""

    first: float
    best: float
    last: float
    best_at: int


def detect(run: Run, index: int) -> Finding | None:
    """A divergence, or a loss that never moved, or None."""
    train = run.first("loss", "train")
    if train is None or len(train) < threshold("trend_points") or train.values[0] <= 0:
        return None
    curve = statistics.smooth(train.values)
    best_at = min(range(len(curve)), key=curve.__getitem__)
    shape = _Shape(curve[0], curve[best_at], curve[-1], best_at)
    return _divergence(run, index, train, shape) or _no_learning(run, index, train, shape)


def _figures(run: Run, train: Series, shape: _Shape) -> tuple[Figure, Figure, Figure, Figure]:
    source = f"{run.source}: {train.column}"
    return (
        measured("first_training_loss", shape.first, "", source),
        measured("best_training_loss", shape.best, "", source),
        measured("last_training_loss", shape.last, "", source),
        measured("best_step", train.steps[shape.best_at], "", source, axis=run.unit),
    )


def _divergence(run: Run, index: int, train: Series, shape: _Shape) -> Finding | None:
    if shape.best <= 0 or shape.last <= max(shape.first, threshold("diverged_times") * shape.best):
        return None
    rising, p_value = statistics.trend(train.values[shape.best_at :])
    if rising <= 0 or p_value >= threshold("significant"):
        return None
    first, best, last, step = figures = _figures(run, train, shape)
    effect = computed("last_over_best", shape.last / shape.best, "x", f"{last.source}: last / best, smoothed")
    remark = say(
        "diagnosis.divergence", column=train.column, first=first, best=best, last=last, step=step,
        unit=say(f"diagnosis.unit.{run.unit}"),
    )  # fmt: skip
    names = ("learning_rate", "data_order")
    return Finding(
        "divergence", "problem", index, train.column, step.value, remark, figures, p_value,
        say("diagnosis.settle.divergence"), effect, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip


def _no_learning(run: Run, index: int, train: Series, shape: _Shape) -> Finding | None:
    if train.steps[0] > threshold("begins_late_share") * train.steps[-1]:
        return None
    falling, p_value = statistics.trend(train.values)
    falls = falling < 0 and p_value < threshold("significant")
    moved = shape.first - shape.best
    unmoved = not falls and _is_flat(train, moved)
    slightly = moved < threshold("chance_moved_share") * shape.first
    classes = _chance_classes(run, train, unmoved) if unmoved or slightly else None
    if not unmoved and classes is None:
        return None
    figures: tuple[Figure, ...] = _figures(run, train, shape)[:2]
    effect = computed("training_loss_fall", 100 * moved / shape.first, "%", "(first - best) / first, smoothed")
    names = {"column": train.column, "first": figures[0], "best": figures[1]}
    remark = say("diagnosis.not_learning", **names)
    if classes is not None:
        entropy = computed("chance_loss", math.log(classes), "", "cross-entropy of a uniform guess, ln(classes)")
        count = computed("classes_at_chance", classes, "", "the class count whose ln is nearest to the loss")
        remark = say("diagnosis.chance", chance=entropy, classes=count, **names)
        figures = (*figures, entropy, count)
    others = ("learning_rate_low", "frozen", "labels_shuffled")
    return Finding(
        "not-learning", "problem", index, train.column, train.steps[0], remark, figures, p_value,
        say("diagnosis.settle.not_learning"), effect, tuple(say(f"diagnosis.alternative.{name}") for name in others),
    )  # fmt: skip


def _is_flat(train: Series, moved: float) -> bool:
    """Whether the loss stayed where it began, and there are points enough to say so in spite of the noise."""
    values = train.values
    noise = statistics.noise(values)
    least = max(threshold("unmoved_share") * values[0], threshold("flat_sigmas") * noise)
    if moved >= least or values[0] - _late_median(train) >= least:
        return False
    count = len(values) // 5
    fall = fmean(values[:count]) - fmean(values[-count:])
    error = noise * math.sqrt(2 / count)
    return fall + 2 * error < threshold("flat_bound_share") * values[0]


def _chance_classes(run: Run, train: Series, unmoved: bool) -> int | None:
    """The class count at whose uniform-guess entropy the second half of the loss stands, or None.

    Entropies of neighbouring counts lie close, so a count is named only when a logged accuracy confirms it, or when
    the loss did not move at all and the count is a usual one.
    """
    middle = _late_median(train)
    nearest = min(_CLASS_COUNTS, key=lambda count: abs(math.log(count) - middle))
    if abs(middle / math.log(nearest) - 1) > threshold("chance_band"):
        return None
    return nearest if _metric_at_chance(run, nearest) or (unmoved and nearest in _USUAL_COUNTS) else None


def _late_median(item: Series) -> float:
    return median(item.values[len(item) // 2 :])


def _metric_at_chance(run: Run, classes: int) -> bool:
    accuracies = [_late_median(item) for item in run.of("metric") if "acc" in item.column.lower() and len(item)]
    shares = [value / 100 if value > 1 else value for value in accuracies]
    return any(abs(share * classes - 1) < threshold("chance_accuracy_band") for share in shares)
