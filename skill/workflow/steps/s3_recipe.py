"""Step 3: how to train it.

Needs: requirements, the chosen model. Tools: generate_recipe. Draft: trainingStrategy.
Loop: instability reported -> learning rate, normalisation, gradient norm at once (the recipe's first aid).
"""

from __future__ import annotations

from deep_learning_expert.skill.contract.report import Notice
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.recipe.recipe import Recipe, Technique
from deep_learning_expert.tools.wording import Remark, say

_UNSTABLE = {"nan", "divergence", "oscillation"}


def run(context: Context) -> StepResult:
    """Writes trainingStrategy; warnings about the user's present settings become notices."""
    recipe = context.recipe
    unstable = bool(_UNSTABLE & set(context.needs.setup.issues)) or "check-stability" in context.actions
    draft = {
        "trainingStrategy": {
            "dataProcessing": _data_processing(recipe),
            "optimizer": _optimizer(recipe),
            "trainingTechniques": _techniques(recipe),
            "regularization": [item.remark for item in (*recipe.regularization, *recipe.techniques)] or None,
        }
    }
    notices = [_notice(context, remark, "warning") for remark in recipe.warnings]
    if unstable:
        notices += [_notice(context, remark, "note") for remark in recipe.first_aid]
    marks = {
        "data_processing": done(recipe.normalization),
        "augmentation": done(recipe.augmentation),
        "optimizer": "done",
        "schedule": done(recipe.scheduler != "none"),
        "stability": done(recipe.clip or recipe.precision != "fp32"),
        "regularisation": done(recipe.regularization),
        "first_aid": done(unstable),
    }
    told = [
        record for remark in (*recipe.warnings, *(recipe.first_aid if unstable else ())) for record in remark.figures()
    ]
    numbers = (recipe.learning_rate, recipe.batch_size, recipe.weight_decay, recipe.warmup, recipe.length, recipe.clip)
    return StepResult(draft, marks, tuple(notices), evidence=(*(item for item in numbers if item), *told))


def _notice(context: Context, remark: Remark, severity: str) -> Notice:
    text = remark.render(context.language).text
    return Notice(id=remark.key, severity="warning" if severity == "warning" else "note", text=text)


def _data_processing(recipe: Recipe) -> dict[str, object]:
    unit = "tokens" if recipe.batch_size.unit == "tokens" else "samples"
    batch = [say("plan.batch_none") if _boosted(recipe) else say(f"plan.batch_{unit}", batch=recipe.batch_size)]
    if recipe.accumulation is not None and recipe.accumulation.value > 1:
        batch.append(say("plan.batch_accumulated", steps=recipe.accumulation))
    return {
        "normalization": recipe.normalization or say("plan.no_normalization"),
        "augmentation": _remarks(recipe.augmentation),
        "samplingStrategy": recipe.sampling.remark if recipe.sampling else None,
        "batchSize": tuple(batch),
    }


def _boosted(recipe: Recipe) -> bool:
    """Trees are grown, not descended: no batch, no optimizer, and their learning rate is a shrinkage."""
    return recipe.length.unit == "trees"


def _remarks(techniques: tuple[Technique, ...]) -> list[Remark] | None:
    return [technique.remark for technique in techniques] or None


def _optimizer(recipe: Recipe) -> dict[str, object]:
    if recipe.learning_rate is None:
        return {"type": say("plan.no_optimizer"), "learningRate": say("plan.no_learning_rate")}
    if _boosted(recipe):
        length = say("plan.length", length=recipe.length)
        return {"type": say("plan.boosting"), "learningRate": recipe.reasons, "scheduler": length}
    kind = (
        say("plan.optimizer_momentum", name=recipe.optimizer, momentum=recipe.momentum)
        if recipe.momentum is not None
        else say("plan.optimizer", name=recipe.optimizer)
    )
    schedule = [say(f"plan.scheduler.{recipe.scheduler}"), say("plan.length", length=recipe.length)]
    if recipe.warmup is not None and recipe.warmup.value > 0:
        schedule.append(say("plan.warmup", warmup=recipe.warmup))
    rate = say("plan.learning_rate", rate=recipe.learning_rate, batch=recipe.batch_size)
    return {
        "type": kind,
        "learningRate": (rate, *recipe.reasons),
        "scheduler": tuple(schedule),
        "weightDecay": _weight_decay(recipe),
    }


def _weight_decay(recipe: Recipe) -> Remark | None:
    if recipe.weight_decay is None:
        return None
    key = "plan.weight_decay" if recipe.weight_decay.value else "plan.no_weight_decay"
    return say(key, decay=recipe.weight_decay)


def _techniques(recipe: Recipe) -> dict[str, object]:
    return {
        "gradientClipping": say("plan.clip", clip=recipe.clip) if recipe.clip else None,
        "mixedPrecision": recipe.precision != "fp32",
        "gradientAccumulation": recipe.accumulation,
        "ema": recipe.ema is not None,
    }
