"""One file per step of the workflow, all in the same form: `run(context) -> StepResult`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deep_learning_expert.skill.contract.report import StepName
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps import (
    s1_requirements,
    s2_architecture,
    s3_recipe,
    s4_experiment,
    s5_diagnosis,
    s6_compression,
    s7_verification,
)
from deep_learning_expert.skill.workflow.steps.step import StepResult

RUN: Mapping[StepName, Callable[[Context], StepResult]] = {
    "requirements": s1_requirements.run,
    "architecture": s2_architecture.run,
    "recipe": s3_recipe.run,
    "experiment": s4_experiment.run,
    "diagnosis": s5_diagnosis.run,
    "compression": s6_compression.run,
    "verification": s7_verification.run,
}
