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
    blocking = any(item.severity == "blocking" for item in context.contradictions)
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
    for metric in context.candidate.metrics[:1]:
        dataset = metric.conditions.get("dataset", "")
        said.append(say("plan.published", metric=_metric_name(metric), value=metric, dataset=dataset or metric.source))
    for target in context.needs.limits.targets[:2]:
        direction = say("plan.at_most" if target.conditions.get("direction", ">=").startswith("<") else "plan.at_least")
        said.append(say("plan.target", metric=_metric_name(target), direction=direction, value=target))
    if said:
        said.append(say("plan.no_promise"))
    return said


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


def _latency(context: Context) -> Remark | tuple[Remark, ...] | None:
    candidate, limit = context.candidate, context.needs.limits.latency
    if candidate.latency is not None:
        said = say("plan.latency", latency=candidate.latency, device=candidate.latency.conditions.get("device", ""))
        return (said, say("plan.latency_limit", limit=limit)) if limit is not None else said
    if limit is None:
        return None
    unknown = candidate.latency_unknown or say("plan.latency_unknown")
    return (unknown, say("plan.latency_limit", limit=limit))
