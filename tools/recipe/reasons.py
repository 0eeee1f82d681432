"""Why this rate, batch and length: the computation put into remarks."""

from __future__ import annotations

from deep_learning_expert.tools.recipe.rates import ScaledRate
from deep_learning_expert.tools.recipe.regime import Rate, Regime
from deep_learning_expert.tools.recipe.sizing import Batch, Length
from deep_learning_expert.tools.wording import Remark, say


def reasons(regime: Regime, rate: Rate, scaled: ScaledRate | None, batch: Batch, length: Length) -> tuple[Remark, ...]:
    """Remarks on learning rate, batch, length, in this order."""
    found = [_rate_reason(regime, rate, scaled)]
    if rate.optimizer == "none":
        return tuple(found)
    if batch.fixed_by_user:
        found.append(say("recipe.batch.given", batch=batch.size))
    elif batch.accumulation is not None and batch.micro is not None:
        found.append(say("recipe.batch.accumulated", batch=batch.size, micro=batch.micro, passes=batch.accumulation))
    else:
        found.append(say("recipe.batch.chosen"))
    if length.steps is not None and length.length.unit == "epochs":
        found.append(say("recipe.length.updates", length=length.length, steps=length.steps))
    return tuple(found)


def _rate_reason(regime: Regime, rate: Rate, scaled: ScaledRate | None) -> Remark:
    if scaled is None:
        return say("recipe.rate.untrained")
    if rate.optimizer == "none":
        return say("recipe.rate.shrinkage", rate=scaled.learning_rate)
    if scaled.learning_rate.kind == "cited":
        return say("recipe.rate.published", optimizer=rate.optimizer, rate=scaled.published, batch=scaled.at_batch)
    key = f"recipe.rate.{'held' if scaled.clamped else regime.scaling}"
    return say(
        key,
        optimizer=rate.optimizer,
        rate=scaled.learning_rate,
        published=scaled.published,
        batch=scaled.at_batch,
    )
