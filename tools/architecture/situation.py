"""The needs as plain numbers and flags, worked out once, so that guards and limits read simply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deep_learning_expert.tools.catalog.devices import find_device
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.requirements import Requirements

# Units of `data.samples` that count something other than samples.
_NOT_SAMPLES = {
    "tokens",
    "hours",
    "h",
    "steps",
    "episodes",
    "frames",
    "min",
    "MB",
    "GB",
    "characters",
    "nodes",
    "edges",
}
_EDGE_DEVICES = {"phone", "npu", "mcu", "browser"}


@dataclass(frozen=True)
class Situation:
    """The user's situation.

    needs: as read; deploy: device kind the model runs on, "" if unknown; sizes in MB, latency in ms, memory in GB.
    """

    needs: Requirements
    words: str
    deploy: str
    train: str
    edge: bool
    samples: float | None
    classes: float | None
    per_class: float | None
    hours: float | None
    tokens: float | None
    nodes: float | None
    resolution: float | None
    size_mb: float | None
    latency_ms: float | None
    gpu_gb: float | None
    language: str
    scratch: bool

    @property
    def device_gb(self) -> float | None:
        """Memory of one training device."""
        device = self.needs.train_on
        return self.gpu_gb / device.count if device and self.gpu_gb is not None else None


def understand(needs: Requirements) -> Situation:
    """Work out what the guards ask about; what was not said stays None."""
    data, limits, setup = needs.data, needs.limits, needs.setup
    samples = _count(data.samples, lambda unit: unit not in _NOT_SAMPLES)
    classes = _value(data.classes)
    per_class = _value(data.samples_per_class)
    if per_class is None and samples and classes:
        per_class = samples / classes
    if samples is None and per_class and classes:
        samples = per_class * classes
    deploy = _deploy(needs)
    return Situation(
        needs=needs,
        words=f"{needs.words} {setup.base_model}".lower(),
        deploy=deploy,
        train=needs.train_on.kind if needs.train_on else "",
        edge=deploy in _EDGE_DEVICES or (not deploy and needs.has("on-device")),
        samples=samples,
        classes=classes,
        per_class=per_class,
        hours=_value(data.hours) or _count(data.samples, lambda unit: unit in {"hours", "h"}),
        tokens=_value(data.tokens) or _count(data.samples, lambda unit: unit in {"tokens", "characters"}),
        nodes=_count(data.samples, lambda unit: unit == "nodes"),
        resolution=_value(data.resolution_px),
        size_mb=_value(limits.size),
        latency_ms=_value(limits.latency),
        gpu_gb=_training_memory_gb(needs),
        language=_language(needs),
        scratch=limits.pretrained_forbidden or setup.from_scratch or setup.method == "scratch",
    )


def _deploy(needs: Requirements) -> str:
    """Where the model will run: as stated, else where it is trained when that is a CPU."""
    if needs.deploy_on:
        return needs.deploy_on.kind
    if needs.has("on-device"):
        return "phone"
    if needs.train_on and needs.train_on.kind in {"cpu", "jetson"}:
        return needs.train_on.kind
    return ""


def _training_memory_gb(needs: Requirements) -> float | None:
    """All training devices together; a device named without its memory has the least of its versions."""
    device = needs.train_on
    if device is None:
        return None
    if device.memory_gb is not None:
        return device.memory_gb.value * device.count
    known = (find_device(device.name) if device.name else None) or find_device(device.words)
    return min(known.memory_gb) * device.count if known is not None and known.memory_gb else None


def _language(needs: Requirements) -> str:
    """ "zh", "en" or "other": the language of the user's texts or speech; several, or a rarer one, are "other"."""
    languages = needs.data.languages
    if needs.has("multilingual") or len(set(languages)) > 1:
        return "other"
    if not languages:
        return "en"
    return languages[0] if languages[0] in {"zh", "en"} else "other"


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _count(figure: Figure | None, accepts: Callable[[str], bool]) -> float | None:
    if figure is None or not accepts(figure.unit):
        return None
    return figure.value
