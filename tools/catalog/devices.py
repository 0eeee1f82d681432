"""Machines people train and deploy on: `data/devices.csv`, every figure from the source its row names.

A cell that no source gives is empty, and the field is None: unknown is not zero.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.errors import UnknownNameError
from deep_learning_expert.tools.figures import Figure, cited

_FILE = Path(__file__).with_name("data") / "devices.csv"
_MOST_CHARS = 80  # no device name is longer
_SEPARATORS = {ord(char): None for char in " -_./()+"}
_MAKERS = (
    "nvidia",
    "geforce",
    "tesla",
    "amd",
    "instinct",
    "google",
    "huawei",
    "apple",
    "intel",
    "arm",
    "aws",
    "qualcomm",
)


@dataclass(frozen=True)
class Device:
    """One machine. kind: gpu, cpu, tpu, npu, jetson, phone or mcu.

    memory_gb: the sizes it is sold with, smallest first; empty where memory is the host's.
    bandwidth_gb_s: of its memory, GB/s (1e9 bytes); of the largest variant where variants differ.
    fp32_tflops: vector FP32; tensor16_tflops: dense FP16 or BF16 with the fastest units and FP32 accumulation where the
        source states both; int8_tops: dense (never the sparse figure).
    supports_bf16: in hardware; None when not stated.
    vector: CPU vector extensions, lower case ("avx2", "avx512_vnni", "neon"). cores: CPU cores.
    price_usd_h: on-demand cloud price with its own source, else None.
    """

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    memory_gb: tuple[float, ...]
    bandwidth_gb_s: float | None
    fp32_tflops: float | None
    tensor16_tflops: float | None
    int8_tops: float | None
    supports_bf16: bool | None
    vector: tuple[str, ...]
    cores: int | None
    tdp_w: float | None
    price_usd_h: float | None
    price_source: str
    year: int | None
    source: str

    def figure(self, field: str) -> Figure | None:
        """A numeric field as a cited figure ("bandwidth_gb_s" in GB/s ...), or None when it is not known.

        memory_gb gives the largest variant. Errors: KeyError for a field without a unit.
        """
        value = max(self.memory_gb, default=None) if field == "memory_gb" else getattr(self, field)
        if value is None:
            return None
        source = self.price_source if field == "price_usd_h" else self.source
        return cited(field.rpartition("_")[0] or field, float(value), _UNITS[field], source, device=self.name)


_UNITS = {
    "memory_gb": "GB",
    "bandwidth_gb_s": "GB/s",
    "fp32_tflops": "TFLOPS",
    "tensor16_tflops": "TFLOPS",
    "int8_tops": "TOPS",
    "tdp_w": "W",
    "price_usd_h": "USD/h",
    "cores": "cores",
}


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


@cache
def _device(device_id: str) -> Device:
    row = _rows()[device_id]
    return Device(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        aliases=_parts(row["aliases"]),
        memory_gb=tuple(float(part) for part in _parts(row["memory_gb"])),
        bandwidth_gb_s=_number(row["bandwidth_gb_s"]),
        fp32_tflops=_number(row["fp32_tflops"]),
        tensor16_tflops=_number(row["tensor16_tflops"]),
        int8_tops=_number(row["int8_tops"]),
        supports_bf16={"yes": True, "no": False}.get(row["supports_bf16"]),
        vector=_parts(row["vector"]),
        cores=int(row["cores"]) if row["cores"] else None,
        tdp_w=_number(row["tdp_w"]),
        price_usd_h=_number(row["price_usd_h"]),
        price_source=row["price_source"],
        year=int(row["year"]) if row["year"] else None,
        source=row["source"],
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def normal(name: str) -> str:
    """A name without case, spaces and punctuation: "RTX 3090-Ti" -> "rtx3090ti"."""
    return name.strip().lower().translate(_SEPARATORS)


@cache
def spellings() -> Mapping[str, str]:
    """Normalised spelling -> device id: ids, names, aliases, and names without their maker."""
    found: dict[str, str] = {}
    for row in _rows().values():
        for name in (row["id"], row["name"], *_parts(row["aliases"])):
            key = normal(name)
            for maker in ("", *_MAKERS):
                short = key.removeprefix(maker)
                if len(short) > 1 and (short == key or not short.isdigit()):
                    found.setdefault(short, row["id"])
    return found


def device_kind(device_id: str) -> str:
    """The kind of a known id, without building its record."""
    return _rows()[device_id]["kind"]


def devices() -> tuple[Device, ...]:
    """All machines, in the file's order."""
    return tuple(map(_device, _rows()))


def device(name: str) -> Device:
    """The machine a person means: "3090", "RTX 3090", "rtx-3090", "树莓派4".

    Errors: UnknownNameError with the three nearest names.
    """
    found = find_device(name)
    if found is None:
        raise UnknownNameError("device.unknown", name=name, nearest=", ".join(nearest_device_names(name)))
    return found


def find_device(words: str) -> Device | None:
    """The machine these words name, also with its memory behind it ("4090 24G", "A100 80GB"), or None."""
    key = normal(words[:_MOST_CHARS])
    for spelling in (
        key,
        key.removeprefix("nvidia"),
        _without_memory(key),
        _without_memory(key.removeprefix("nvidia")),
    ):
        if spelling in spellings():
            return _device(spellings()[spelling])
    return None


def _without_memory(key: str) -> str:
    """ "a10080gb" -> "a100": the longest known spelling left when a memory size is cut off the end."""
    rest = key.removesuffix("b").removesuffix("g")
    if rest == key:
        return key
    for cut in (1, 2, 3):
        if rest[-cut:].isdigit() and len(rest[-cut:]) == cut and rest[:-cut] in spellings():
            return rest[:-cut]
    return key


def nearest_device_names(name: str, k: int = 3) -> tuple[str, ...]:
    """The k device names spelt most like `name`, best first; at most 60 characters of it are compared."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(normal(name[:60]))
    best: dict[str, float] = {}
    for spelling, device_id in spellings().items():
        matcher.set_seq1(spelling)
        best[device_id] = max(best.get(device_id, 0.0), matcher.ratio())
    ranked = sorted(best, key=lambda device_id: -best[device_id])
    return tuple(_rows()[device_id]["name"] for device_id in ranked[:k])
