"""Turns the 625 collected before/after rows into the checked-in published_rows.csv and speed_rows.csv.

    python tools/compression/build/published_rows.py /path/to/compression_open.json /path/to/compression_speed_open.json

Rows marked suspect by their collector are left out. Each row keeps the repository path it was published in.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from deep_learning_expert.tools.compression.strata import Severity, stratum

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "technique", "family", "stratum", "kind", "model", "detail", "metric", "before", "after", "drop", "points",
    "gated", "size_ratio", "source",
)  # fmt: skip
SPEED_COLUMNS = ("technique", "hardware", "model", "batch", "baseline", "speedup", "work_ratio", "source")


def severity(row: dict[str, object]) -> Severity:
    """Bits, sparsity and ratio of a row as far as its columns and words say."""
    basis = str(row["speedup_basis"] or "")
    ratio = row["speedup"] if basis in ("FLOPs", "MACs") else row["size_ratio"]
    return Severity(
        bits=_number(row["bits"]),
        ratio=_number(ratio),
        sparsity=None,
        method=str(row["detail"]),
    )


def _number(value: object) -> float | None:
    return float(str(value)) if value is not None else None


def main(rows_path: str, speed_path: str) -> None:
    """Write both CSV files beside this script."""
    rows = json.loads(Path(rows_path).read_text(encoding="utf-8"))
    with (HERE / "published_rows.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in sorted(rows, key=lambda row: (row["technique"], row["family"], row["source"], row["id"])):
            if row["suspect"] or row["technique"] == "distill_gain":
                continue
            size_ratio = row["size_ratio"]
            known = stratum(row["technique"], severity(row))
            writer.writerow(
                [
                    row["technique"],
                    row["family"],
                    "any" if known is None else known,
                    "score" if row["higher_is_better"] else "error",
                    row["model"],
                    row["detail"],
                    row["metric"],
                    row["before"],
                    row["after"],
                    row["rel_drop_pct"],
                    row["drop_pts"],
                    int(row["acceptance_gated"]),
                    size_ratio if size_ratio is not None else "",
                    row["source"],
                ]
            )
    speed = json.loads(Path(speed_path).read_text(encoding="utf-8"))
    with (HERE / "speed_rows.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(SPEED_COLUMNS)
        for row in sorted(speed, key=lambda row: (row["kind"], row["hardware"], row["model"], str(row["batch"]))):
            writer.writerow(
                [
                    row["kind"],
                    row["hardware"],
                    row["model"],
                    row["batch"] if row["batch"] is not None else "",
                    row["baseline"],
                    row["speedup"],
                    row["macs_ratio"] or row["params_ratio"] or "",
                    row["source"],
                ]
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
