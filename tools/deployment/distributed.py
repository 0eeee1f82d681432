"""How training spreads over several devices: replicate when the model's states fit on one, shard when they do not."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.catalog.devices import find_device
from deep_learning_expert.tools.errors import OutOfRangeError
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.requirements import DeviceNeed, Requirements
from deep_learning_expert.tools.wording import Remark, say

_BYTES_PER_GB = 1e9
_NO_GRADIENTS = ("Tree ensemble", "Statistical")
_ACCELERATORS = ("gpu", "tpu", "npu", "jetson")


@dataclass(frozen=True)
class Distributed:
    """strategy: "DDP", "FSDP", "DeepSpeed ZeRO-3" or "vectorised environments"; configuration: how to set it up."""

    strategy: str
    configuration: Remark


@cache
def _table() -> dict[str, Any]:
    """states.toml (numbers, strings and lists of strings)."""
    return tomllib.loads(Path(__file__).with_name("states.toml").read_text(encoding="utf-8"))


def choose_distributed(needs: Requirements, candidate: Candidate, batch_size: Figure) -> Distributed | None:
    """The way to train on the user's devices, or None on one device, on a CPU and for models without gradients.

    batch_size: the recipe's global batch. Errors: OutOfRangeError for a batch that is not positive.
    """
    if batch_size.value <= 0:
        raise OutOfRangeError("deployment.batch", value=f"{batch_size.value:g}")
    device = needs.train_on
    if device is None or device.count < 2 or device.kind not in _ACCELERATORS:
        return None
    if candidate.architecture_class in _NO_GRADIENTS or candidate.mode == "zero-shot":
        return None
    count = computed("devices", device.count, "", "counted in the task")
    if needs.task_type == "RL" and needs.subtask != "rl-language-model":
        return Distributed(_table()["strategies"]["environments"], say("deployment.distributed.rl"))
    return _spread(device, needs, candidate, batch_size, count)


def _spread(
    device: DeviceNeed, needs: Requirements, candidate: Candidate, batch_size: Figure, count: Figure
) -> Distributed:
    strategies = _table()["strategies"]
    share = _per_device(batch_size, count)
    states = training_states(needs, candidate)
    room = _room(device)
    if states is None or room is None:
        known = {"states": states} if states else {}
        key = "deployment.distributed.ddp_unknown_memory" if states else "deployment.distributed.ddp_plain"
        return Distributed(strategies["replicate"], say(key, devices=count, share=share, **known))
    small = states.value < room.value * _table()["many"]["states_share"]
    if small and share.value < _table()["many"]["least_samples"] and share.unit == "samples":
        remark = say("deployment.distributed.too_many", devices=count, share=share, batch=batch_size)
        return Distributed(strategies["replicate"], remark)
    if states.value <= room.value:
        remark = say("deployment.distributed.ddp", devices=count, share=share, states=states, room=room)
        return Distributed(strategies["replicate"], remark)
    method = f"training states / {device.count} devices"
    shard = computed("states_per_device", states.value / device.count, "GB", method)
    key, strategy = ("fsdp", "shard") if shard.value <= room.value else ("zero3", "offload")
    remark = say(f"deployment.distributed.{key}", devices=count, share=share, states=states, room=room, shard=shard)
    return Distributed(strategies[strategy], remark)


def _per_device(batch_size: Figure, count: Figure) -> Figure:
    value = math.ceil(batch_size.value / count.value)
    return computed("batch_per_device", value, batch_size.unit, "global batch / devices, rounded up")


def training_states(needs: Requirements, candidate: Candidate) -> Figure | None:
    """Weights, gradients and optimizer states in GB; None when the parameters are unknown."""
    if candidate.params is None:
        return None
    row = _method(needs, candidate)
    per_parameter = bytes_per_parameter(needs, candidate)
    size = candidate.params.value * per_parameter.value / _BYTES_PER_GB
    return computed(
        "training_states",
        size,
        "GB",
        f"parameters x {per_parameter.value:g} bytes: {row['source']}",
        model=candidate.id,
    )


def bytes_per_parameter(needs: Requirements, candidate: Candidate) -> Figure:
    """Training states per parameter, averaged over frozen and trained ones, in bytes."""
    row = _method(needs, candidate)
    value = row["frozen_bytes"] + row["trained_share"] * row["trained_bytes"]
    return cited("bytes_per_parameter", round(value, 3), "bytes", row["source"])


def _method(needs: Requirements, candidate: Candidate) -> dict[str, Any]:
    """The first row that the user's method or the candidate's mode names; the last row stands for full training."""
    rows: list[dict[str, Any]] = _table()["method"]
    wanted = needs.setup.method
    for row in rows[:-1]:
        if wanted in row.get("setup", ()) or (wanted is None and candidate.mode in row.get("modes", ())):
            return row
    return rows[-1]


def _room(device: DeviceNeed) -> Figure | None:
    """What the states may take of one device, in GB; of a device named without its memory, the smallest version."""
    table = _table()["memory"]
    if device.memory_gb is not None:
        memory = device.memory_gb.value
    else:
        known = find_device(device.name or device.words)
        if known is None or not known.memory_gb:
            return None
        memory = min(known.memory_gb)
    return computed("room_for_states", memory * table["states_share"], "GB", table["states_source"])
