"""verified.csv: each threshold and each quoted figure has a line with its value and how it was checked."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files

FOLDER = files("deep_learning_expert.tools.diagnosis")
VERDICTS = {"read again", "computed", "chosen by us, no published level", "not read yet"}


def test_each_threshold_and_quoted_figure_has_its_line():
    lines = list(csv.DictReader((FOLDER / "verified.csv").read_text(encoding="utf-8").splitlines()))
    tables = [
        tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
        for name in ("thresholds.toml", "guidance_figures.toml")
    ]
    used = {name: f"{row['value']:g}" for table in tables for name, row in table.items()}
    assert {line["item"]: line["value"] for line in lines} == used
    for line in lines:
        assert line["source"] and line["verdict"] in VERDICTS, line
        assert bool(line["checked_on"]) == (line["verdict"] in {"read again", "computed"}), line
