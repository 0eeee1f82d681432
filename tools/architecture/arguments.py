"""Which argument for a model is true of this very model (arguments.toml), not only of the group it stands in."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Mode
from deep_learning_expert.tools.catalog.rows import Architecture


@cache
def arguments() -> Mapping[str, Mapping[str, Any]]:
    """arguments.toml: argument -> its conditions and what is said where one of them fails."""
    return tomllib.loads(Path(__file__).with_name("arguments.toml").read_text(encoding="utf-8"))


def argument(why: str, row: Architecture, mode: Mode) -> str:
    """The argument itself where it is true of the model in this mode, else the nearest one that is."""
    rule = arguments().get(why)
    if rule is None or _true_of(rule, row, mode):
        return why
    return argument(rule["else"], row, mode)


def _true_of(rule: Mapping[str, Any], row: Architecture, mode: Mode) -> bool:
    params = row.params
    checks: Mapping[str, Callable[[Any], bool]] = {
        "families": lambda wanted: row.family in wanted,
        "not_families": lambda unwanted: row.family not in unwanted,
        "classes": lambda wanted: row.architecture_class in wanted,
        "not_classes": lambda unwanted: row.architecture_class not in unwanted,
        "modes": lambda wanted: mode in wanted,
        "params_below": lambda most: params is not None and params < most,
        "params_from": lambda least: params is not None and params >= least,
        "else": lambda _: True,
    }
    return all(checks[condition](value) for condition, value in rule.items())
