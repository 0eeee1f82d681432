"""Memory of a training run: states of the parameters, saved activations, and the runtime's own share.

weights + optimizer states + (activations and gradients, which hardly overlap) + runtime, in MB of 1e6 bytes per device:
activations are freed while gradients are made, so the peak is the larger of the two and a part of the smaller. The high
end holds both in full, as when gradients are accumulated. Checked by benchmarks/training_memory.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.architecture.candidate import Mode
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError, UnknownNameError
from deep_learning_expert.tools.estimate.constants import Span, exactly, section_of, source, span
from deep_learning_expert.tools.estimate.size import positive
from deep_learning_expert.tools.estimate.workload import Workload
from deep_learning_expert.tools.figures import Figure, Interval, computed

TrainingMode = Mode | Literal["qlora"]
_MB = 1e6
_OPTIMIZERS_WITH_OTHER_NAMES = {"sgd": "SGD-momentum", "adamw_8bit": "AdamW8bit", "adamw_torch": "AdamW"}


@dataclass(frozen=True)
class TrainingMemory:
    """One device's share, in MB. total: their sum as a figure; fixed: what does not grow with the batch."""

    weights_mb: Span
    gradients_mb: Span
    optimizer_mb: Span
    activations_mb: Span
    runtime_mb: Span
    total: Figure

    @property
    def fixed(self) -> Span:
        """States and runtime."""
        return self.weights_mb.plus(self.gradients_mb).plus(self.optimizer_mb).plus(self.runtime_mb)


def training_memory(
    params: float | Figure,
    *,
    optimizer: str = "AdamW",
    precision: str = "amp-bf16",
    mode: TrainingMode = "finetune",
    trainable_share: float | None = None,
    shards: int = 1,
    activations_mb: Span | None = None,
    on: Literal["gpu", "cpu"] = "gpu",
) -> Figure:
    """Peak memory of training, MB per device; `activations_mb` from `saved_activations_mb`, else states only.

    Errors: OutOfRangeError, UnknownNameError (optimizer, precision).
    """
    return training_memory_parts(
        params,
        optimizer=optimizer,
        precision=precision,
        mode=mode,
        trainable_share=trainable_share,
        shards=shards,
        activations_mb=activations_mb,
        on=on,
    ).total


def training_memory_parts(
    params: float | Figure,
    *,
    optimizer: str = "AdamW",
    precision: str = "amp-bf16",
    mode: TrainingMode = "finetune",
    trainable_share: float | None = None,
    shards: int = 1,
    activations_mb: Span | None = None,
    on: Literal["gpu", "cpu"] = "gpu",
) -> TrainingMemory:
    """The same with its parts. shards: devices that share weights, gradients and states (ZeRO stage 3, FSDP)."""
    count = positive("params", params)
    if not 1 <= shards <= 100_000:
        raise OutOfRangeError("estimate.impossible_shards", value=shards)
    widths = _widths(precision)
    share = _trainable(mode, trainable_share)
    per_device = 1 / shards / _MB
    trainable = share.scaled(count * per_device)
    frozen = Span(1 - share.high, 1 - share.middle, 1 - share.low).scaled(count * per_device)
    weights = trainable.scaled(widths["weight"]).plus(frozen.scaled(_frozen_bytes(mode, precision)))
    gradients = trainable.scaled(widths["gradient"])
    states = trainable.scaled(optimizer_bytes(optimizer))
    activations = activations_mb or exactly(0.0)
    runtime = span("runtime_mb", on, "memory")
    sum_ = weights.plus(states).plus(_overlapping(activations, gradients)).plus(runtime)
    about = {"optimizer": optimizer, "precision": precision, "mode": mode, "shards": str(shards)}
    about["covers"] = "states and runtime" if activations_mb is None else "states, saved activations and runtime"
    total = Figure(
        quantity="training_memory",
        value=sum_.middle,
        unit="MB",
        kind="estimated",
        source="weights + states + overlapping gradients and activations + runtime (tools/estimate/memory.toml)",
        conditions=about,
        interval=Interval(low=sum_.low, high=sum_.high),
    )
    return TrainingMemory(weights, gradients, states, activations, runtime, total)


def _overlapping(activations: Span, gradients: Span) -> Span:
    part = float(section_of("overlap", "memory")["share"])
    middle = max(activations.middle, gradients.middle) + part * min(activations.middle, gradients.middle)
    return Span(max(activations.low, gradients.low), middle, activations.high + gradients.high)


def optimizer_bytes(optimizer: str) -> float:
    """State bytes per trainable parameter; SGD is counted with momentum. Errors: UnknownNameError."""
    known = {key: value for key, value in section_of("optimizer_bytes", "memory").items() if key != "source"}
    name = _OPTIMIZERS_WITH_OTHER_NAMES.get(optimizer.lower(), optimizer)
    by_lower = {key.lower(): float(value) for key, value in known.items()}
    try:
        return by_lower[name.lower()]
    except KeyError:
        raise UnknownNameError("estimate.unknown_optimizer", optimizer=optimizer, known=", ".join(known)) from None


def _widths(precision: str) -> dict[str, float]:
    known = {key: value for key, value in section_of("training_precision", "memory").items() if key != "source"}
    name = {"fp16": "amp-fp16", "amp": "amp-fp16", "bf16-mixed": "amp-bf16"}.get(precision, precision)
    if name not in known:
        raise UnknownNameError("estimate.unknown_precision", precision=precision)
    return {key: float(value) for key, value in known[name].items()}


def _trainable(mode: TrainingMode, share: float | None) -> Span:
    if share is not None:
        if not 0 <= share <= 1:
            raise OutOfRangeError("estimate.impossible_share", value=share)
        return exactly(share)
    if mode == "zero-shot":
        return exactly(0.0)
    if mode in ("finetune", "scratch"):
        return exactly(1.0)
    return span("default_trainable_share", mode, "memory")


def _frozen_bytes(mode: TrainingMode, precision: str) -> float:
    if precision == "fp32" and mode != "qlora":
        return 4.0
    return float(section_of("frozen_weight_bytes", "memory").get(mode, 2.0))


def saved_activations_mb(
    work: Workload, batch: int, precision: str = "amp-bf16", mode: TrainingMode = "finetune"
) -> Span:
    """Activations kept for the backward pass of one batch, MB; a frozen backbone keeps none.

    From the catalog's traced footprint where there is one, else from the elements its layers write.
    Errors: CannotSayError where the catalog has neither.
    """
    if batch < 1:
        raise OutOfRangeError("estimate.impossible_batch", value=batch)
    width = _widths(precision)["activation"] * batch / _MB
    if mode in ("frozen-features", "zero-shot"):
        peak = work.footprint.inference_peak if work.footprint else (work.activations or 0.0) * 0.5
        if not peak:
            raise CannotSayError("estimate.no_activations", model=work.name)
        return Span(0.5, 1.0, 1.5).scaled(peak * width)
    if work.footprint:
        return Span(0.9, 1.0, 1.15).scaled(work.footprint.training_peak * width)
    if not work.activations:
        raise CannotSayError("estimate.no_activations", model=work.name)
    kind = "CNN" if work.architecture_class == "CNN" else "other"
    return span("saved_per_activation", kind, "memory").scaled(work.activations * width)


def largest_safe_batch(memory: float | Figure, fixed: Span, activations_per_sample_mb: Span) -> Figure:
    """Largest batch per device that leaves a fifth of the memory free even at the high end of the estimate.

    memory: MB of the device. Errors: CannotSayError when not even one sample fits.
    """
    available = positive("memory", memory) * (1 - float(section_of("margin", "memory")["free_share"]))
    batch = int((available - fixed.high) / max(activations_per_sample_mb.high, 1e-9))
    if batch < 1:
        raise CannotSayError("estimate.does_not_fit", need=f"{fixed.high + activations_per_sample_mb.high:.0f}")
    return computed(
        "largest_safe_batch",
        float(min(batch, 1_000_000)),
        "samples",
        "free memory over saved activations per sample at the high end, " + source("margin", "memory"),
    )
