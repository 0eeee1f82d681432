"""Do the compression table's 80 % intervals cover 80 %? Leave one model, or one whole source, out and look.

python benchmarks/compression_cv.py [--grid]
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from deep_learning_expert.tools.compression.calibration import Row, Settings, gather, quantiles, squash

READER = Path(__file__).resolve().parent.parent / "tools" / "compression" / "build" / "reader.py"
spec = importlib.util.spec_from_file_location("compression_rows", READER)
assert spec and spec.loader
reader = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)
RULES = reader.RULES
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


def predict(row: Row, rest: Sequence[Row], settings: Settings) -> list[float] | None:
    """p10, p50, p90 for a held-out row, or None where the table would be silent."""
    evidence = gather(rest, row.technique, row.family, row.stratum, row.kind, RULES["kin"], RULES["siblings"])
    if not reader.enough(len(evidence.own), len(evidence.kin), row.family):
        return None
    return quantiles(evidence, settings, (LOW, MIDDLE, HIGH))


def scores(rows: Sequence[Row], group: Callable[[Row], object], settings: Settings) -> dict[str, float]:
    """Coverage, median width and interval score over all held-out rows and over the open (not gated) ones."""
    out: list[tuple[Row, list[float]]] = []
    silent = 0
    for held, members in itertools.groupby(
        sorted(rows, key=lambda row: str(group(row))), key=lambda row: str(group(row))
    ):
        rest = [row for row in rows if str(group(row)) != held]
        for row in members:
            answer = predict(row, rest, settings)
            if answer is None:
                silent += 1
            else:
                out.append((row, answer))
    opened = [(row, answer) for row, answer in out if not row.gated]
    return {
        "n": len(out),
        "silent": silent,
        "coverage": coverage(out),
        "coverage_open": coverage(opened),
        "below": sum(row.drop < low for row, (low, _, _) in opened) / len(opened),
        "above": sum(row.drop > high for row, (_, _, high) in opened) / len(opened),
        "median_error_pct": sorted(abs(row.drop - mid) for row, (_, mid, _) in out)[len(out) // 2],
        "median_width_pct": sorted(high - low for _, (low, _, high) in out)[len(out) // 2],
        "interval_score": sum(interval_score(row, answer) for row, answer in opened) / len(opened),
    }


def coverage(pairs: Sequence[tuple[Row, list[float]]]) -> float:
    """Share of rows inside their interval."""
    return sum(low <= row.drop <= high for row, (low, _, high) in pairs) / len(pairs)


def interval_score(row: Row, answer: Sequence[float]) -> float:
    """Winkler score on the asinh scale: width plus 10 x the miss; smaller is better."""
    low, high, seen = squash(answer[0]), squash(answer[2]), squash(row.drop)
    return high - low + 10 * max(low - seen, 0) + 10 * max(seen - high, 0)


def main(grid: bool) -> None:
    """Print the scores of the settings in use, or of the whole grid."""
    rows = reader.rows()
    base = reader.settings()
    ways: dict[str, Callable[[Row], object]] = {
        "leave one model out": lambda row: (row.model, row.source),
        "leave one source out": lambda row: row.source,
    }
    if not grid:
        for name, group in ways.items():
            print(name, {key: round(value, 3) for key, value in scores(rows, group, base).items()})
        return
    for parent, gated, width in itertools.product((0.5, 1.0, 2.0, 4.0), (0.25, 0.5, 1.0), (0.3, 0.5, 0.7)):
        settings = replace(base, parent_weight=parent, gated_weight=gated, bandwidth=width)
        cells = []
        for group in ways.values():
            got = scores(rows, group, settings)
            cells.append(f"{got['coverage']:.3f} {got['coverage_open']:.3f} {got['interval_score']:.3f}")
        print(parent, gated, width, " | ".join(cells), flush=True)


if __name__ == "__main__":
    main("--grid" in sys.argv)
