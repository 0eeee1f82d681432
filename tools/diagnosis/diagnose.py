"""The verdict on one or more training logs: hard facts first, then trends; quiet when unsure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from deep_learning_expert.tools.diagnosis.detectors import (
    constant_metric,
    early_validation,
    non_finite,
    overfitting,
    returns,
    spikes,
    starved,
    trend_of_training,
    zero_loss,
)
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.readers.registry import read_path, read_text
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.diagnosis.verdict import Status, Verdict

__all__ = ["Status", "Verdict", "diagnose_paths", "diagnose_text", "judge"]

Detector = Callable[[Run, int], Finding | None]
# Losses of a reinforcement-learning run are not comparable over time, so these are for the other runs. Gravest first.
_TRENDS: tuple[Detector, ...] = (
    constant_metric.detect,
    trend_of_training.detect,
    spikes.detect,
    overfitting.detect,
    early_validation.detect,
    starved.detect,
)


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
        # A zero loss that masks a NaN and the NaN gradient beside it are one fact; policy losses are often truly zero.
        masked = None if run.is_reinforcement else zero_loss.detect(run, index)
        broken = masked or non_finite.detect(run, index)
        finite = _finite(run)
        detectors = (returns.detect,) if run.is_reinforcement else _TRENDS
        trends = tuple(detect(finite, index) for detect in detectors)
        findings += [item for item in (broken, *trends) if item is not None]
    last = len(runs) - 1
    if any(item.run == last and item.severity == "problem" for item in findings):
        return Verdict(runs, tuple(findings), "problem")
    judged = bool(runs) and _enough(runs[-1])
    return Verdict(runs, tuple(findings), "healthy" if judged else "insufficient_evidence")


def _enough(run: Run) -> bool:
    """Whether silence means health: enough returns, or enough points of a training loss and of a validation curve.

    A run that is still in the first part of its plan is never called healthy.
    """
    if run.coverage is not None and run.coverage < threshold("least_coverage"):
        return False
    if run.is_reinforcement:
        return returns.judged(run)
    curves = (run.first("loss", "train"), overfitting.validation_curve(run))
    return all(curve is not None and len(curve) >= threshold("least_points") for curve in curves)


def _finite(run: Run) -> Run:
    return replace(run, series=tuple(item for item in map(_without_non_finite, run.series) if len(item)))


def _without_non_finite(item: Series) -> Series:
    kept = [(step, value) for step, value in zip(item.steps, item.values, strict=True) if math.isfinite(value)]
    return replace(item, steps=tuple(step for step, _ in kept), values=tuple(value for _, value in kept))
