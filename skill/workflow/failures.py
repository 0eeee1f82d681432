"""The five failure cases of the skill (F1-F5 in SKILL.md) as guards over the task, each with the action it calls for.

A case that applies is told as a notice in the step that deals with it; F4 also moves a live session (see transitions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deep_learning_expert.skill.contract.report import Notice, StepName
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.tools.figures import Figure, cited
from deep_learning_expert.tools.wording import Remark, say

_SOURCE = "skill source, failure handling: data insufficient"
_FEW_SAMPLES = cited("few_samples", 1000, "samples", _SOURCE)
_LARGE_MODEL_PARAMS = 1e9  # what people call a large pretrained model
_COUNTED_OTHERWISE = (
    "tokens", "hours", "steps", "frames", "episodes", "series", "nodes", "volumes", "machines", "stations", "sensors",
)  # fmt: skip


@dataclass(frozen=True)
class FailureCase:
    """id: as in SKILL.md; step: where it is told; applies: the guard, returning the figures it rests on, or None."""

    id: str
    step: StepName
    applies: Callable[[Context], dict[str, Figure] | None]


def _too_little_data(context: Context) -> dict[str, Figure] | None:
    samples = context.needs.data.samples
    if context.needs.task_type == "RL" or context.needs.data.hours is not None:
        return None
    if samples is None or samples.unit in _COUNTED_OTHERWISE:
        return None
    return {"samples": samples, "limit": _FEW_SAMPLES} if samples.value < _FEW_SAMPLES.value else None


def _bad_labels(context: Context) -> dict[str, Figure] | None:
    return {} if context.needs.data.noisy or context.needs.has("label-noise", "weak-labels") else None


def _too_little_compute(context: Context) -> dict[str, Figure] | None:
    machine, params = context.needs.train_on, context.candidate.params
    if machine is None or machine.kind != "cpu" or context.recipe.optimizer == "none" or params is None:
        return None
    return {"params": params} if params.value >= _SMALL_ENOUGH_FOR_CPU else None


# About the size of MobileNet: training it on a CPU is slow but done; larger ones want an accelerator.
_SMALL_ENOUGH_FOR_CPU = 5e6


def _no_convergence(context: Context) -> dict[str, Figure] | None:
    stated = {"not-learning", "divergence", "underfitting"} & set(context.needs.setup.issues)
    return {} if stated or "check-data" in context.actions else None


def _production_gap(context: Context) -> dict[str, Figure] | None:
    gap = "production-gap" in context.needs.setup.issues or context.needs.has("production-gap")
    return {} if gap or "adapt-domain" in context.actions else None


def _over_reliance(context: Context) -> dict[str, Figure] | None:
    """A very large pretrained model for a task that smaller ones are made for."""
    params, needs = context.candidate.params, context.needs
    simple = needs.task_type in ("classification", "detection", "segmentation")
    if not simple or params is None or params.value < _LARGE_MODEL_PARAMS:
        return None
    return {"params": params}


CASES: tuple[FailureCase, ...] = (
    FailureCase("F1-too-little-data", "architecture", _too_little_data),
    FailureCase("F1-bad-labels", "architecture", _bad_labels),
    FailureCase("F2-too-little-compute", "architecture", _too_little_compute),
    FailureCase("F5-over-reliance", "architecture", _over_reliance),
    FailureCase("F3-no-convergence", "diagnosis", _no_convergence),
    FailureCase("F4-production-gap", "diagnosis", _production_gap),
)


def failure_notices(context: Context, step: StepName) -> tuple[tuple[Notice, ...], tuple[Figure, ...]]:
    """The cases that apply and are told in this step, and the figures they show."""
    notices: list[Notice] = []
    figures: list[Figure] = []
    for case in CASES:
        shown = case.applies(context) if case.step == step else None
        if shown is None:
            continue
        remark: Remark = say(f"failures.{case.id}", **shown)
        notices.append(Notice(id=case.id, severity="warning", text=remark.render(context.language).text))
        figures.extend(remark.figures())
    return tuple(notices), tuple(figures)
