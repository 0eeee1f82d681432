"""What the training machine allows: number format, memory and number of devices."""

from __future__ import annotations

from dataclasses import dataclass

from deep_learning_expert.tools.catalog.devices import Device, find_device
from deep_learning_expert.tools.recipe.recipe import Precision
from deep_learning_expert.tools.recipe.tables import table
from deep_learning_expert.tools.requirements import DeviceKind, DeviceNeed


@dataclass(frozen=True)
class Machine:
    """kind: of the training device; name: as the user or the catalog calls it; memory_gb: of one device.

    stated: whether the user named a machine at all. memory_source: where memory_gb comes from.
    """

    kind: DeviceKind
    name: str
    count: int
    memory_gb: float
    memory_source: str
    precision: Precision
    stated: bool


def machine_of(need: DeviceNeed | None) -> Machine:
    """The machine behind a stated device; without one, the table's ordinary GPU, marked as not stated."""
    usual = table("sizing.toml")["unstated_machine"]
    if need is None:
        return Machine("gpu", usual["name"], 1, usual["memory_gb"], usual["source"], "bf16", False)
    known = (find_device(need.name) if need.name else None) or find_device(need.words)
    name = known.name if known else need.name or need.words or need.kind
    if need.memory_gb is not None:
        memory, source = need.memory_gb.value, need.memory_gb.source
    elif known is not None and known.memory_gb:
        memory, source = min(known.memory_gb), known.source
    else:
        memory, source = usual["memory_gb"], usual["source"]
    return Machine(need.kind, name, max(need.count, 1), memory, source, _precision(need.kind, known), True)


def _precision(kind: DeviceKind, known: Device | None) -> Precision:
    """bf16 on Ampere and newer and on TPU, fp16 with loss scaling on Volta and Turing, else fp32.

    Cards without half-precision units (Pascal, GTX 16) gain nothing from fp16 and the GTX 16 is known to give NaN.
    """
    if kind == "tpu":
        return "bf16"
    if kind != "gpu":
        return "fp32"
    if known is None or known.supports_bf16:
        return "bf16"
    return "fp16" if known.tensor16_tflops is not None else "fp32"
