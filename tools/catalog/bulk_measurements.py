"""timm's published benchmark tables, one line per architecture.

`data/timm_measurement.csv`: id,cells - cells are "series:resolution:samples_per_second[:batch]" joined by "|"; a
missing batch is the series' usual one. `data/measurement_series.csv` says what a series is (device, precision ...).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache

from deep_learning_expert.tools.catalog import tables
from deep_learning_expert.tools.catalog.rows import Measurement


@cache
def series() -> Mapping[str, Mapping[str, str]]:
    """What each series was measured on, by its short key."""
    with (tables.DATA / "measurement_series.csv").open(encoding="utf-8", newline="") as stream:
        return {row["series"]: row for row in csv.DictReader(stream)}


def timm_measurements(architecture_id: str) -> Iterator[Measurement]:
    """All rows of timm's tables for one architecture."""
    for line in tables.lines_by_id("timm", "measurement").get(architecture_id, ()):
        for cell in line.partition(",")[2].split("|"):
            yield _row(architecture_id, cell)


def _row(architecture_id: str, cell: str) -> Measurement:
    key, side, value, *batch = cell.split(":")
    about = series()[key]
    return Measurement(
        architecture_id=architecture_id,
        device_id=about["device_id"],
        precision=about["precision"],
        runtime=about["runtime"],
        layout=about["layout"],
        batch=int(batch[0] if batch else about["batch"]),
        resolution=f"{side}x{side}",
        value=float(value),
        unit="samples/s",
        source=about["source"],
        mode=about["mode"],
    )
