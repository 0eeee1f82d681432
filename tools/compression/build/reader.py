"""Reads published_rows.csv: the rows behind the calibrated table, for its build and its cross-validation."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from deep_learning_expert.tools.compression.calibration import Row, Settings

HERE = Path(__file__).resolve().parent
RULES = tomllib.loads((HERE.parent / "evidence.toml").read_text(encoding="utf-8"))


def rows() -> list[Row]:
    """All published rows that are not in doubt."""
    with (HERE / "published_rows.csv").open(encoding="utf-8", newline="") as stream:
        return [_row(record) for record in csv.DictReader(stream)]


def _row(record: dict[str, str]) -> Row:
    size = record["size_ratio"]
    return Row(
        technique=record["technique"],
        family=record["family"],
        stratum=record["stratum"],
        kind=record["kind"],
        model=record["model"],
        source=record["source"],
        drop=float(record["drop"]),
        points=float(record["points"]),
        gated=record["gated"] == "1",
        size_ratio=float(size) if size else None,
    )


def settings() -> Settings:
    """The statistics' settings of evidence.toml."""
    table = RULES["statistics"]
    return Settings(table["parent_weight"], table["gated_weight"], table["bandwidth"], table["fewest_rows"])


def speed_rows() -> list[dict[str, str]]:
    """All published speed-ups, as read."""
    with (HERE / "speed_rows.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def enough(own: int, kin: int, family: str) -> bool:
    """Whether a cell with so many own and borrowed rows is worth publishing."""
    fewest = RULES["statistics"]["fewest_rows"]
    borrowed = 0 if family in RULES["own_rows_only"]["families"] else kin
    return bool(own >= fewest or (own >= 1 and own + kin >= fewest) or borrowed >= 2 * fewest)
