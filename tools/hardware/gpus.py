"""The graphics cards of this machine, as `nvidia-smi` lists them."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from deep_learning_expert.tools.hardware.system import output_of


@dataclass(frozen=True)
class Gpu:
    """name: as the driver prints it; memory_gb and memory_free_gb: 1e9 bytes, None when the driver does not say."""

    name: str
    memory_gb: float | None
    memory_free_gb: float | None
    driver: str


def read_gpus() -> tuple[Gpu, ...]:
    """All NVIDIA cards; empty without a driver."""
    query = "--query-gpu=name,memory.total,memory.free,driver_version"
    return parse_gpus(output_of("nvidia-smi", query, "--format=csv,noheader,nounits"))


def parse_gpus(listing: str) -> tuple[Gpu, ...]:
    """The cards in nvidia-smi's CSV (memory in MiB, no header); lines that are not such are skipped."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(listing.splitlines())]
    return tuple(Gpu(row[0], _gb(row[1]), _gb(row[2]), row[3]) for row in rows if len(row) == 4 and row[0])


def _gb(mebibytes: str) -> float | None:
    return int(mebibytes) * 2**20 / 1e9 if mebibytes.isdigit() else None
