"""Whether a measured compression cost too much: the source's rule of five points of the target metric."""

from __future__ import annotations

from dataclasses import dataclass

from deep_learning_expert.tools.errors import OutOfRangeError
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.wording import Remark, say

TOLERATED_DROP = cited(
    "tolerated_drop", 5, "%", "skill source, step 6: feedback loop", of="points of the target metric"
)
_LOWER_IS_BETTER = ("loss", "perplexity", "wer", "cer", "eer", "fid", "rmse", "mae", "mase", "wape", "der", "error")


@dataclass(frozen=True)
class CompressionVerdict:
    """drop_points: points of the metric lost, unit "%", positive is worse; too_large: relax the ratio or distil."""

    drop_points: Figure
    too_large: bool
    remark: Remark


def judge_compression(before: Figure, after: Figure) -> CompressionVerdict:
    """Compare the same metric on the same split before and after.

    Both in "%" or both as fractions of one (unit ""); figures of an error metric count a rise as the loss.
    Errors: OutOfRangeError when the two are different metrics or units.
    """
    if before.quantity != after.quantity or before.unit != after.unit:
        raise OutOfRangeError(
            "compression.not_comparable",
            before=f"{before.quantity} {before.unit}".strip(),
            after=f"{after.quantity} {after.unit}".strip(),
        )
    points = (before.value - after.value) * _points_per_unit(before, after)
    if _lower_is_better(before):
        points = -points
    drop = computed(
        "drop_points", round(points, 3), "%", "metric before minus metric after, in points", metric=before.quantity
    )
    too_large = drop.value > TOLERATED_DROP.value
    key = "compression.verdict.too_large" if too_large else "compression.verdict.fine"
    return CompressionVerdict(drop, too_large, say(key, drop=drop, limit=TOLERATED_DROP, before=before, after=after))


def _points_per_unit(before: Figure, after: Figure) -> float:
    """Fractions of one count a hundred points; other scales (perplexity, returns) are taken relative to `before`."""
    if before.unit == "%":
        return 1.0
    if abs(before.value) <= 1 and abs(after.value) <= 1:
        return 100.0
    return 100.0 / abs(before.value)


def _lower_is_better(metric: Figure) -> bool:
    direction = metric.conditions.get("direction", "")
    if direction:
        return direction.startswith("<")
    return any(word in metric.quantity.lower().replace("-", "_").split("_") for word in _LOWER_IS_BETTER)
