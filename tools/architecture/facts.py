"""A catalog row as the figures of a candidate: parameters, MACs, published results, licences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.architecture.candidate import WeightsChoice
from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.catalog.rows import Architecture, Weights
from deep_learning_expert.tools.figures import Figure, cited, computed


@dataclass(frozen=True)
class Facts:
    """Everything the comparison knows of one model, independent of the task."""

    row: Architecture
    name: str  # as people write it
    params: Figure | None
    macs: Figure | None
    metrics: tuple[Figure, ...]
    weights: WeightsChoice | None  # published weights, None when there are none


@cache
def facts(model_id: str) -> Facts:
    """Errors: UnknownNameError for an id the catalog lacks."""
    row = models.architecture(model_id)
    published = models.weights_of(row.id)
    name = _usual_names().get(row.id, row.name)
    return Facts(
        row=row,
        name=name,
        params=_counted("parameters", row.params, "params", row, name),
        macs=_counted("macs", row.macs, "MACs", row, name, at=row.macs_at),
        metrics=tuple(_metric(weights) for weights in published[:1] + published[1:2] if weights.value is not None),
        weights=_choice(published),
    )


@cache
def _usual_names() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


def _counted(
    quantity: str, value: int | None, unit: str, row: Architecture, name: str, **conditions: str
) -> Figure | None:
    if value is None:
        return None
    if row.source.startswith("computed:") or row.config:
        return computed(quantity, value, unit, row.source.removeprefix("computed:").strip(), model=name, **conditions)
    return cited(quantity, value, unit, row.source, model=name, **conditions)


def _metric(weights: Weights) -> Figure:
    conditions = {"dataset": weights.dataset, "weights": weights.hub or weights.tag}
    if weights.resolution:
        conditions["at"] = weights.resolution
    return cited(weights.metric, weights.value or 0.0, weights.unit, weights.source, **conditions)


def _choice(published: tuple[Weights, ...]) -> WeightsChoice | None:
    usable = [weights for weights in published if weights.tag]  # an untagged row is a result without weights
    if not usable:
        return None
    first = usable[0]
    return WeightsChoice(
        first.hub or first.tag, first.where, first.license, first.code_license, first.pretraining_data or first.tag
    )


def code_licence(model_id: str) -> str:
    """Licence of the code, also for models without published weights; "" when unknown."""
    published = models.weights_of(model_id)
    return published[0].code_license if published else ""
