"""A model that could do the job, with the facts the other tools need: the result type of the comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark

Mode = Literal["finetune", "lora", "frozen-features", "scratch", "zero-shot"]
ArchitectureClass = Literal[
    "CNN", "Transformer", "RNN", "GNN", "Diffusion", "Hybrid", "MLP", "Tree ensemble", "Statistical"
]


@dataclass(frozen=True)
class WeightsChoice:
    """Published weights to start from. license: of the weights; code_license: of the code that loads them."""

    name: str
    source: str  # "HuggingFace", "TorchVision", "timm" ...
    license: str
    code_license: str
    pretrained_on: str


@dataclass(frozen=True)
class Candidate:
    """One architecture in one mode.

    id: catalog id ("convnext_tiny"); family: catalog family slug ("convnext"); architecture_class: the contract's word.
    params in "params", macs in "MACs" at conditions, size in "MB" at the stated precision.
    latency in "ms" under the user's conditions, or None with `latency_unknown` saying why.
    """

    id: str
    name: str
    family: str
    architecture_class: ArchitectureClass
    mode: Mode
    params: Figure | None
    size: Figure | None
    macs: Figure | None = None
    metrics: tuple[Figure, ...] = ()
    weights: WeightsChoice | None = None
    latency: Figure | None = None
    latency_unknown: Remark | None = None
    train_memory: Figure | None = None  # MB per device at the recipe's usual batch
    train_time: Figure | None = None  # s
    reasons: tuple[Remark, ...] = ()
    inductive_bias: Remark | None = None
    needs: tuple[str, ...] = ()  # "int8", "int4", "distillation" ...: what must happen for the limits to hold


@dataclass(frozen=True)
class Rejected:
    """A candidate that lost, and the constraint or argument that beat it."""

    id: str
    name: str
    reason: Remark


@dataclass(frozen=True)
class Comparison:
    """candidates: two or three, best first; tie: the first two cannot be told apart honestly."""

    candidates: tuple[Candidate, ...]
    tie: bool
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[Remark, ...] = ()  # contradictions between the limits, licences to mind ...
    tradeoff: tuple[Remark, ...] = ()  # from scratch vs fine-tune vs transfer, argued from data and steps
    baseline: Remark | None = None  # the simplest thing that could work
    verdict: Remark | None = None
    considered: tuple[str, ...] = field(default=())
    fits: bool = True  # False: no candidate holds every hard limit; the first is the nearest

    @property
    def winner(self) -> Candidate:
        """The first candidate."""
        return self.candidates[0]
