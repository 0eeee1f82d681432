"""Fits latency_models.json: time per sample from size features, one small regression per measured series.

usage: python tools/estimate/build/fit_latency.py   (numpy; never needed at run time)
Least absolute deviations (iterated reweighting) on log time per sample; residual quantiles come from ten-fold
cross-validation that holds out whole families, so an interval says how well an unseen family is predicted.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.estimate.workload import (
    Workload,
    at_side,
    features,
    known_sizes,
    of_architecture,
    side_of,
)

OUT = Path(__file__).resolve().parent.parent / "latency_models.json"
FOLDS = 10
ALL_SIZES = 4  # MACs, parameters, activations, memory traffic
RIDGE = 1e-2
# Quantiles of the residuals for an 80 % interval: a little wider, since the next family is none of those seen.
EDGES = (0.075, 0.925)
# (device, precision, runtime, layout, mode): the newest table of each kind
SERIES = (
    ("rtx-3090", "amp-fp16", "pytorch-2.4", "nchw", "inference"),
    ("rtx-3090", "amp-fp16", "pytorch-2.4", "nhwc", "inference"),
    ("rtx-4090", "amp-fp16", "pytorch-2.9", "nchw", "inference"),
    ("rtx-4090", "amp-fp16", "pytorch-2.9-compile", "nchw", "inference"),
    ("rtx-pro-6000-max-q", "amp-fp16", "pytorch-2.9", "nchw", "inference"),
    ("rtx-pro-6000-max-q", "amp-fp16", "pytorch-2.9-compile", "nchw", "inference"),
    ("core-i7-12700h", "fp32", "pytorch-2.4-compile", "nchw", "inference"),
    ("rtx-3090", "amp-fp16", "pytorch-1.12", "nchw", "training"),
)
Floats = NDArray[np.float64]
Row = tuple[Workload, str, float, int]  # workload at the row's resolution, family, log seconds per sample, batch


def collect() -> dict[tuple[str, ...], list[Row]]:
    """Series -> (workload at the row's resolution, family, log seconds per sample, batch)."""
    rows: dict[tuple[str, ...], list[Row]] = {key: [] for key in SERIES}
    for name in models.architecture_ids():
        row = models.architecture(name)
        if side_of(row.macs_at) is None:
            continue
        work = of_architecture(name)
        if len(known_sizes(work)) < ALL_SIZES - 1:
            continue
        for timing in work.measurements:
            key = (timing.device_id, timing.precision, timing.runtime, timing.layout, timing.mode)
            side = side_of(timing.resolution)
            if key in rows and side:
                rows[key].append((at_side(work, side), row.family, -np.log(timing.samples_per_second), timing.batch))
    return rows


def centre_of(works: list[Workload], sizes: int) -> list[float]:
    """Means of the logs that `features` subtracts."""
    logs = np.log(np.array([known_sizes(work)[:sizes] for work in works], dtype=float))
    return [float(value) for value in logs.mean(axis=0)]


def knowing(rows: list[Row], sizes: int) -> list[Row]:
    """The rows whose model has at least so many known sizes."""
    return [row for row in rows if len(known_sizes(row[0])) >= sizes]


def fit(inputs: Floats, target: Floats) -> Floats:
    """Ridge-stabilised least absolute deviations."""
    weights: Floats = np.ones(len(target))
    solution: Floats = np.zeros(inputs.shape[1])
    for _ in range(25):
        weighted = inputs * weights[:, None]
        system = weighted.T @ inputs + RIDGE * np.eye(inputs.shape[1])
        solution = np.asarray(np.linalg.solve(system, weighted.T @ target), dtype=np.float64)
        weights = 1 / np.maximum(np.abs(target - inputs @ solution), 0.05)
    return solution


def folds_of(families: list[str], seed: int = 0) -> NDArray[np.int64]:
    """Fold number of each row; a family is never split."""
    generator = np.random.default_rng(seed)
    number = {family: int(generator.integers(FOLDS)) for family in sorted(set(families))}
    return np.array([number[family] for family in families])


def cross_validated(inputs: Floats, target: Floats, folds: NDArray[np.int64]) -> Floats:
    """Log residual (truth - prediction) of every row, predicted without its family."""
    residual = np.zeros(len(target))
    for fold in range(FOLDS):
        held = folds == fold
        residual[held] = target[held] - inputs[held] @ fit(inputs[~held], target[~held])
    return residual


def model(rows: list[Row], sizes: int) -> dict[str, Any]:
    """One regression with its residual quantiles, as it is stored."""
    rows = knowing(rows, sizes)
    works = [row[0] for row in rows]
    centre = centre_of(works, sizes)
    inputs = np.array([features(work, centre) for work in works])
    target = np.array([row[2] for row in rows])
    residual = residuals(rows, folds_of([row[1] for row in rows]), sizes)
    classes = np.array([work.architecture_class for work in works])
    quantiles = {"all": np.quantile(residual, EDGES)}
    for name in ("CNN", "Transformer", "Hybrid"):
        quantiles[name] = np.quantile(residual[classes == name], EDGES)
    return {
        "centre": [round(value, 5) for value in centre],
        "weights": [round(float(value), 5) for value in fit(inputs, target)],
        "residual": {name: [round(float(edge), 4) for edge in pair] for name, pair in quantiles.items()},
    }


def residuals(rows: list[Row], folds: NDArray[np.int64], sizes: int) -> Floats:
    """Log residual (truth - prediction) of every row, predicted without its family."""
    works = [row[0] for row in rows]
    centre = centre_of(works, sizes)
    inputs = np.array([features(work, centre) for work in works])
    return cross_validated(inputs, np.array([row[2] for row in rows]), folds)


def scaling_errors(rows: dict[tuple[str, ...], list[Row]]) -> list[float]:
    """Log errors when a time measured on one GPU is carried to another.

    The carrying factor is the ratio of the two regressions' predictions, both fitted without the model's family.
    """
    errors: list[float] = []
    series = [key for key in rows if key[4] == "inference" and key[3] == "nchw" and key[0] != "core-i7-12700h"]
    left = {key: held_out(rows[key]) for key in series}
    for one in series:
        for two in series:
            if one[0] != two[0] and one[2].endswith("-compile") == two[2].endswith("-compile"):
                shared = left[one].keys() & left[two].keys()
                errors += [left[two][name] - left[one][name] for name in sorted(shared, key=str)]
    return errors


def held_out(rows: list[Row]) -> dict[tuple[str, int | None], float]:
    """(model, side) -> log residual without its family."""
    sizes = ALL_SIZES - 1  # known of every row
    left = residuals(rows, folds_of([row[1] for row in rows]), sizes)
    return {(row[0].name, row[0].side): float(value) for row, value in zip(rows, left, strict=True)}


def best_sizes(rows: list[Row]) -> int:
    """How many sizes to use at most: the traffic only where it predicts held-out families better than without it."""
    rows = knowing(rows, ALL_SIZES)
    folds = folds_of([row[1] for row in rows])
    errors = {sizes: float(np.median(np.abs(residuals(rows, folds, sizes)))) for sizes in (ALL_SIZES - 1, ALL_SIZES)}
    return min(errors, key=lambda sizes: errors[sizes])


def main() -> int:
    """Writes the file."""
    stored = []
    collected = collect()
    for key, rows in collected.items():
        device, precision, runtime, layout, mode = key
        macs = [work.macs for work, *_ in rows if work.macs]
        stored.append(
            {
                "device_id": device,
                "precision": precision,
                "runtime": runtime,
                "layout": layout,
                "mode": mode,
                "batch": int(np.median([batch for *_, batch in rows])),
                "rows": len(rows),
                "macs_range": [float(min(macs)), float(max(macs))],
                "fits": [model(rows, sizes) for sizes in range(2, best_sizes(rows) + 1)],
            }
        )
    scaling = [round(float(edge), 4) for edge in np.quantile(scaling_errors(collected), EDGES)]
    about = "made by build/fit_latency.py from timm's benchmark tables (tools/catalog/data/timm_measurement.csv)"
    OUT.write_text(
        json.dumps({"source": about, "scaling_residual": {"gpu": scaling}, "models": stored}, indent=1) + "\n",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
