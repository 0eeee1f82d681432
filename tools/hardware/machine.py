"""This machine as device records with measured figures, so that "my machine" can be planned for like any other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from deep_learning_expert.tools.catalog.devices import Device, find_device
from deep_learning_expert.tools.figures import Figure, measured
from deep_learning_expert.tools.hardware.gpus import Gpu, read_gpus
from deep_learning_expert.tools.hardware.system import System, read_system

_HERE = "this-machine"
_MOST_NAME_WORDS = 5


@dataclass(frozen=True)
class Machine:
    """cpu and gpus: device records; known parts keep their catalog id and peaks, others have the id "this-machine" or
    "this-machine-gpu" and only what was read here. figures: what was read, each `measured`."""

    cpu: Device
    gpus: tuple[Device, ...]
    system: System
    figures: tuple[Figure, ...]


def probe_hardware(folder: Path | None = None) -> Machine:
    """What this machine is: processor, vector extensions, usable cores, memory, NVIDIA cards, free disk.

    Needs no library and no rights; what the system does not tell is missing, never guessed. Never raises.
    folder: where the free disk space counts (default: the working folder).
    """
    return describe(read_system(folder), read_gpus())


def describe(system: System, gpus: tuple[Gpu, ...]) -> Machine:
    """The records for what was read."""
    cards = tuple(_gpu_device(gpu) for gpu in gpus)
    return Machine(_cpu_device(system), cards, system, (*_system_figures(system), *_gpu_figures(gpus)))


def catalog_id(name: str) -> str:
    """The catalog id behind a processor's or card's printed name, else "this-machine"."""
    for kind in ("gpu", "jetson", "cpu", "npu", "tpu"):
        found = _known(name, kind)
        if found:
            return found.id
    return _HERE


def _cpu_device(system: System) -> Device:
    known = _known(system.cpu_model, "cpu")
    memory = (round(system.memory_gb, 1),) if system.memory_gb else ()
    vector = system.vector or (known.vector if known else ())
    bf16 = system.supports_bf16 if system.supports_bf16 is not None else known.supports_bf16 if known else None
    base = known or _blank(_HERE, system.cpu_model or "CPU", "cpu")
    return replace(base, memory_gb=memory, cores=system.cores, vector=vector, supports_bf16=bf16)


def _gpu_device(gpu: Gpu) -> Device:
    known = _known(gpu.name, "gpu") or _known(gpu.name, "jetson")
    base = known or _blank(f"{_HERE}-gpu", gpu.name, "gpu")
    return replace(base, memory_gb=(round(gpu.memory_gb, 1),)) if gpu.memory_gb else base


def _known(words: str, kind: str) -> Device | None:
    """The catalog's record for a name as drivers and /proc print it: "12th Gen Intel(R) Core(TM) i7-12700H"."""
    parts = words.replace("(R)", "").replace("(TM)", "").replace("®", "").replace("™", "").split()
    if "laptop" in words.lower():  # laptop chips share a desktop card's name, not its speed
        return None
    for length in range(min(_MOST_NAME_WORDS, len(parts)), 0, -1):
        for start in range(len(parts) - length + 1):
            found = find_device(" ".join(parts[start : start + length]))
            if found and found.kind == kind:
                return found
    return None


def _blank(device_id: str, name: str, kind: str) -> Device:
    return Device(
        id=device_id,
        name=name,
        kind=kind,
        aliases=(),
        memory_gb=(),
        bandwidth_gb_s=None,
        fp32_tflops=None,
        tensor16_tflops=None,
        int8_tops=None,
        supports_bf16=None,
        vector=(),
        cores=None,
        tdp_w=None,
        price_usd_h=None,
        price_source="",
        year=None,
        source="read on this machine",
    )


def _system_figures(system: System) -> tuple[Figure, ...]:
    source = "probe_hardware (/proc, cgroup limits, statvfs)"
    stated = [
        ("cpu_cores", float(system.cores), "cores"),
        ("memory", system.memory_gb, "GB"),
        ("memory_free", system.memory_free_gb, "GB"),
        ("disk_free", system.disk_free_gb, "GB"),
    ]
    device = system.cpu_model or "CPU"
    return tuple(
        measured(name, value, unit, source, device=device) for name, value, unit in stated if value is not None
    )


def _gpu_figures(gpus: tuple[Gpu, ...]) -> tuple[Figure, ...]:
    """Each card's memory, where the driver says it."""
    return tuple(
        measured("gpu_memory", gpu.memory_gb, "GB", f"nvidia-smi, driver {gpu.driver}", device=gpu.name)
        for gpu in gpus
        if gpu.memory_gb is not None
    )
