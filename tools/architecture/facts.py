"""A catalog row as the figures of a candidate: parameters, MACs, published results, licences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.architecture.candidate import WeightsChoice
from deep_learning_expert.tools.architecture.licences import licence_kind
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
        metrics=_metrics(published),
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


def _metrics(published: tuple[Weights, ...]) -> tuple[Figure, ...]:
    """Results of the chosen weights, or of the architecture where there are none; the first of each metric."""
    chosen = _first(published)
    rows = [weights for weights in published if chosen is None or weights.tag == chosen.tag or not weights.tag]
    found: dict[str, Figure] = {}
    for weights in rows or published:
        if weights.value is not None:
            found.setdefault(weights.metric, _metric(weights))
    if not found:
        found = {weights.metric: _metric(weights) for weights in published if weights.value is not None}
    return tuple(found.values())


def _first(published: tuple[Weights, ...]) -> Weights | None:
    """The weights to start from: the first under a permissive licence, else the first."""
    usable = [weights for weights in published if weights.tag]  # an untagged row is a result without weights
    if not usable:
        return None
    return next((weights for weights in usable if not licence_kind(weights.license)), usable[0])


def _choice(published: tuple[Weights, ...]) -> WeightsChoice | None:
    first = _first(published)
    if first is None:
        return None
    trained_on = first.pretraining_data or _named_in(first.tag) or first.tag
    return WeightsChoice(first.hub or first.tag, first.where, first.license, first.code_license, trained_on)


def _named_in(tag: str) -> str:
    """The data sets a timm weight tag names, in order: "fb_in22k_ft_in1k" -> "ImageNet-22k, ImageNet-1k"."""
    parts = tag.replace("-", "_").split("_")
    return ", ".join(dict.fromkeys(_tag_parts()[part] for part in parts if part in _tag_parts()))


@cache
def _tag_parts() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_name("pretraining_tags.toml").read_text(encoding="utf-8"))


def code_licence(model_id: str) -> str:
    """Licence of the code, also for models without published weights; "" when unknown."""
    published = models.weights_of(model_id)
    return published[0].code_license if published else ""
