"""The typed needs every tool reads: what a task says, once its free-text fields are understood.

Numbers are `Figure` records (kind `given`, or `assumed` when the user allowed assumptions), so whatever a tool computes
from them stays traceable. A fact that was not stated is None or empty; no tool may invent one.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from deep_learning_expert.tools.figures import Figure

TaskType = Literal["classification", "detection", "segmentation", "generation", "sequence-modeling", "RL"]
Domain = Literal["CV", "NLP", "audio", "multimodal", "time-series", "graph", "tabular", "control"]
Labels = Literal["full", "partial", "weak", "few", "none", "self", "pairs", "reward", "preference"]
# partial: semi-supervised; weak: noisy or indirect labels; self: the data are their own labels (text, audio)
Distribution = Literal["balanced", "imbalanced", "long-tailed", "single-class"]
Challenge = Literal[
    "few-samples",
    "domain-shift",
    "real-time",
    "long-tail",
    "imbalance",
    "label-noise",
    "small-objects",
    "long-input",
    "no-labels",
    "weak-labels",
    "noise",
    "intermittent",
    "multi-agent",
    "sparse-reward",
    "on-device",
    "compression",
    "forgetting",
    "privacy",
    "multilingual",
    "streaming",
    "production-gap",
]
Issue = Literal[
    "nan",
    "divergence",
    "oscillation",
    "overfitting",
    "underfitting",
    "not-learning",
    "slow-convergence",
    "out-of-memory",
    "predicts-majority",
    "production-gap",
    "slow-data",
    "mode-collapse",
    "forgetting",
    "reward-stuck",
    "slow-inference",
]
DeviceKind = Literal["gpu", "cpu", "tpu", "npu", "jetson", "phone", "mcu", "browser"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeviceNeed(_Frozen):
    """Some machine the user has. name: catalog device id if recognised ("rtx-4090"); words: as the user wrote it."""

    kind: DeviceKind
    name: str | None = None
    count: int = 1
    memory_gb: Figure | None = None  # per device
    cores: Figure | None = None
    words: str = ""


class DataNeeds(_Frozen):
    """What is known of the data. samples: a count whose unit says of what ("images", "texts", "tokens", "hours",
    "series", "nodes", "pairs", "clips", "steps", "episodes", "rows" ...)."""

    samples: Figure | None = None
    classes: Figure | None = None
    samples_per_class: Figure | None = None
    minority_share: Figure | None = None  # % of samples (or pixels) in the rare class
    resolution_px: Figure | None = None  # the images' side
    sequence_length: Figure | None = None  # tokens or time steps of one sample
    tokens: Figure | None = None  # total tokens, for language models
    hours: Figure | None = None  # total hours, for audio and video
    groups: Figure | None = None  # subjects, patients, speakers, machines ... that must not straddle a split
    group_word: str = ""
    labels: Labels | None = None
    distribution: Distribution | None = None
    noisy: bool = False
    has_simulator: bool = False
    environment: str | None = None  # of reinforcement learning: gymnasium id, "ALE/Pong-v5"
    augmentation_wanted: bool | None = None
    languages: tuple[str, ...] = ()  # of the user's texts or speech, ISO 639-1


class Limits(_Frozen):
    """What must hold. latency: ms, conditions "percentile", "batch", "device", "per". targets: accuracy goals, quantity
    is the metric, unit "%" or "", conditions "direction" (">=" or "<=")."""

    latency: Figure | None = None
    latency_unlimited: bool = False  # the user said that speed does not matter
    throughput: Figure | None = None  # per second
    targets: tuple[Figure, ...] = ()
    best_effort_target: bool = False  # "as good as possible"
    size: Figure | None = None  # MB
    money: Figure | None = None  # USD
    training_time: Figure | None = None  # s
    memory: Figure | None = None  # MB at inference
    pretrained_forbidden: bool = False
    commercial: bool | None = None  # True when licences must allow commercial use


class Setup(_Frozen):
    """What the user already runs. stated figures hold learning rate, batch, epochs ... as they wrote them."""

    framework: Literal["pytorch", "tensorflow", "jax", "keras", "paddle"] | None = None
    base_model: str = ""  # as written
    base_model_id: str | None = None  # catalog id when recognised
    issues: tuple[Issue, ...] = ()
    optimizer: str | None = None
    learning_rate: Figure | None = None
    batch_size: Figure | None = None
    epochs: Figure | None = None
    weight_decay: Figure | None = None
    loss: str | None = None
    from_scratch: bool = False  # the user trains, or asks to train, from random weights
    pretrained_in_use: bool = False
    two_stage: bool = False  # a detector that proposes regions first is asked for, without a model's name
    method: Literal["full", "lora", "qlora", "frozen", "distillation", "scratch"] | None = None  # fixed by the user


class Unclear(_Frozen):
    """Words in a field that should hold a quantity but were not understood; kept, reported, never guessed."""

    where: str  # JSON path in the task, "constraints.latencyRequirement"
    words: str


class Requirements(_Frozen):
    """Everything the tools know of a task."""

    task_type: TaskType
    domain: Domain
    subtask: str  # an id of subtasks.toml
    words: str  # the task's own words, for messages
    data: DataNeeds = DataNeeds()
    train_on: DeviceNeed | None = None
    deploy_on: DeviceNeed | None = None
    limits: Limits = Limits()
    challenges: tuple[Challenge, ...] = ()
    setup: Setup = Setup()
    unclear: tuple[Unclear, ...] = ()
    assumed: tuple[str, ...] = ()  # JSON paths of facts that were assumed, not given

    def has(self, *challenges: Challenge) -> bool:
        """Whether any of these challenges was stated or follows from the facts."""
        return any(challenge in self.challenges for challenge in challenges)
