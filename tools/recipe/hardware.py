"""What the training machine allows: number format, memory and number of devices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.recipe.recipe import Precision
from deep_learning_expert.tools.requirements import DeviceKind, DeviceNeed


@dataclass(frozen=True)
class Machine:
    """kind: of the training device; name: as the user or the table calls it; memory_gb: of one device.

    stated: whether the user named a machine at all. memory_source: where memory_gb comes from.
    """

    kind: DeviceKind
    name: str
    count: int
    memory_gb: float
    memory_source: str
    precision: Precision
    stated: bool


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("hardware.toml").read_text(encoding="utf-8"))


def machine_of(device: DeviceNeed | None) -> Machine:
    """The machine behind a stated device; without one, the table's ordinary GPU, marked as not stated."""
    table = _table()
    if device is None:
        usual = table["unstated"]
        return Machine("gpu", usual["name"], 1, usual["memory_gb"], usual["source"], "bf16", False)
    words = f"{device.name or ''} {device.words}".lower().replace("-", " ").replace("_", " ")
    row = next((row for row in table["device"] if any(name in words for name in row["names"])), None)
    memory, source = _memory(device, row)
    label = device.name or device.words or device.kind
    return Machine(device.kind, label, max(device.count, 1), memory, source, _precision(device.kind, row), True)


def _memory(device: DeviceNeed, row: Mapping[str, Any] | None) -> tuple[float, str]:
    if device.memory_gb is not None:
        return device.memory_gb.value, device.memory_gb.source
    if row is not None:
        return float(row["memory_gb"]), row["source"]
    usual = _table()["unstated"]
    return float(usual["memory_gb"]), usual["source"]


def _precision(kind: DeviceKind, row: Mapping[str, Any] | None) -> Precision:
    """bf16 on Ampere and newer and on TPU, fp16 with loss scaling on Volta and Turing, else fp32."""
    if kind == "tpu":
        return "bf16"
    if kind != "gpu":
        return "fp32"
    if row is None:
        return "bf16"
    precision: Precision = row["precision"]
    return precision
