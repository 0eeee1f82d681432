"""First aid for unstable training, in the order the skill prescribes: learning rate, normalisation, gradient norm."""

from __future__ import annotations

from deep_learning_expert.tools.figures import assumed, cited, computed
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.priors import Drafted
from deep_learning_expert.tools.wording import Remark, say

_UNSTABLE = {"issue:nan", "issue:divergence", "issue:oscillation", "issue:reward-stuck", "issue:not-learning"}
_LOWERED_BY = 10.0
_PLAYBOOK = "deep learning tuning playbook: clip near the 90th percentile of the norm; mostly clipped: lower the rate"
_USUAL_CLIP = 1.0


def first_aid(facts: Facts, drafted: Drafted) -> tuple[Remark, ...]:
    """The three checks with this recipe's numbers; empty unless the user reports instability."""
    if not facts.tags & _UNSTABLE or drafted.scaled is None or drafted.rate.optimizer == "none":
        return ()
    return unstable_checks(drafted)


def unstable_checks(drafted: Drafted) -> tuple[Remark, ...]:
    """The three checks whether or not instability was reported; needs a gradient-trained recipe."""
    assert drafted.scaled is not None
    rate = drafted.scaled.learning_rate
    lowered = computed("learning_rate", rate.value / _LOWERED_BY, "", "a tenth of the recommended rate")
    clip = (
        cited("gradient_norm", drafted.regime.clip, "", drafted.regime.sources[0])
        if drafted.regime.clip is not None
        else assumed("gradient_norm", _USUAL_CLIP, "", "usual starting value where the recipe has none")
    )
    percentile = cited("percentile", 90.0, "%", _PLAYBOOK)
    most_clipped = cited("clipped_share", 50.0, "%", _PLAYBOOK)
    return (
        say("recipe.first_aid.rate", rate=rate, lowered=lowered),
        say("recipe.first_aid.normalization", how=say(f"recipe.normalization.{drafted.regime.normalization}")),
        say("recipe.first_aid.gradient_norm", clip=clip, percentile=percentile, most=most_clipped),
    )
