"""The typed output: the plan, keys exactly as the skill's source has them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from deep_learning_expert.skill.contract.model import ContractModel

Text = Annotated[str, StringConstraints(min_length=1)]


class PretrainedModel(ContractModel):
    """Published weights to start from."""

    name: Text
    source: Text
    adaptation: Text


class ModelDesign(ContractModel):
    """Step 2: which architecture, and why."""

    architecture: Text
    rationale: Text
    pretrained_model: PretrainedModel | None = None
    tradeoff: Text
    code_framework: Text | None = None


class DataProcessing(ContractModel):
    """Step 3: how data reach the model."""

    normalization: Text
    augmentation: list[Text] | None = None
    sampling_strategy: Text | None = None
    batch_size: Text


class OptimizerPlan(ContractModel):
    """Step 3: the optimizer; learningRate is the peak rate of the main group at the stated batch."""

    type: Text
    learning_rate: Text
    scheduler: Text | None = None
    weight_decay: Text | None = None


class TrainingTechniques(ContractModel):
    """Step 3: what keeps training stable and fast."""

    gradient_clipping: Text | None = None
    mixed_precision: bool | None = None
    gradient_accumulation: int | None = Field(default=None, ge=1)
    ema: bool | None = None


class TrainingStrategy(ContractModel):
    """Step 3: the recipe."""

    data_processing: DataProcessing
    optimizer: OptimizerPlan
    training_techniques: TrainingTechniques
    regularization: list[Text] | None = None


class CommonIssue(ContractModel):
    """Step 5: something likely to go wrong with this very task."""

    issue: Text
    diagnosis: Text
    solution: list[Text] = Field(min_length=1)


class DebuggingGuidance(ContractModel):
    """Steps 4 and 5: what to watch and what to do about it."""

    visualization: list[Text]
    checkpoints: list[Text]
    common_issues: list[CommonIssue]


class ModelCompression(ContractModel):
    """Step 6: how the model gets smaller or faster."""

    pruning: Text | None = None
    quantization: Text | None = None
    distillation: Text | None = None


class InferenceOptimization(ContractModel):
    """Step 6: how the model is served."""

    format: list[Text]
    batching: Text | None = None
    caching: Text | None = None


class DistributedTraining(ContractModel):
    """Step 6: training on several devices."""

    strategy: Text
    configuration: Text


class EngineeringPractice(ContractModel):
    """Step 6: compression, serving and scale."""

    model_compression: ModelCompression | None = None
    inference_optimization: InferenceOptimization | None = None
    distributed_training: DistributedTraining | None = None


class ExpectedPerformance(ContractModel):
    """Step 7: what may be expected, with sources; never a promise for unseen data."""

    accuracy: Text | None = None
    training_time: Text | None = None
    inference_latency: Text | None = None


class Plan(ContractModel):
    """The plan the expert returns."""

    model_design: ModelDesign
    training_strategy: TrainingStrategy
    debugging_guidance: DebuggingGuidance
    engineering_practice: EngineeringPractice
    expected_performance: ExpectedPerformance | None = None
