"""The verdict on one or more training logs: hard facts first, then trends; quiet when unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deep_learning_expert.tools.diagnosis.detectors import non_finite, overfitting, trend_of_training
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.readers.registry import read_path, read_text
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.wording import Remark, say

Status = Literal["healthy", "problem", "insufficient_evidence"]
_LEAST_POINTS = 8


@dataclass(frozen=True)
class Verdict:
    """status of the last run; findings of all runs, earliest run first."""

    runs: tuple[Run, ...]
    findings: tuple[Finding, ...]
    status: Status

    @property
    def primary(self) -> Finding | None:
        """The gravest finding of the last run: hard facts come before trends."""
        last = len(self.runs) - 1
        return next((item for item in self.findings if item.run == last and item.severity == "problem"), None)

    @property
    def unstable(self) -> bool:
        """Whether the last run calls for the instability check (step 3's loop)."""
        return self.primary is not None and self.primary.id in ("nan", "divergence")

    @property
    def summary(self) -> Remark:
        """One sentence for a person."""
        return self.primary.remark if self.primary else say(f"diagnosis.status.{self.status}")


def diagnose_paths(paths: Iterable[Path]) -> Verdict:
    """Judge the logs in order (later ones are later rounds). Errors: FileError, ToolError from the readers."""
    return judge(tuple(run for path in paths for run in read_path(path)))


def diagnose_text(text: str, source: str) -> Verdict:
    """Judge a log given as text; `source` is the name shown for it. Errors: ToolError."""
    return judge(read_text(text, source))


def judge(runs: tuple[Run, ...]) -> Verdict:
    """Findings per run; a run with fewer than eight loss points and no hard fact is no evidence either way."""
    findings: list[Finding] = []
    for index, run in enumerate(runs):
        broken = non_finite.detect(run, index)
        finite = _finite(run)
        trends = (
            () if run.is_reinforcement else (trend_of_training.detect(finite, index), overfitting.detect(finite, index))
        )
        findings += [item for item in (broken, *trends) if item is not None]
    last = len(runs) - 1
    if any(item.run == last for item in findings):
        return Verdict(runs, tuple(findings), "problem")
    judged = bool(runs) and _enough(runs[-1])
    return Verdict(runs, tuple(findings), "healthy" if judged else "insufficient_evidence")


def _enough(run: Run) -> bool:
    """Returns are not judged by any detector yet, so a reinforcement-learning run is never called healthy; neither is
    a run without both a training and a validation curve."""
    if run.is_reinforcement:
        return False
    curves = (run.first("loss", "train"), run.first("loss", "val"))
    return all(curve is not None and len(curve) >= _LEAST_POINTS for curve in curves)


def _finite(run: Run) -> Run:
    return replace(run, series=tuple(item for item in map(_without_non_finite, run.series) if len(item)))


def _without_non_finite(item: Series) -> Series:
    kept = [(step, value) for step, value in zip(item.steps, item.values, strict=True) if math.isfinite(value)]
    return replace(item, steps=tuple(step for step, _ in kept), values=tuple(value for _, value in kept))
