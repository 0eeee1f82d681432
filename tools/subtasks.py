"""The finer task kinds (`subtasks.toml`) that candidates, regimes and guidance key on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Subtask:
    """id: e.g. "object-detection"; type: the contract's task type; domain: usual domain; primary_metric: snake_case."""

    id: str
    type: str
    domain: str
    primary_metric: str


@cache
def subtasks() -> Mapping[str, Subtask]:
    """All subtasks by id."""
    table = tomllib.loads(Path(__file__).with_name("subtasks.toml").read_text(encoding="utf-8"))
    return {key: Subtask(key, row["type"], row["domain"], row["primary_metric"]) for key, row in table.items()}
