"""Time per sample of an unmeasured model on a measured device: a regression on its sizes, fitted over 89 families.

Weights are in latency_models.json (build/fit_latency.py); intervals are residual quantiles of families held out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.estimate.constants import Span, span
from deep_learning_expert.tools.estimate.machines import canonical
from deep_learning_expert.tools.estimate.workload import Workload, features, known_sizes

# How far beyond the calibrated sizes the regression may be asked; its squares bend away further out.
_REACH = 2.0


@dataclass(frozen=True)
class LatencyModel:
    """One measured series. batch: the usual one of its rows; macs_range: of the models it was fitted on."""

    device_id: str
    precision: str
    runtime: str
    layout: str
    mode: str
    batch: int
    macs_range: tuple[float, float]
    fits: tuple[Mapping[str, Any], ...]

    @property
    def compiled(self) -> bool:
        """Whether the series ran under torch.compile."""
        return self.runtime.endswith("-compile")

    def seconds_per_sample(self, work: Workload) -> Span:
        """At the series' batch; errors: CannotSayError without sizes or outside the calibrated ones."""
        if not work.macs or not work.params:
            raise CannotSayError("estimate.no_sizes", model=work.name)
        low, high = self.macs_range
        if not low / _REACH <= work.macs <= high * _REACH:
            raise CannotSayError("estimate.outside_calibration", model=work.name)
        fit = self._fit(len(known_sizes(work)))
        row = features(work, fit["centre"])
        log = sum(weight * value for weight, value in zip(fit["weights"], row, strict=True))
        residual = fit["residual"]
        down, up = residual.get(work.architecture_class, residual["all"])
        found = Span(math.exp(log + min(down, 0.0)), math.exp(log), math.exp(log + max(up, 0.0)))
        return found if work.domain == "CV" else found.times(span("other_domain", "any"))

    def _fit(self, known: int) -> Mapping[str, Any]:
        """The regression that uses the most of what is known of the model."""
        return max((fit for fit in self.fits if len(fit["centre"]) <= known), key=lambda fit: len(fit["centre"]))


@cache
def latency_models() -> tuple[LatencyModel, ...]:
    """All fitted series, device ids as the device catalog spells them."""
    with Path(__file__).with_name("latency_models.json").open(encoding="utf-8") as stream:
        stored = json.load(stream)["models"]
    return tuple(
        LatencyModel(
            device_id=canonical(entry["device_id"]),
            precision=entry["precision"],
            runtime=entry["runtime"],
            layout=entry["layout"],
            mode=entry["mode"],
            batch=entry["batch"],
            macs_range=(entry["macs_range"][0], entry["macs_range"][1]),
            fits=tuple(entry["fits"]),
        )
        for entry in stored
    )


@cache
def scaling_residual(group: str) -> Span:
    """What is left when a measured time is carried to another measured device by the ratio of their regressions."""
    with Path(__file__).with_name("latency_models.json").open(encoding="utf-8") as stream:
        edges = json.load(stream)["scaling_residual"].get(group)
    if edges is None:
        return span("other_machine", group)
    return Span(math.exp(edges[0]), 1.0, math.exp(edges[1]))
