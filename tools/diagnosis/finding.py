"""What a detector reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark

FindingId = Literal["nan", "divergence", "overfitting", "not-learning", "insufficient-evidence"]
Severity = Literal["problem", "note"]


@dataclass(frozen=True)
class Finding:
    """run: index among the verdict's runs; p_value: of the trend test, None for hard facts; settle: what would tell."""

    id: FindingId
    severity: Severity
    run: int
    column: str
    first_step: float | None
    remark: Remark
    evidence: tuple[Figure, ...]
    p_value: float | None = None
    settle: Remark | None = None
