"""Where a step leaves the model something to decide. A step without an open choice costs no call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deep_learning_expert.skill.contract.report import StepName
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.tools.recipe.alternatives import optional_techniques, other_techniques


def open_choices(step: StepName, context: Context) -> tuple[str, ...]:
    """Names of the open choices of a step, empty when its draft leaves none."""
    check = _CHECKS.get(step)
    return check(context) if check else ()


def _architecture(context: Context) -> tuple[str, ...]:
    return ("candidates",) if len(context.comparison.candidates) > 1 else ()


def _recipe(context: Context) -> tuple[str, ...]:
    if context.recipe.optimizer == "none":
        return ()
    others = other_techniques(context.needs, context.candidate, context.recipe)
    return ("techniques",) if others or optional_techniques(context.recipe) else ()


def _compression(context: Context) -> tuple[str, ...]:
    return ("compression",) if context.compression.needed else ()


def _verification(context: Context) -> tuple[str, ...]:
    return ("target",) if any(item.severity == "blocking" for item in context.contradictions) else ()


_CHECKS: Mapping[StepName, Callable[[Context], tuple[str, ...]]] = {
    "architecture": _architecture,
    "recipe": _recipe,
    "compression": _compression,
    "verification": _verification,
}
