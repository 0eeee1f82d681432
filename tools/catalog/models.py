"""The model catalog: architectures, their weights, and timings somebody measured.

Everything is read from `data/` on first use; see `tables.py` for what is read when, and README.md for the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from deep_learning_expert.tools.catalog import names, tables
from deep_learning_expert.tools.catalog.bulk_measurements import timm_measurements
from deep_learning_expert.tools.catalog.parsing import architecture_row, measurement_row, weights_row
from deep_learning_expert.tools.catalog.rows import Architecture, Measurement, Weights
from deep_learning_expert.tools.errors import UnknownNameError


def architecture(name: str) -> Architecture:
    """The architecture a name stands for: an id, a usual spelling, a hub name, or an id with a weight tag.

    Errors: UnknownNameError with the three nearest ids.
    """
    row_id = names.find(name)
    if row_id is None:
        raise UnknownNameError("catalog.unknown_model", name=name, nearest=", ".join(nearest_names(name)))
    return _by_id(row_id)


def has_architecture(name: str) -> bool:
    """Whether the catalog knows this name."""
    return names.find(name) is not None


@cache
def _by_id(row_id: str) -> Architecture:
    for part in tables.PARTS:
        lines = tables.lines_by_id(part, "architecture").get(row_id)
        if lines:
            return architecture_row(tables.cells(part, "architecture", lines[0]))
    raise UnknownNameError("catalog.unknown_model", name=row_id, nearest=", ".join(nearest_names(row_id)))


@cache
def weights_of(architecture_id: str) -> tuple[Weights, ...]:
    """All published weights of an architecture id, curated rows first; empty when none are known."""
    return tuple(
        weights_row(tables.cells(part, "weights", line))
        for part in tables.PARTS
        for line in tables.lines_by_id(part, "weights").get(architecture_id, ())
    )


@cache
def measurements_of(architecture_id: str) -> tuple[Measurement, ...]:
    """All timings of an architecture id; empty when none are known."""
    curated = tables.lines_by_id("curated", "measurement").get(architecture_id, ())
    rows = [measurement_row(tables.cells("curated", "measurement", line)) for line in curated]
    return (*rows, *timm_measurements(architecture_id))


def nearest_names(name: str, k: int = 3) -> tuple[str, ...]:
    """The k ids nearest in spelling to `name`."""
    return names.nearest(name, k)


def architecture_ids() -> tuple[str, ...]:
    """Every id of the catalog, curated ones first."""
    return tuple(dict.fromkeys(row_id for part in tables.PARTS for row_id in tables.lines_by_id(part, "architecture")))


def search(
    text: str = "",
    *,
    domain: str = "",
    family: str = "",
    architecture_class: str = "",
    most_params: int | None = None,
    most_macs: int | None = None,
    license: str = "",
) -> tuple[Architecture, ...]:
    """Architectures that match every condition given, smallest first; rows without a known size come last.

    text: part of an id or name, punctuation ignored; license: only those with some weights under it (SPDX id).
    """
    wanted = names.normal(text)
    rows = [
        row
        for row in _rows()
        if (not wanted or wanted in names.normal(row.id) or wanted in names.normal(row.name))
        and domain in ("", row.domain)
        and family in ("", row.family)
        and architecture_class in ("", row.architecture_class)
        and (most_params is None or (row.params is not None and row.params <= most_params))
        and (most_macs is None or (row.macs is not None and row.macs <= most_macs))
        and (not license or any(weights.license == license for weights in weights_of(row.id)))
    ]
    return tuple(sorted(rows, key=lambda row: (row.params is None, row.params or 0, row.id)))


def _rows() -> Iterator[Architecture]:
    return (_by_id(row_id) for row_id in architecture_ids())


def catalog_digest() -> str:
    """Short hash of the catalog's content, for the report's `versions`."""
    return tables.digest()
