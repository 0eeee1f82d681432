"""The hard limits: does a model fit the size, the training memory and the deadline; in which precision and mode."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Mode
from deep_learning_expert.tools.architecture.facts import Facts
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.figures import Figure, cited, computed, estimated
from deep_learning_expert.tools.wording import Remark, say

_LARGE_PARAMS = 5e8  # models above are published and served in 16 bits
_INT4_LEAST_PARAMS = 1e8  # weight-only 4-bit is for language models; smaller networks lose too much


@cache
def rules() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The table `limits.toml`."""
    return tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Fit:
    """How a model fits the file size limit: size at a precision, and what must be done for it."""

    size: Figure
    needs: tuple[str, ...]


def size_at(model: Facts, precision: str) -> Figure | None:
    """File size in MB (1e6 bytes) of the weights at a precision; None when the parameter count is unknown."""
    if model.params is None:
        return None
    rule = rules()["bytes_per_parameter"][precision]
    megabytes = model.params.value * rule["value"] / 1e6
    name = model.name
    if "low" not in rule:
        method = f"parameters x bytes per parameter ({rule['source']})"
        return computed("file_size", megabytes, "MB", method, model=name, precision=precision)
    scale = model.params.value / 1e6
    return estimated(
        "file_size",
        megabytes,
        "MB",
        rule["source"],
        low=scale * rule["low"],
        high=scale * rule["high"],
        model=name,
        precision=precision,
    )


def fit_size(model: Facts, situation: Situation) -> Fit | Remark:
    """The least compressed form within the size limit, or the reason why none is."""
    params = model.params.value if model.params else 0.0
    native = "fp16" if params > _LARGE_PARAMS else "fp32"
    size = size_at(model, native)
    limit = situation.needs.limits.size
    if size is None:
        unknown = computed("file_size", 0.0, "MB", "not stored: parameters unknown")
        return Fit(unknown, ())
    if limit is None or size.value <= limit.value:
        return Fit(size, ())
    forms = ["fp16", "int8"] if native == "fp32" else ["int8"]
    if situation.edge or situation.deploy == "cpu":
        forms = ["int8"]
    if params >= _INT4_LEAST_PARAMS and model.row.architecture_class == "Transformer":
        forms.append("int4")
    for precision in forms:
        size = size_at(model, precision)
        if size is not None and (size.interval.high if size.interval else size.value) <= limit.value:
            return Fit(size, (precision,))
    smallest = size_at(model, forms[-1])
    return say("architecture.rejected.size", model=model.name, size=smallest, limit=limit)


def training_memory(model: Facts, kind: str) -> Figure | None:
    """Weights, gradients and optimiser states in MB, over all devices; activations come on top."""
    if model.params is None:
        return None
    rule, spread = rules()["training_bytes_per_parameter"][kind], rules()["memory"]["share_uncertainty"]
    megabytes = model.params.value * rule["value"] / 1e6
    return estimated(
        "training_state_memory",
        megabytes,
        "MB",
        f"parameters x bytes per parameter ({rule['source']})",
        low=megabytes * spread["low"],
        high=megabytes * spread["high"],
        model=model.name,
        mode=kind,
    )


@dataclass(frozen=True)
class Training:
    """The mode that fits the training machine, its memory, and what it takes (sharding, a 4-bit base)."""

    mode: Mode
    memory: Figure | None
    needs: tuple[str, ...]
    changed: bool  # another mode than asked, because that one does not fit


def fit_training(model: Facts, mode: Mode, situation: Situation) -> Training | Remark:
    """The asked mode if the machine can train it, else the nearest that fits, else the reason why none does."""
    params = model.params.value if model.params else 0.0
    if situation.train == "cpu" and mode not in {"frozen-features", "zero-shot"}:
        most = rules()["training"]["cpu_most_params"]["value"]
        if params > most and mode != "lora":
            return say("architecture.rejected.cpu_training", model=model.name, params=model.params)
    if situation.gpu_gb is None or model.params is None:
        return Training(mode, _state_memory(model, mode), (), False)
    usable = situation.gpu_gb * 1000 * rules()["memory"]["usable_share"]["value"]
    one_device = usable if situation.device_gb is None else usable * situation.device_gb / situation.gpu_gb
    share = rules()["memory"]
    sharded_share = share["sharded_share"]["value"] / share["usable_share"]["value"]
    for kind, tried in _ladder(mode, params):
        memory = training_memory(model, kind)
        sharded = memory is not None and memory.value > one_device
        if memory is not None and memory.value <= (usable * sharded_share if sharded else usable):
            needs = ("sharding",) if sharded else ()
            return Training(tried, memory, (*needs, *(("qlora",) if kind == "qlora" else ())), tried != mode)
    kind = _ladder(mode, params)[-1][0]
    return say(
        "architecture.rejected.memory",
        model=model.name,
        memory=training_memory(model, kind),
        device=_device_memory(situation),
    )


def _device_memory(situation: Situation) -> Figure:
    """As the user stated it, else what the catalog says of the named device."""
    machine = situation.needs.train_on
    if machine is not None and machine.memory_gb is not None:
        return machine.memory_gb
    known = situation.device_gb or situation.gpu_gb or 0.0
    return cited("memory", known, "GB", "device catalog, by name", device=machine.words if machine else "")


def _state_memory(model: Facts, mode: Mode) -> Figure | None:
    return training_memory(model, {"lora": "lora", "finetune": "full", "scratch": "full"}.get(mode, "frozen"))


def _ladder(mode: Mode, params: float) -> list[tuple[str, Mode]]:
    """Memory kinds to try in turn, each with the mode it means."""
    if mode == "scratch":
        return [("full", "scratch")]
    if mode in {"frozen-features", "zero-shot"}:
        return [("frozen", mode)]
    adapters: list[tuple[str, Mode]] = [("lora", "lora"), ("qlora", "lora")]
    if mode == "lora":
        return adapters
    large = params >= rules()["training"]["lora_least_params"]["value"]
    return [("full", "finetune"), *(adapters if large else [])]
