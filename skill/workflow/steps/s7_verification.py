"""Step 7: what may be expected, how it is verified and written down.

Needs: limits, model. Draft: expectedPerformance.
Loop: target missed with no room left -> renegotiate target or resources.
"""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import exists
from deep_learning_expert.skill.contract.report import ItemState
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.estimate.memory import TrainingMode
from deep_learning_expert.tools.estimate.training_time import training_time
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark, say

# Targets that speak of time, though they are given as a ratio.
_SPEED_TARGETS = ("real_time_factor",)


def run(context: Context) -> StepResult:
    """Published figures with their conditions, the user's target beside them; nothing is promised for unseen data."""
    candidate, limits = context.candidate, context.needs.limits
    draft = {
        "expectedPerformance": {
            "accuracy": tuple(_accuracy(context)) or None,
            "trainingTime": _training_time(context),
            "inferenceLatency": _latency(context),
        }
    }
    blocking = not context.comparison.fits or any(item.severity == "blocking" for item in context.contradictions)
    marks: dict[str, ItemState] = {
        "metrics": done(candidate.metrics),
        "latency": done(candidate.latency),
        "baselines": done(context.recipe.baseline or context.comparison.baseline),
        "versions": "done",
        "model_card": "open",
        "target": "failed" if blocking else "open" if limits.targets else "not_applicable",
    }
    return StepResult(draft, marks, facts={"target_out_of_reach": blocking})


def _accuracy(context: Context) -> list[Remark]:
    said: list[Remark] = []
    candidate = context.candidate
    for metric in candidate.metrics[:1]:
        dataset = metric.conditions.get("dataset", "")
        said.append(say("plan.published", metric=_metric_name(metric), value=metric, dataset=dataset or metric.source))
    said.extend(_targets(context, "plan.target", speed=False))
    if said:
        said.append(say("plan.no_promise" if candidate.metrics else "plan.measure"))
    return said


def _targets(context: Context, key: str, *, speed: bool) -> list[Remark]:
    """The user's targets, those of speed apart from those of quality."""
    wanted = [item for item in context.needs.limits.targets if (item.quantity in _SPEED_TARGETS) is speed]
    return [
        say(key, metric=_metric_name(item), value=item, direction=say(f"plan.{_direction(item)}"))
        for item in wanted[:2]
    ]


def _direction(target: Figure) -> str:
    return "at_most" if target.conditions.get("direction", ">=").startswith("<") else "at_least"


def _metric_name(metric: Figure) -> Remark | str:
    key = f"architecture.metric.{metric.quantity}"
    return say(key) if exists(key) else metric.quantity.replace("_", " ")


def _training_time(context: Context) -> Remark | None:
    """The estimate for the recipe's length on the user's device, None where no honest figure exists."""
    time = context.candidate.train_time or _estimated_time(context)
    return say("plan.training_time", time=time) if time is not None else None


def _estimated_time(context: Context) -> Figure | None:
    samples, machine, length = context.needs.data.samples, context.needs.train_on, context.recipe.length
    if machine is None or machine.name is None or samples is None or samples.unit != "images":
        return None
    seen = samples.value if length.unit == "epochs" else context.recipe.batch_size.value
    try:
        return training_time(
            context.candidate.id, seen, length.value, machine.name, count=machine.count, mode=_training_mode(context)
        )
    except ToolError:
        return None


def _training_mode(context: Context) -> TrainingMode:
    return "frozen-features" if context.candidate.mode in ("frozen-features", "zero-shot") else "finetune"


def _latency_of_what(context: Context) -> str:
    """The phrase that says what was timed: a whole answer, or the part of it that a generating network repeats."""
    candidate = context.candidate
    at = candidate.macs.conditions.get("at", "") if candidate.macs else ""
    if candidate.latency and candidate.latency.conditions.get("per") == "token":
        return "latency_token"
    if candidate.architecture_class == "Diffusion" and "step" in at:
        return "latency_step"
    writes = context.needs.task_type in ("generation", "sequence-modeling")
    return "latency_pass" if writes and "token" in at else "latency"


def _latency(context: Context) -> tuple[Remark, ...] | None:
    """What one inference takes and what was asked; None where neither is known."""
    candidate, limit = context.candidate, context.needs.limits.latency
    asked = _targets(context, "plan.speed_target", speed=True)
    if limit is not None:
        asked.insert(0, say("plan.latency_limit", limit=limit))
    if candidate.latency is not None:
        about = candidate.latency.conditions
        told = say(f"plan.{_latency_of_what(context)}", latency=candidate.latency, device=about.get("device", ""))
        return (told, *asked)
    return (candidate.latency_unknown or say("plan.latency_unknown"), *asked) if asked else None
