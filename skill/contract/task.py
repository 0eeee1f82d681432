"""The typed input: what a user wants trained, keys exactly as the skill's source has them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from deep_learning_expert.skill.contract.model import ContractModel

MAX_TEXT_CHARS = 20_000  # a field is a description, not a document; longer ones are refused with a sentence

TaskType = Literal["classification", "detection", "segmentation", "generation", "sequence-modeling", "RL"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_CHARS)]


class TaskSpec(ContractModel):
    """What is to be learnt."""

    type: TaskType = Field(description="Task type.")
    domain: Text = Field(
        description="Application domain.",
        examples=["CV", "NLP", "audio", "multimodal", "time-series", "graph", "tabular"],
    )
    specific_task: Text | None = Field(default=None, description="The task in words.", examples=["CIFAR-10"])


class DataSpec(ContractModel):
    """What there is to learn from, as the user describes it."""

    size: Text | None = Field(default=None, description="How much data.", examples=["10k samples", "1.2 万张"])
    quality: Text | None = Field(default=None, description="Noise, label quality.")
    distribution: Text | None = Field(default=None, description="Class distribution: balanced, long-tailed ...")
    label_availability: Text | None = Field(default=None, description="Fully, weakly or not labelled.")
    augmentation_needed: bool | None = Field(default=None, description="Whether augmentation is wanted.")


class ConstraintSpec(ContractModel):
    """What must hold."""

    compute_resources: Text | None = Field(default=None, description="Hardware for training and for inference.")
    latency_requirement: Text | None = Field(default=None, examples=["inference <50ms"])
    accuracy_target: Text | None = Field(default=None, examples=["top-1 acc >90%"])
    model_size_limit: Text | None = Field(default=None, examples=["<100MB"])
    budget: Text | None = Field(default=None, description="Money, time, or rules on pretrained weights.")


class ExistingSetup(ContractModel):
    """What already runs."""

    framework: Text | None = Field(default=None, examples=["PyTorch", "TensorFlow", "JAX"])
    base_model: Text | None = Field(default=None, description="A model already in use.")
    training_issues: list[Text] | None = Field(default=None, description="What goes wrong today.")


class Task(ContractModel):
    """One deep-learning task: the input of the expert."""

    task: TaskSpec
    data: DataSpec
    constraints: ConstraintSpec
    challenges: list[Text] | None = Field(default=None, description="Known challenges: few samples, domain shift ...")
    existing_setup: ExistingSetup | None = None
