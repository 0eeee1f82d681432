"""What a loop changes in the next draft: one factor per round, in the order the skill prescribes.

The user's own choices (data, method, metric, budget) are never touched here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deep_learning_expert.skill.intake.contradictions import Contradiction
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.recipe.recipe import Recipe, Technique
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import say

if TYPE_CHECKING:
    from deep_learning_expert.tools.compression.choose import CompressionChoice

# Source: the skill, step 5, NaN/Inf: divide the learning rate by ten, then clip the gradient norm at one.
_RATE_DIVISOR = 10.0
_FIRST_AID_CLIP = 1.0
_SKILL = "skill source, step 5 (NaN/Inf)"


_INFEASIBLE = {"scratch-infeasible", "scratch-on-few-samples"}


def without_infeasible_scratch(needs: Requirements, found: Sequence[Contradiction]) -> Requirements:
    """Training from scratch that cannot work becomes adaptation; the contradiction, a notice, says so aloud."""
    if needs.limits.pretrained_forbidden or not _INFEASIBLE & {item.id for item in found}:
        return needs
    setup = needs.setup.model_copy(update={"from_scratch": False, "method": None})
    tuning = needs.subtask == "language-model-pretraining"
    return needs.model_copy(update={"setup": setup, "subtask": "instruction-tuning" if tuning else needs.subtask})


def adjust_needs(needs: Requirements, actions: Sequence[str]) -> Requirements:
    """A production gap makes domain shift a stated challenge."""
    if "adapt-domain" not in actions or needs.has("domain-shift"):
        return needs
    return needs.model_copy(update={"challenges": (*needs.challenges, "domain-shift")})


def adjust_recipe(recipe: Recipe, actions: Sequence[str]) -> Recipe:
    """The recipe after all recipe actions so far."""
    rounds = actions.count("check-stability")
    if rounds >= 1:
        recipe = _lower_rate(recipe)
    if rounds >= 2:
        recipe = _clip(recipe)
    if "check-data" in actions:
        recipe = _add(recipe, "data-pipeline-first", "loops.check_data")
    if "regularise" in actions:
        recipe = _add(recipe, "stronger-regularisation", "loops.regularise")
    if "add-capacity" in actions:
        recipe = _add(recipe, "less-regularisation", "loops.add_capacity")
    if "train-longer" in actions:
        recipe = _add(recipe, "longer-schedule", "loops.train_longer")
    if "adapt-domain" in actions:
        recipe = _add(recipe, "domain-adaptation", "loops.adapt_domain")
    return recipe


def _lower_rate(recipe: Recipe) -> Recipe:
    if recipe.learning_rate is None:
        return recipe
    old = recipe.learning_rate
    divisor = Figure(quantity="rate_divisor", value=_RATE_DIVISOR, unit="x", kind="cited", source=_SKILL)
    new = computed(
        "learning_rate", old.value / _RATE_DIVISOR, old.unit, "previous rate divided, first aid", **old.conditions
    )
    reason = say("loops.lower_rate", old=old, new=new, divisor=divisor)
    return replace(recipe, learning_rate=new, reasons=(reason, *recipe.reasons))


def _clip(recipe: Recipe) -> Recipe:
    limit = _FIRST_AID_CLIP if recipe.clip is None else min(_FIRST_AID_CLIP, recipe.clip.value)
    clip = Figure(quantity="clip_norm", value=limit, kind="cited", source=_SKILL)
    return replace(recipe, clip=clip, reasons=(say("loops.clip", clip=clip), *recipe.reasons))


def _add(recipe: Recipe, technique: str, phrase: str) -> Recipe:
    return replace(recipe, techniques=(Technique(technique, say(phrase)), *recipe.techniques))


def adjust_compression(choice: CompressionChoice, actions: Sequence[str]) -> CompressionChoice:
    """After a drop that was too large: first a milder ratio, then distillation."""
    if "relax-compression" not in actions:
        return choice
    reasons = (say("loops.relax_compression"), *choice.reasons)
    if "distil" not in actions:
        return replace(choice, reasons=reasons)
    techniques = tuple(dict.fromkeys(("distillation", *choice.techniques)))
    remark = choice.distillation or say("loops.distil")
    return replace(choice, needed=True, techniques=techniques, distillation=remark, reasons=reasons)
