"""Divergence (training loss climbs for good above where it began) and no learning (it never moved)."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say

_LEAST_POINTS = 20
_SIGNIFICANT = 0.01
_DIVERGED_TIMES = 1.5  # last over best
_UNMOVED_SHARE = 0.01  # of the first loss


def detect(run: Run, index: int) -> Finding | None:
    """A divergence, or a loss that never moved, or None."""
    train = run.first("loss", "train")
    if train is None or run.is_reinforcement or len(train) < _LEAST_POINTS or train.values[0] <= 0:
        return None
    curve = statistics.smooth(train.values)
    best_at = min(range(len(curve)), key=curve.__getitem__)
    first, best, last = curve[0], curve[best_at], curve[-1]
    source = f"{run.source}: {train.column}"
    figures = (
        measured("first_training_loss", first, "", source),
        measured("best_training_loss", best, "", source),
        measured("last_training_loss", last, "", source),
        measured("best_step", train.steps[best_at], "", source, axis=run.unit),
    )
    names = {"column": train.column, "first": figures[0], "best": figures[1], "last": figures[2], "step": figures[3]}
    rising, p_value = statistics.trend(train.values[best_at:])
    sigma = statistics.noise(train.values)
    if best > 0 and last > first and last > _DIVERGED_TIMES * best and rising > 0 and p_value < _SIGNIFICANT:
        remark = say("diagnosis.divergence", unit=say(f"diagnosis.unit.{run.unit}"), **names)
        settle = say("diagnosis.settle.divergence")
        return Finding(
            "divergence", "problem", index, train.column, train.steps[best_at], remark, figures, p_value, settle
        )
    falling, p_fall = statistics.trend(train.values)
    if first - best < max(_UNMOVED_SHARE * first, sigma) and not (falling < 0 and p_fall < _SIGNIFICANT):
        remark = say("diagnosis.not_learning", **names)
        settle = say("diagnosis.settle.not_learning")
        return Finding(
            "not-learning", "problem", index, train.column, train.steps[0], remark, figures[:3], p_fall, settle
        )
    return None
