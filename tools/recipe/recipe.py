"""A training recipe: the result type of the generator, every number a figure with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark

Optimizer = Literal[
    "AdamW", "SGD", "Adam", "AdamW8bit", "PagedAdamW", "MuSGD", "Muon", "Lion", "LAMB", "Adafactor", "RMSprop",
    "Prodigy", "none",
]  # fmt: skip
Scheduler = Literal[
    "cosine", "linear", "constant", "step", "multistep", "poly", "onecycle", "plateau", "exponential", "wsd", "noam",
    "cyclic", "inverse_sqrt", "none",
]  # fmt: skip
Precision = Literal["bf16", "fp16", "fp32"]


@dataclass(frozen=True)
class Technique:
    """One thing to do, by id ("randaugment", "label-smoothing", "layer-decay"), said in `remark` with its figures."""

    id: str
    remark: Remark


@dataclass(frozen=True)
class Recipe:
    """learning_rate is the peak rate of the main group at the stated global batch; length in epochs or steps."""

    regime: str
    optimizer: Optimizer
    learning_rate: Figure | None  # None only when optimizer is "none"
    batch_size: Figure  # global; unit "samples" or "tokens"
    scheduler: Scheduler
    weight_decay: Figure | None
    warmup: Figure | None
    length: Figure  # unit "epochs", "steps" or "trees"
    precision: Precision
    clip: Figure | None
    accumulation: Figure | None  # micro-steps per update, when the batch does not fit at once
    ema: Figure | None  # decay
    momentum: Figure | None = None
    normalization: Remark | None = None
    augmentation: tuple[Technique, ...] = ()
    sampling: Technique | None = None
    regularization: tuple[Technique, ...] = ()
    techniques: tuple[Technique, ...] = ()  # the rest: loss, parameter groups, freezing, splits, early stopping ...
    reasons: tuple[Remark, ...] = ()  # how the rate, batch and length were chosen and scaled
    warnings: tuple[Remark, ...] = ()  # wrong priors found in the user's set-up
    first_aid: tuple[Remark, ...] = ()  # instability: learning rate, normalisation, gradient norm, in that order
    baseline: Remark | None = None
    sources: tuple[str, ...] = ()

    def all_techniques(self) -> tuple[Technique, ...]:
        """Augmentation, sampling, regularisation and the rest, in that order."""
        sampling = (self.sampling,) if self.sampling else ()
        return (*self.augmentation, *sampling, *self.regularization, *self.techniques)
