"""Counts how the cited figures were checked: `benchmarks/sources_checked.py` prints one table per list of checks.

The lists: tools/catalog/build/verified.csv (metrics of models), verified_devices.csv there, tools/recipe/verified.csv
(rates and the like of the training regimes), tools/diagnosis/verified.csv (thresholds and quoted figures).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

_TOOLS = Path(__file__).parents[1] / "tools"
_RECOMPUTED = {"params", "macs"}
Row = dict[str, str]


def _rows(name: str) -> list[Row]:
    with (_TOOLS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _metric(row: Row) -> str:
    """How a model's metric was checked, in a word or two."""
    if row["how"].startswith("emptied"):
        return "emptied"
    if "not read anew" in row["how"]:
        return "not read anew"
    return "corrected" if "was " in row["how"] else "read or recomputed"


def _verdict(row: Row) -> str:
    return row["verdict"].split(",")[0].split(":")[0]


def _count(title: str, rows: list[Row], kind: Callable[[Row], str]) -> None:
    counts = Counter(kind(row) for row in rows)
    print(f"{title}: {len(rows)}")
    for name, count in counts.most_common():
        print(f"  {name}: {count}")


def main() -> None:
    """Prints the counts."""
    models = _rows("catalog/build/verified.csv")
    _count("metrics of models", [row for row in models if row["field"] not in _RECOMPUTED], _metric)
    _count("device figures", _rows("catalog/build/verified_devices.csv"), _verdict)
    _count("cells of training regimes", _rows("recipe/verified.csv"), _verdict)
    _count("diagnosis thresholds and figures", _rows("diagnosis/verified.csv"), _verdict)


if __name__ == "__main__":
    main()
