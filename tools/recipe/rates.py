"""The peak learning rate: a published (rate, batch) pair, moved to the batch at hand by the regime's scaling law."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.regime import Rate, Regime
from deep_learning_expert.tools.recipe.sizing import by_size, constants
from deep_learning_expert.tools.requirements import Requirements


@dataclass(frozen=True)
class ScaledRate:
    """learning_rate at the batch at hand; published: the pair it came from; clamped: held at an end of the band."""

    learning_rate: Figure
    published: Figure
    at_batch: Figure
    clamped: bool


def published_rate(needs: Requirements, regime: Regime, facts: Facts) -> Rate:
    """The regime's rate, or the one for the optimizer the user already runs when the sources know one.

    YOLO's own "auto" rule is applied here: few iterations take AdamW with a rate by classes, many take MuSGD.
    """
    user = (needs.setup.optimizer or "").lower()
    for rate in (regime.rate, *regime.alternatives):
        if user and rate.optimizer.lower() == user:
            return rate
    return _yolo_rate(regime, facts) if regime.length.rule == "yolo" else regime.rate


def _yolo_rate(regime: Regime, facts: Facts) -> Rate:
    rule = constants()["yolo"]
    samples = facts.numbers.get("samples")
    if samples is not None:
        epochs = by_size(constants()["yolo_epochs"], samples, "epochs")
        iterations = max(samples / rule["nominal_batch"], 1.0) * epochs
        if iterations > rule["most_iterations"]:
            return regime.rate
    classes = facts.numbers.get("classes", 1.0 if samples is not None else rule["usual_classes"])
    rate = rule["adamw_base"] * 5 / (rule["classes_offset"] + classes)
    return replace(regime.rate, optimizer="AdamW", learning_rate=round(rate, 6), momentum=None)


def scale(rate: Rate, regime: Regime, batch: float) -> ScaledRate:
    """The rate at `batch`: linear, square-root or unscaled, kept inside the regime's published band."""
    published = cited("learning_rate", rate.learning_rate, "", regime.sources[0], optimizer=rate.optimizer)
    at_batch = cited("batch_size", rate.at_batch, regime.batch_unit, regime.sources[0])
    tested = constants()["scaling"]
    ratio = min(max(batch / rate.at_batch, tested["least_ratio"]), tested["most_ratio"])
    factor = {"linear": ratio, "sqrt": math.sqrt(ratio), "none": 1.0}[regime.scaling]
    value, clamped = rate.learning_rate * factor, ratio != batch / rate.at_batch and regime.scaling != "none"
    if regime.band is not None and rate is regime.rate:
        held = min(max(value, regime.band[0]), regime.band[1])
        value, clamped = held, clamped or held != value
    if value == rate.learning_rate:
        conditions = {"optimizer": rate.optimizer, "batch": f"{batch:g}"}
        return ScaledRate(
            cited("learning_rate", value, "", regime.sources[0], **conditions), published, at_batch, clamped
        )
    method = f"{regime.scaling} scaling of the published rate to the batch" + (
        ", held in the published range" * clamped
    )
    record = computed("learning_rate", _round(value), "", method, optimizer=rate.optimizer, batch=f"{batch:g}")
    return ScaledRate(record, published, at_batch, clamped)


def _round(value: float) -> float:
    """Two significant digits: a learning rate is never known better."""
    return float(f"{value:.1e}")
