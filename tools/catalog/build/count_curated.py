"""Counts curated architectures anew and writes their cells: params, macs, macs_at, activations, ops, footprint, source.

usage: python tools/catalog/build/count_curated.py [--check] [ID ...]   (torch 2.13 CPU and the libraries of README.md)
The tables of build/curated say how each network is built and at which input it is counted. --check: print what would
change and write nothing. Only the named cells are touched; verified.csv gets a line for each number.
"""

from __future__ import annotations

import csv
import datetime
import io
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from deep_learning_expert.tools.catalog.build.curated.counting import Counted, Entry, count

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"
TABLES = (
    *("audio", "control", "detection", "diffusion", "graph", "language", "multimodal", "restoration", "tabular"),
    *("time_series", "vision", "volumes"),
)


def entries(wanted: Iterable[str] = ()) -> list[Entry]:
    """The entries of all tables, or those named."""
    names = set(wanted)
    found = []
    for table in TABLES:
        module = import_module(f"deep_learning_expert.tools.catalog.build.curated.{table}")
        found += [entry for entry in module.ENTRIES if not names or entry.id in names]
    return found


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Column names and rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader.fieldnames or ()), list(reader)


def save(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    """Rewrites one file; cells that no one changed stay as they were."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def cells(entry: Entry, counted: Counted) -> dict[str, str]:
    """The cells to write. What one generated token writes says nothing about memory: those cells stay empty."""
    token = entry.at == "1 token"
    return {
        "params": str(counted.params),
        "macs": str(counted.macs),
        "macs_at": entry.at,
        "activations": "" if token else str(counted.activations),
        "ops": counted.ops,
        "footprint": "" if token else counted.footprint,
        "source": f"computed: {entry.how}",
    }


def apply(found: dict[str, dict[str, str]]) -> None:
    """Writes the cells into whatever curated file holds the row, and a line each into verified.csv.

    Files are read just before: others may be editing other cells.
    """
    for path in sorted(DATA.glob("curated_architecture_*.csv")):
        columns, rows = read(path)
        if not any(row["id"] in found for row in rows):
            continue
        for row in rows:
            row |= found.get(row["id"], {})
        save(path, columns, rows)
    path = HERE / "verified.csv"
    columns, rows = read(path)
    rows = [row for row in rows if not (row["id"] in found and row["field"] in ("params", "macs"))]
    today = datetime.date.today().isoformat()
    for row_id, one in found.items():
        for field in ("params", "macs"):
            how = f"counted on the meta device at {one['macs_at']}"
            line = {"id": row_id, "field": field, "value": one[field], "source": one["source"]}
            rows.append(line | {"checked_on": today, "how": how})
    save(path, columns, rows)


def known() -> dict[str, dict[str, str]]:
    """All curated rows by id."""
    return {row["id"]: row for path in DATA.glob("curated_architecture_*.csv") for row in read(path)[1]}


def main(arguments: list[str]) -> int:
    """Exit code 1 when a network could not be counted or has no row."""
    rows = known()
    failed = False
    for entry in entries(name for name in arguments if name != "--check"):
        try:
            new = cells(entry, count(entry))
            old = rows[entry.id]
        except Exception as broken:
            print(f"{entry.id}: {type(broken).__name__}: {str(broken)[:200]}", file=sys.stderr, flush=True)
            failed = True
            continue
        if "--check" not in arguments:
            apply({entry.id: new})
        for name in ("params", "macs", "macs_at"):
            if old[name] and old[name] != new[name]:
                print(f"{entry.id}: {name} was {old[name]}, is {new[name]}", flush=True)
        print(entry.id, new["params"], f"{int(new['macs']):.4g}", new["macs_at"], new["footprint"], flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
