"""verified.csv: each cited cell of a regime has a line with its value, and says whether its source was read again."""

from __future__ import annotations

import csv
from importlib.resources import files

from deep_learning_expert.tools.recipe import regime as regime_tables
from deep_learning_expert.tools.recipe.regime import Regime

CHECKED = ("read again", "read for the reference notes", "corrected, was ", "differs: ")
UNCHECKED = ("not read yet", "chosen by us")


def lines() -> dict[str, dict[str, str]]:
    text = (files("deep_learning_expert.tools.recipe") / "verified.csv").read_text(encoding="utf-8")
    return {line["item"]: line for line in csv.DictReader(text.splitlines())}


def cells(regime: Regime) -> dict[str, str]:
    rate = regime.rate
    found = {"rate": f"{rate.optimizer} {rate.learning_rate:g} at {rate.at_batch:g}"}
    others = {"weight_decay": rate.weight_decay, "momentum": rate.momentum, "clip": regime.clip, "ema": regime.ema}
    return found | {name: f"{value:g}" for name, value in others.items() if value}


def test_each_cell_of_each_trained_regime_has_its_line():
    written = {item.split("/", 1)[1]: line["value"] for item, line in lines().items()}
    used = {
        f"{regime.id}:{cell}": value
        for regime in regime_tables.all_regimes()
        if regime.rate.optimizer != "none"
        for cell, value in cells(regime).items()
    }
    assert written == used


def test_verdicts_are_known_and_dated_when_read():
    for item, line in lines().items():
        assert line["source"] or line["verdict"].startswith("chosen by us"), item
        assert line["verdict"].startswith(CHECKED + UNCHECKED), item
        assert bool(line["checked_on"]) == line["verdict"].startswith(CHECKED), item
