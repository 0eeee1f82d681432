"""The verdict on one or more runs, and the comparison of two rounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from deep_learning_expert.tools.diagnosis.finding import Finding, FindingId
from deep_learning_expert.tools.diagnosis.progress import Progress, progress_of
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.wording import Remark, say

Status = Literal["healthy", "problem", "insufficient_evidence"]
_UNSTABLE: frozenset[FindingId] = frozenset({"nan", "divergence", "oscillation"})


@dataclass(frozen=True)
class Verdict:
    """status of the last run (the newest round); findings of all runs, earliest run first, gravest first within one."""

    runs: tuple[Run, ...]
    findings: tuple[Finding, ...]
    status: Status

    @property
    def current(self) -> tuple[Finding, ...]:
        """The findings of the last run."""
        return tuple(item for item in self.findings if item.run == len(self.runs) - 1)

    @property
    def primary(self) -> Finding | None:
        """The gravest problem of the last run: hard facts come before trends."""
        return next((item for item in self.current if item.severity == "problem"), None)

    @property
    def unstable(self) -> bool:
        """Whether the last run calls for the instability check (step 3's loop)."""
        return any(item.id in _UNSTABLE and item.severity == "problem" for item in self.current)

    @property
    def val_not_moving_early(self) -> bool:
        """Whether validation did not move in the early part of the last run (step 4's loop: data pipeline first)."""
        return any(item.id == "val-not-moving" for item in self.current)

    @cached_property
    def progress(self) -> Progress | None:
        """The last run's best and noise, or None when nothing fit to compare rounds was logged."""
        return progress_of(self.runs[-1]) if self.runs else None

    @property
    def metric_name(self) -> str | None:
        """Name of the monitored metric."""
        return self.progress.metric if self.progress else None

    @property
    def higher_is_better(self) -> bool | None:
        """Direction of the monitored metric."""
        return self.progress.higher_is_better if self.progress else None

    @property
    def best_metric(self) -> Figure | None:
        """Best monitored value of the last run."""
        return self.progress.best if self.progress else None

    @property
    def noise(self) -> Figure | None:
        """Robust standard deviation of the monitored metric between neighbouring points of the last run."""
        return self.progress.noise if self.progress else None

    def gain_over(self, previous: Verdict) -> Figure | None:
        """By how much this round's best is better than the previous round's (positive is better); None when the two
        were not judged by the same metric."""
        mine, theirs = self.progress, previous.progress
        if mine is None or theirs is None or mine.metric != theirs.metric:
            return None
        gain = mine.best.value - theirs.best.value
        name = f"gain_in_{mine.metric.replace(' ', '_')}"
        method = f"{mine.best.source} against {theirs.best.source}"
        return computed(name, gain if mine.higher_is_better else -gain, "", method, positive="better")

    def within_noise(self, previous: Verdict) -> bool | None:
        """Whether the gain over the previous round is no more than noise; None when gain or noise is unknown.

        The noise inside a run is a lower bound of the noise between seeds, so a gain that passes may still be luck,
        but one that fails is none.
        """
        gain = self.gain_over(previous)
        known = [item.noise.value for item in (self, previous) if item.noise is not None]
        if gain is None or not known:
            return None
        scale = math.hypot(known[0], known[-1])
        return gain.value <= threshold("gain_sigmas") * scale

    @property
    def summary(self) -> Remark:
        """One sentence for a person."""
        return self.primary.remark if self.primary else say(f"diagnosis.status.{self.status}")
