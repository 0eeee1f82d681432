"""Turns the cells of a data row into a typed row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from deep_learning_expert.tools.architecture.candidate import ArchitectureClass
from deep_learning_expert.tools.catalog.rows import Architecture, Footprint, Measurement, OpClass, Weights


def architecture_row(cells: Mapping[str, str]) -> Architecture:
    """An `architecture` line; see README.md for the columns."""
    return Architecture(
        id=cells["id"],
        name=cells["name"] or cells["id"],
        family=cells["family"],
        architecture_class=cast(ArchitectureClass, cells["architecture_class"]),
        domain=cells["domain"],
        params=_count(cells["params"]),
        macs=_count(cells["macs"]),
        macs_at=cells["macs_at"],
        activations=_count(cells["activations"]),
        source=cells["source"],
        op_histogram=_histogram(cells["ops"]),
        footprint=_footprint(cells["footprint"]),
        config=_pairs(cells["config"]),
        aliases=tuple(filter(None, cells.get("aliases", "").split("|"))),
    )


def weights_row(cells: Mapping[str, str]) -> Weights:
    """A `weights` line."""
    return Weights(
        architecture_id=cells["architecture_id"],
        tag=cells["tag"],
        where=cells["where"],
        hub=cells["hub"],
        license=cells["license"],
        code_license=cells["code_license"],
        pretraining_data=cells["pretraining_data"],
        metric=cells["metric"],
        value=float(cells["value"]) if cells["value"] else None,
        unit=cells["unit"],
        dataset=cells["dataset"],
        resolution=cells["resolution"],
        year=int(cells["year"]) if cells["year"] else None,
        source=cells["source"],
    )


def measurement_row(cells: Mapping[str, str]) -> Measurement:
    """A curated `measurement` line."""
    return Measurement(
        architecture_id=cells["architecture_id"],
        device_id=cells["device_id"],
        precision=cells["precision"],
        runtime=cells["runtime"],
        layout=cells["layout"],
        batch=int(cells["batch"]),
        resolution=cells["resolution"],
        value=float(cells["value"]),
        unit=cells["unit"],
        source=cells["source"],
        mode=cells["mode"],
    )


def _count(cell: str) -> int | None:
    return round(float(cell)) if cell else None


def _histogram(cell: str) -> dict[str, OpClass]:
    """ "conv:3.86e9:1.1e7:53|linear:..." -> op class -> work."""
    rows = (part.split(":") for part in cell.split("|")) if cell else ()
    return {name: OpClass(float(macs), float(elements), float(calls)) for name, macs, elements, calls in rows}


def _footprint(cell: str) -> Footprint | None:
    return Footprint(*(round(float(part)) for part in cell.split(":"))) if cell else None


def _pairs(cell: str) -> dict[str, str]:
    """ "hidden=2048;layers=16" -> {"hidden": "2048", "layers": "16"}."""
    pairs = (part.partition("=") for part in cell.split(";")) if cell else ()
    return {key.strip(): value.strip() for key, _, value in pairs}
