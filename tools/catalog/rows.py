"""The three row types of the model catalog. Accuracy belongs to weights, never to an architecture.

A field that is not known is None or "", never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deep_learning_expert.tools.architecture.candidate import ArchitectureClass


@dataclass(frozen=True)
class OpClass:
    """The work of one class of operations in one forward pass of one sample.

    macs: multiply-accumulates; elements: values read and written; calls: kernel launches in eager mode.
    """

    macs: float
    elements: float
    calls: float


@dataclass(frozen=True)
class Footprint:
    """Memory of one sample in elements (times bytes per element), traced on the meta device.

    inference_peak: most live activations in a forward pass; saved: kept for the backward pass;
    training_peak: most live values in forward + backward, gradients of parameters excluded.
    """

    inference_peak: int
    saved: int
    training_peak: int


@dataclass(frozen=True)
class Architecture:
    """One network, without weights.

    id: as the library spells it ("resnet50", "yolo11n", "bert-base-uncased"); family: slug ("resnet").
    domain: a `requirements.Domain`; params: count; macs: for one sample at `macs_at` ("224x224", "seq 128", "1 token").
    activations: elements written by convolutions, linear layers and matrix products, one sample at `macs_at`.
    config: keys of `estimate.transformer.TransformerConfig` for models computable by closed formula.
    source: where the counts are from; "computed: ..." when we counted them.
    """

    id: str
    name: str
    family: str
    architecture_class: ArchitectureClass
    domain: str
    params: int | None
    macs: int | None
    macs_at: str
    activations: int | None
    source: str
    op_histogram: Mapping[str, OpClass] = field(default_factory=dict)
    footprint: Footprint | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """Published weights and one result of theirs; weights with several results have several rows.

    tag: the library's name ("a1_in1k", "IMAGENET1K_V2"); hub: the name to load ("timm/resnet50.tv_in1k").
    where: "timm", "TorchVision", "HuggingFace", "Ultralytics" ...; licenses: SPDX ids, or the licence's own name.
    value: of `metric` on `dataset` in `unit` ("%" or ""); resolution: "224x224", "seq 512" or "".
    """

    architecture_id: str
    tag: str
    where: str
    hub: str
    license: str
    code_license: str
    pretraining_data: str
    metric: str
    value: float | None
    unit: str
    dataset: str
    resolution: str
    year: int | None
    source: str


@dataclass(frozen=True)
class Measurement:
    """One timing somebody made. unit: "ms" (per batch) or "samples/s"; mode: "inference" or "training".

    device_id: of the device catalog ("rtx-4090"); precision: "fp32", "fp16", "bf16", "amp-fp16", "amp-bf16", "int8".
    runtime: "pytorch-2.4", "pytorch-2.4-compile", "tensorrt" ...; layout: "nchw", "nhwc" or "".
    """

    architecture_id: str
    device_id: str
    precision: str
    runtime: str
    layout: str
    batch: int
    resolution: str
    value: float
    unit: str
    source: str
    mode: str = "inference"

    @property
    def samples_per_second(self) -> float:
        """Throughput, whichever unit was printed."""
        return self.value if self.unit == "samples/s" else self.batch * 1000.0 / self.value

    @property
    def batch_ms(self) -> float:
        """Time of one batch in ms."""
        return self.batch * 1000.0 / self.value if self.unit == "samples/s" else self.value
