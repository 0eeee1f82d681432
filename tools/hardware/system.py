"""What the operating system says of the processor, the memory and the disk; no library, no root, never raises."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_COMMAND_TIMEOUT_S = 10.0
# Flags of /proc/cpuinfo (x86 and Arm) that matter for inference -> the catalog's spelling.
_FLAGS = {
    "avx": "avx", "avx2": "avx2", "avx_vnni": "avx_vnni", "avx512f": "avx512f", "avx512_vnni": "avx512_vnni",
    "avx512_bf16": "avx512_bf16", "amx_bf16": "amx", "amx_tile": "amx", "asimd": "neon", "neon": "neon",
    "asimddp": "dotprod", "i8mm": "i8mm", "bf16": "bf16", "sve": "sve",
}  # fmt: skip
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


@dataclass(frozen=True)
class System:
    """cpu_model: as the system prints it, or ""; cores: usable by this process (affinity and container limits counted);
    memory_gb, memory_free_gb, disk_free_gb: 1e9 bytes, None when unknown; supports_bf16: None when unknown."""

    cpu_model: str
    vector: tuple[str, ...]
    supports_bf16: bool | None
    cores: int
    memory_gb: float | None
    memory_free_gb: float | None
    disk_free_gb: float | None
    operating_system: str


def read_system(folder: Path | None = None) -> System:
    """The machine this runs on; `folder`: whose disk's free space counts (default: the working folder)."""
    info = _text("/proc/cpuinfo")
    flags = _cpu_flags(info)
    return System(
        cpu_model=_cpu_model(info),
        vector=tuple(dict.fromkeys(_FLAGS[flag] for flag in _FLAGS if flag in flags)),
        supports_bf16=bool(flags & _BF16_FLAGS) if flags else None,
        cores=_cores(),
        memory_gb=_memory_gb(),
        memory_free_gb=_meminfo_gb("MemAvailable"),
        disk_free_gb=_disk_free_gb(folder or Path.cwd()),
        operating_system=f"{platform.system()} {platform.release()} {platform.machine()}".strip(),
    )


def output_of(*command: str) -> str:
    """Standard output of a command, "" when it is missing, fails or takes too long."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _field(text: str, *names: str) -> str:
    """The value of the first "name : value" line with one of these names."""
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() in names and value.strip():
            return value.strip()
    return ""


def _cpu_model(info: str) -> str:
    return (
        _field(info, "model name")
        or _text("/sys/firmware/devicetree/base/model").strip("\x00 \n")
        or output_of("sysctl", "-n", "machdep.cpu.brand_string").strip()
        or _field(output_of("lscpu"), "model name")
        or platform.processor()
    )


def _cpu_flags(info: str) -> frozenset[str]:
    flags = _field(info, "flags", "features").lower().split()
    if not flags and platform.system() == "Darwin":
        names = output_of("sysctl", "-n", "machdep.cpu.features", "machdep.cpu.leaf7_features").lower().split()
        flags = names or (["asimd"] if platform.machine() == "arm64" else [])
    return frozenset(flags)


def _cores() -> int:
    """Cores this process may use: the least of the machine's, the affinity mask and the container's quota."""
    count = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        count = min(count, len(os.sched_getaffinity(0)))
    quota, _, period = _text("/sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdigit() and period.strip().isdigit():
        count = min(count, max(1, round(int(quota) / int(period))))
    return count


def _memory_gb() -> float | None:
    """Memory of the machine or, when smaller, of the container."""
    total = _meminfo_gb("MemTotal")
    if total is None:
        size = output_of("sysctl", "-n", "hw.memsize").strip()
        total = int(size) / 1e9 if size.isdigit() else None
    limit = _text("/sys/fs/cgroup/memory.max").strip()
    if limit.isdigit():
        total = min(total or float("inf"), int(limit) / 1e9)
    return total


def _meminfo_gb(name: str) -> float | None:
    value = _field(_text("/proc/meminfo"), name.lower()).split()
    return int(value[0]) * 1024 / 1e9 if value and value[0].isdigit() else None


def _disk_free_gb(folder: Path) -> float | None:
    try:
        return shutil.disk_usage(folder).free / 1e9
    except OSError:
        return None
