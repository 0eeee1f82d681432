"""The range of learning rates that the sources of a plan's regime give: a sweep stays inside what is published."""

from __future__ import annotations

from dataclasses import dataclass

from deep_learning_expert.tools.recipe.project.choice import Choice
from deep_learning_expert.tools.recipe.regime import all_regimes


@dataclass(frozen=True)
class RateRange:
    """Lowest and highest rate seen in `source` at a global batch of `batch`."""

    low: float
    high: float
    batch: float
    source: str


def rate_range(choice: Choice) -> RateRange | None:
    """The range for the plan's optimizer; None when its sources give a single rate, or the plan's lies outside."""
    for regime in all_regimes():
        if regime.id == choice.regime and regime.band and regime.rate.optimizer == choice.optimizer:
            low, high = regime.band
            if low <= choice.learning_rate <= high:
                return RateRange(low, high, regime.rate.at_batch, "; ".join(regime.sources))
    return None
