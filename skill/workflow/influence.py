"""How much a missing fact would move the plan: vary it, and see which decisions move.

Only facts that move something are worth a question; what moves most is asked first.
"""

from __future__ import annotations

from deep_learning_expert.skill.intake.gaps import Gap, rules
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.state import with_answer

# Asked even when this catalog would decide alike: without them no plan is honest.
_ALWAYS_WEIGHT = 90


def ranked_gaps(context: Context) -> tuple[Gap, ...]:
    """The gaps worth asking, by how many decisions they move times how decisive they are as a rule."""
    scored = [(gap, influence(context, gap)) for gap in context.gaps]
    kept = [(gap, share) for gap, share in scored if share > 0 or gap.weight >= _ALWAYS_WEIGHT]
    if all(rules()[gap.id].get("only_if_asking", False) for gap, _ in kept):
        return ()  # nothing left that is worth a question of its own
    return tuple(gap for gap, _ in sorted(kept, key=lambda item: -item[0].weight * (1 + item[1])))


def influence(context: Context, gap: Gap) -> float:
    """The share of decisions that take more than one value when the fact runs over its `vary` values, 0 to 1."""
    unit = rules()["assume"]["samples"][context.stated.domain][1]
    seen = [_decisions(context, gap.field, text.format(unit=unit)) for text in rules()[gap.id]["vary"]]
    moved = [len(set(values)) > 1 for values in zip(*seen, strict=True)]
    return sum(moved) / len(moved)


def _decisions(context: Context, field: str, text: str) -> tuple[object, ...]:
    """What the expert would decide with this answer, everything else that is missing assumed."""
    varied = Context(with_answer(context.task, field, text), context.language, True, context.actions)
    candidate, recipe = varied.candidate, varied.recipe
    return (
        candidate.id,
        candidate.mode,
        recipe.optimizer,
        recipe.learning_rate.value if recipe.learning_rate else None,
        recipe.batch_size.value,
        recipe.length.value,
        recipe.precision,
        tuple(technique.id for technique in recipe.all_techniques()),
        varied.compression.techniques,
        varied.deployment.formats,
        varied.distributed.strategy if varied.distributed else None,
    )
