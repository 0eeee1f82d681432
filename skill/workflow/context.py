"""What the steps work on: everything that follows from the task and from what the loops decided, computed once.

All of it is a pure function of the state's task, language and actions, so a resumed session sees the same objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.reading import read_task_object
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.assumptions import Assumed, assume
from deep_learning_expert.skill.intake.contradictions import Contradiction, contradictions
from deep_learning_expert.skill.intake.gaps import Gap, missing_facts
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.workflow.adjustments import (
    adjust_compression,
    adjust_needs,
    adjust_recipe,
    without_infeasible_scratch,
)
from deep_learning_expert.skill.workflow.amending import amend_comparison, amend_recipe
from deep_learning_expert.skill.workflow.events import Amended
from deep_learning_expert.tools.architecture.candidate import Candidate, Comparison
from deep_learning_expert.tools.architecture.compare import compare_architectures
from deep_learning_expert.tools.compression.choose import CompressionChoice, choose_compression
from deep_learning_expert.tools.deployment.choose import Deployment, Distributed, choose_deployment, choose_distributed
from deep_learning_expert.tools.recipe.generator import generate_recipe
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import Requirements


@dataclass(frozen=True)
class Context:
    """task: the JSON object of the contract; actions: what the loops decided so far, in order.

    amendments: the model's changes that stand.
    """

    task: Mapping[str, Any]
    language: Language
    may_assume: bool
    actions: tuple[str, ...] = ()
    amendments: tuple[Amended, ...] = ()

    @cached_property
    def contract_task(self) -> Task:
        """The typed task; errors: TaskError."""
        return read_task_object(self.task)

    @cached_property
    def stated(self) -> Requirements:
        """The needs as the user stated them."""
        return read_task(self.contract_task)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Decisive facts that are missing, the most decisive first."""
        return missing_facts(self.stated)

    @cached_property
    def assumed(self) -> Assumed:
        """The needs with assumptions for the gaps, where the user allowed them."""
        if not self.may_assume:
            return Assumed(self.stated, ())
        return assume(self.stated, self.gaps)

    @cached_property
    def needs(self) -> Requirements:
        """What the tools plan for."""
        return adjust_needs(without_infeasible_scratch(self.assumed.needs, self.contradictions), self.actions)

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Limits that cannot hold together."""
        return contradictions(self.assumed.needs)

    @cached_property
    def comparison(self) -> Comparison:
        """The candidates; after "next-architecture" the front-runner that failed goes to the end."""
        return amend_comparison(self._compared, self.amendments)

    @cached_property
    def _compared(self) -> Comparison:
        comparison = compare_architectures(self.needs)
        turns = self.actions.count("next-architecture") % max(len(comparison.candidates), 1)
        if not turns:
            return comparison
        order = (*comparison.candidates[turns:], *comparison.candidates[:turns])
        return Comparison(**{**vars(comparison), "candidates": order, "tie": False})

    @cached_property
    def candidate(self) -> Candidate:
        """The model the plan is about."""
        return self.comparison.winner

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe, with what the loops changed in it."""
        recipe = adjust_recipe(generate_recipe(self.needs, self.candidate), self.actions)
        return amend_recipe(recipe, self.amendments)

    @cached_property
    def compression(self) -> CompressionChoice:
        """How the model is made smaller or faster, if it must be."""
        return adjust_compression(choose_compression(self.needs, self.candidate), self.actions)

    @cached_property
    def deployment(self) -> Deployment:
        """Formats and serving."""
        return choose_deployment(self.needs, self.candidate)

    @cached_property
    def distributed(self) -> Distributed | None:
        """How training spreads over several devices, None on one."""
        return choose_distributed(self.needs, self.candidate, self.recipe.batch_size)
