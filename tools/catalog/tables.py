"""Reads the catalog's data files, no sooner and no more than asked for.

A table is indexed by the first cell of its lines; a line is parsed when its row is wanted. So a plan that compares six
models parses six rows, and the curated files load without the bulk ones. Cells never hold line breaks, and ids are
never quoted (tests/tools/catalog holds both).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Part = Literal["curated", "timm", "torchvision"]
TableName = Literal["architecture", "weights", "measurement"]
PARTS: tuple[Part, ...] = ("curated", "timm", "torchvision")

DATA = Path(__file__).resolve().parent / "data"


@cache
def lines_by_id(part: Part, table: TableName) -> Mapping[str, tuple[str, ...]]:
    """Raw lines of one table of one part, in file order, by the id in their first cell."""
    index: dict[str, list[str]] = {}
    for path in sorted(DATA.glob(f"{part}_{table}*.csv")):
        body = path.read_text(encoding="utf-8").split("\n")
        for line in body[1:]:
            if line:
                index.setdefault(line[: line.index(",")], []).append(line)
    return {key: tuple(lines) for key, lines in index.items()}


@cache
def columns(part: Part, table: TableName) -> tuple[str, ...]:
    """Header cells of a table; all files of one table share them."""
    path = min(DATA.glob(f"{part}_{table}*.csv"))
    with path.open(encoding="utf-8") as stream:
        return tuple(stream.readline().strip().split(","))


def cells(part: Part, table: TableName, line: str) -> dict[str, str]:
    """One raw line as column -> cell."""
    return dict(zip(columns(part, table), next(csv.reader((line,))), strict=True))


@cache
def digest() -> str:
    """Short content hash over every data file of the catalog, for the report's `versions`."""
    summary = hashlib.blake2b(digest_size=6)
    for path in sorted(DATA.iterdir()):
        if path.is_file():
            summary.update(path.name.encode())
            summary.update(path.read_bytes())
    return summary.hexdigest()
