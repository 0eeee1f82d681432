"""Which of the user's limits press on a model, and by how much each technique relieves them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.compression.estimate import estimate_speedup
from deep_learning_expert.tools.compression.family import is_language_model
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_BITS_PER_BYTE = 8
_BYTES_PER_MB = 1e6
_MB_PER_GB = 1e3


@cache
def rules() -> dict[str, Any]:
    """rules.toml (tables of lists, numbers and names)."""
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def target(needs: Requirements) -> str:
    """Kind of the device the model will run on; the training accelerator stands in, else "unknown"."""
    if needs.deploy_on:
        return needs.deploy_on.kind
    trained_on = needs.train_on.kind if needs.train_on else "unknown"
    return trained_on if trained_on in rules()["stand_in"]["kinds"] else "unknown"


def size_at(candidate: Candidate, width: str) -> Figure | None:
    """Size of the weights in MB at "fp32", "fp16", "bf16", "int8" or "int4"; None when the parameters are unknown."""
    if candidate.params is None:
        return None
    bits = rules()["bits"][width]
    size = candidate.params.value * bits["value"] / _BITS_PER_BYTE / _BYTES_PER_MB
    method = f"parameters x {bits['value']:g} bits per weight ({bits['source']})"
    return computed("size", size, "MB", method, precision=width, model=candidate.id)


def timed_as(needs: Requirements) -> str:
    """The kind of device whose published timings speak for the target."""
    kind = target(needs)
    device = needs.deploy_on
    if kind == "cpu" and device:
        words = f"{device.name or ''} {device.words}".lower()
        arm = rules()["arm"]
        if any(re.search(rf"(?<![a-z0-9]){re.escape(name)}", words) for name in arm["names"]):
            return str(arm["timed_as"])
    return str(rules()["timed_like"].get(kind, kind))


@dataclass(frozen=True)
class Pressure:
    """size_limit: MB the weights may take; speed_ratio: latency / limit where the limit is broken.

    untimed: a latency limit stands but the model's latency is unknown; reasons: what presses, in words.
    """

    kind: str
    timed_as: str
    size_limit: Figure | None = None
    speed_ratio: float | None = None
    untimed: bool = False
    reasons: tuple[Remark, ...] = ()

    def held_by(self, candidate: Candidate, technique: str) -> bool:
        """Whether a technique alone is likely to bring size and latency under their limits."""
        width = rules()["width"].get(technique)
        size = size_at(candidate, width) if width else None
        if self.size_limit and size and size.value > self.size_limit.value:
            return False
        return self.speed_ratio is None or self._speedup(technique) >= self.speed_ratio

    def _speedup(self, technique: str) -> float:
        """Median published speed-up; where none is published the technique gets the benefit of the doubt."""
        rows = rules()["speed"].get(technique)
        try:
            return estimate_speedup(rows, self.timed_as).value if rows else float("inf")
        except CannotSayError:
            return float("inf")


def find_pressure(needs: Requirements, candidate: Candidate) -> Pressure:
    """The limits that the uncompressed model breaks, or that its kind of device makes hard to hold."""
    kind = target(needs)
    limit, reasons = _size_pressure(needs, candidate)
    ratio = None
    latency = needs.limits.latency
    if latency and candidate.latency and candidate.latency.value > latency.value:
        ratio = candidate.latency.value / latency.value
        reasons.append(say("compression.reason.too_slow", latency=candidate.latency, limit=latency))
    tight = rules()["tight"]
    if kind in tight["kinds"] and is_language_model(needs, candidate):
        reasons.append(say("compression.reason.language_model"))
    elif kind in tight["integer_only"]:
        reasons.append(say("compression.reason.integer_only"))
    elif kind in tight["kinds"] and not reasons:
        reasons.extend(_tight_device(needs, candidate, kind))
    if needs.has("compression"):
        reasons.append(say("compression.reason.asked"))
    untimed = latency is not None and candidate.latency is None
    return Pressure(kind, timed_as(needs), limit, ratio, untimed, tuple(reasons))


def _tight_device(needs: Requirements, candidate: Candidate, kind: str) -> list[Remark]:
    """What a small device makes doubtful though no limit is known to be broken."""
    limit, latency = needs.limits.latency, candidate.latency
    if limit and latency is None:
        return [say("compression.reason.untimed", limit=limit)]
    if limit and latency and (latency.interval.high if latency.interval else latency.value) > limit.value:
        return [say("compression.reason.near_limit", latency=latency, limit=limit)]
    stated = limit or needs.limits.size or needs.limits.memory
    return [say("compression.reason.small_device")] if stated and kind in rules()["tight"]["integers_pay"] else []


def _size_pressure(needs: Requirements, candidate: Candidate) -> tuple[Figure | None, list[Remark]]:
    """The tightest limit on the weights, with a remark for the first one that the model breaks.

    The device's memory is held against the half-precision weights where that is how such a device runs them.
    """
    full = candidate.size or size_at(candidate, "fp32")
    first_rung = rules()["ladder"][target(needs)][0]
    loaded = (size_at(candidate, first_rung) if first_rung in ("fp16", "bf16") else None) or full
    pairs = [(needs.limits.size, full), (needs.limits.memory, loaded), (_usable_memory(needs), loaded)]
    limits = [limit for limit, _ in pairs if limit]
    broken = [
        say("compression.reason.too_large", size=size, limit=limit)
        for limit, size in pairs
        if limit and size and size.value > limit.value
    ]
    return min(limits, key=lambda limit: limit.value, default=None), broken[:1]


def _usable_memory(needs: Requirements) -> Figure | None:
    memory = needs.deploy_on.memory_gb if needs.deploy_on else None
    if memory is None:
        return None
    share = rules()["memory"]["usable_share"]
    return computed("usable_memory", memory.value * _MB_PER_GB * share, "MB", f"device memory x {share}")
