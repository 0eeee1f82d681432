"""What a detector reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark

FindingId = Literal[
    "nan", "divergence", "oscillation", "constant-metric", "not-learning", "overfitting", "val-not-moving",
    "return-collapse", "slow-data",
]  # fmt: skip
Severity = Literal["problem", "warning"]


@dataclass(frozen=True)
class Finding:
    """One fault or oddity of one run.

    run: index among the verdict's runs; first_step: where it begins on the run's step axis.
    effect: its size, the figure that makes it matter; p_value: of the trend test, None for hard facts.
    alternatives: other explanations that the log cannot rule out; settle: the signal that would tell them apart.
    """

    id: FindingId
    severity: Severity
    run: int
    column: str
    first_step: float | None
    remark: Remark
    evidence: tuple[Figure, ...]
    p_value: float | None = None
    settle: Remark | None = None
    effect: Figure | None = None
    alternatives: tuple[Remark, ...] = ()
