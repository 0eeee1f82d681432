"""The lists of checks beside the catalog: every metric and every device figure has a line with its present value."""

from __future__ import annotations

import csv
from importlib.resources import files
from importlib.resources.abc import Traversable

FOLDER = files("deep_learning_expert.tools.catalog")
DEVICE_CELLS = ("memory_gb", "bandwidth_gb_s", "fp32_tflops", "tensor16_tflops", "int8_tops", "cores", "tdp_w", "year")


def rows(path: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_each_curated_metric_has_its_line():
    checked = {(line["id"], line["field"], line["value"]) for line in rows(FOLDER / "build" / "verified.csv")}
    tables = [path for path in (FOLDER / "data").iterdir() if path.name.startswith("curated_weights_")]
    metrics = [
        (f"{row['architecture_id']}/{row['tag']}", row["metric"], row["value"])
        for path in tables
        for row in rows(path)
        if row["metric"]
    ]
    assert len(metrics) > 300
    assert not [metric for metric in metrics if metric not in checked]


def test_each_device_figure_has_its_line():
    lines = {line["item"]: line for line in rows(FOLDER / "build" / "verified_devices.csv")}
    used = {
        f"{row['id']}:{cell}": row[cell]
        for row in rows(FOLDER / "data" / "devices.csv")
        for cell in DEVICE_CELLS
        if row[cell]
    }
    assert {item: line["value"] for item, line in lines.items()} == used
    assert all(
        line["source"] and bool(line["checked_on"]) == (line["verdict"] != "not read yet") for line in lines.values()
    )
