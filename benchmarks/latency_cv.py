"""How well are unseen model families timed? Hold families out of timm's tables and predict them.

python benchmarks/latency_cv.py

Three figures per table: median relative error of our regression, of "MACs x constant" and of the data-sheet roofline
x constant (both constants fitted on the same training folds), and the coverage of our 80 % interval, whose quantiles
come from the families that were not held out.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np

from deep_learning_expert.tools.catalog.devices import device

FIT = Path(__file__).resolve().parent.parent / "tools" / "estimate" / "build" / "fit_latency.py"
spec = importlib.util.spec_from_file_location("fit_latency", FIT)
assert spec and spec.loader
fit_latency = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fit_latency)
Rows = list[tuple[Any, str, float, int]]
BYTES_MOVED_PER_ACTIVATION = 4.0  # half precision, written once and read once


def relative(residual: np.ndarray) -> np.ndarray:
    """Log residual -> relative error of the prediction against the truth."""
    return np.abs(np.exp(-residual) - 1)


def constant_baseline(rows: Rows, logs: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Log residual of `logs` + the training folds' median offset."""
    target = np.array([row[2] for row in rows])
    residual = np.zeros(len(rows))
    for fold in range(fit_latency.FOLDS):
        held = folds == fold
        residual[held] = target[held] - logs[held] - np.median((target - logs)[~held])
    return residual


def roofline_logs(rows: Rows, device_id: str) -> np.ndarray | None:
    """Log of the longer of compute and memory time by data sheet, or None where the catalog lacks the sheet."""
    machine = device(device_id)
    peak = machine.fp32_tflops if machine.kind == "cpu" else machine.tensor16_tflops
    if not peak or not machine.bandwidth_gb_s:
        return None
    compute = np.array([2 * row[0].macs / (peak * 1e12) for row in rows])
    moved = np.array([BYTES_MOVED_PER_ACTIVATION * row[0].activations for row in rows])
    return np.log(np.maximum(compute, moved / (machine.bandwidth_gb_s * 1e9)))


def coverage(residual: np.ndarray, classes: np.ndarray, folds: np.ndarray) -> float:
    """Share of held-out rows inside the interval made from the other folds' residuals, by network class."""
    inside = np.zeros(len(residual), dtype=bool)
    for fold in range(fit_latency.FOLDS):
        for name in sorted(set(classes)):
            held, rest = (folds == fold) & (classes == name), (folds != fold) & (classes == name)
            if held.any():
                pool = residual[rest] if rest.sum() >= 50 else residual[folds != fold]
                low, high = np.quantile(pool, fit_latency.EDGES)
                inside[held] = (residual[held] >= low) & (residual[held] <= high)
    return float(inside.mean())


def main() -> int:
    """Prints one line per table."""
    collected = fit_latency.collect()
    print("| table | rows | error, ours | 80 % of errors below | coverage | MACs x constant | roofline x constant |")
    print("|---|---|---|---|---|---|---|")
    for key, table in collected.items():
        sizes = fit_latency.best_sizes(table)
        rows = fit_latency.knowing(table, sizes)
        folds = fit_latency.folds_of([row[1] for row in rows])
        residual = fit_latency.residuals(rows, folds, sizes)
        classes = np.array([row[0].architecture_class for row in rows])
        plain = relative(constant_baseline(rows, np.log([row[0].macs for row in rows]), folds))
        logs = roofline_logs(rows, key[0])
        roof = "no data sheet" if logs is None else f"{np.median(relative(constant_baseline(rows, logs, folds))):.1%}"
        error = relative(residual)
        shown = f"| {' '.join(key)} | {len(rows)} | {np.median(error):.1%} | {np.quantile(error, 0.8):.1%} | "
        print(f"{shown}{coverage(residual, classes, folds):.1%} | {np.median(plain):.1%} | {roof} |")
    errors = relative(np.array(fit_latency.scaling_errors(collected)))
    middle, wide = np.median(errors), np.quantile(errors, 0.8)
    print(f"\ncarried from one GPU to another: median error {middle:.1%}, 80 % below {wide:.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
