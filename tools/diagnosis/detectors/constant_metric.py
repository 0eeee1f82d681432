"""Hard fact: the monitored validation metric has the same value at every evaluation of the run."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say

_CEILINGS = (1.0, 100.0)
_UNDEFINED = -1.0  # what COCO-style evaluators write for a metric without any ground truth


def detect(run: Run, index: int) -> Finding | None:
    """A problem, or a warning when the constant is the metric's ceiling (solved, or leaking)."""
    found = [item for item in run.of("metric", "val") if len(item) >= threshold("constant_points")]
    if not found or found[0].values[0] == _UNDEFINED or len(set(found[0].values)) > 1:
        return None
    # One moving metric is enough to show that the model changes: a coarse count beside it may well stand still.
    if any(len(set(item.values)) > 1 for item in found):
        return None
    metric = found[0]
    source = f"{run.source}: {metric.column}"
    value = measured("constant_value", metric.values[0], "", source)
    count = measured("points", len(metric), "", source)
    at_ceiling = metric.direction > 0 and metric.values[0] in _CEILINGS
    key = "constant_ceiling" if at_ceiling else "constant_metric"
    names = ("leakage", "too_easy") if at_ceiling else ("majority", "frozen", "metric_bug")
    return Finding(
        "constant-metric", "warning" if at_ceiling else "problem", index, metric.column, metric.steps[0],
        say(f"diagnosis.{key}", column=metric.column, value=value, count=count), (value, count), None,
        say(f"diagnosis.settle.{key}"), count, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip
