"""A warning when the training loop waits for data more than the source allows (our own projects log the share)."""

from __future__ import annotations

from statistics import median

from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.diagnosis.thresholds import threshold, threshold_figure
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """The median share of a step spent waiting for data, when it exceeds the limit."""
    item = run.first("data_wait")
    if item is None or len(item) < threshold("least_points"):
        return None
    share = median(item.values)
    if not threshold("data_wait_share") < share <= 1:
        return None
    source = f"{run.source}: {item.column}"
    waited = measured("data_wait_share", 100 * share, "%", source)
    limit = threshold_figure("data_wait_share").model_copy(
        update={"value": 100 * threshold("data_wait_share"), "unit": "%"}
    )
    return Finding(
        "slow-data", "warning", index, item.column, item.steps[0],
        say("diagnosis.starved", column=item.column, share=waited, limit=limit), (waited, limit), None,
        say("diagnosis.settle.starved"), waited, (say("diagnosis.alternative.tiny_model"),),
    )  # fmt: skip
