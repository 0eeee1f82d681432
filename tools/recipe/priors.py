"""Wrong priors: settings the user brings that the sources contradict, each said with the factor it is off by."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.rates import ScaledRate, scale
from deep_learning_expert.tools.recipe.regime import Rate, Regime
from deep_learning_expert.tools.recipe.sizing import Batch, constants
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say


@dataclass(frozen=True)
class Drafted:
    """What the recipe settled on, as far as the checks need it."""

    regime: Regime
    rate: Rate
    scaled: ScaledRate | None
    batch: Batch
    warmup: Figure | None


# A stated rate within this factor of the recommended one is a matter of taste, not a wrong prior.
_TOO_HIGH_FACTOR = 4.0
_TOO_LOW_FACTOR = 10.0
_ADAPTIVE = {"adam", "adamw", "adamw8bit", "pagedadamw", "lion", "lamb", "adafactor"}
_SGD_SIZED_RATE = 5e-3
_ADAM_DEFAULT_RATE, _ADAM_SOURCE = 1e-3, "Kingma & Ba 2015, Adam, arXiv:1412.6980, algorithm 1"
_LLM_FULL_HIGH_RATE = 1e-4
_LORA_HIGHEST_RATE = 1e-3
_SMALLEST_LANGUAGE_MODEL_PARAMS = 4e8  # below are encoders, for which nobody copies a LoRA rate
_TWO_STAGE = ("faster-r", "fasterrcnn", "mask-r", "maskrcnn", "cascade", "retinanet", "fcos", "keypoint")

Check = Callable[[Requirements, Candidate, Facts, Drafted], Remark | None]


def wrong_priors(needs: Requirements, candidate: Candidate, facts: Facts, drafted: Drafted) -> tuple[Remark, ...]:
    """Warnings in order of weight; the particular explanation of a wrong rate comes before the general one."""
    found = [remark for check in _CHECKS if (remark := check(needs, candidate, facts, drafted)) is not None]
    return tuple(found)


def _rate_off(needs: Requirements, _: Candidate, facts: Facts, drafted: Drafted) -> Remark | None:
    """A stated rate far from the published one for the user's optimizer at the user's batch."""
    stated = needs.setup.learning_rate
    if stated is None or stated.value <= 0 or drafted.scaled is None or drafted.rate.optimizer == "none":
        return None
    right = _rate_for_user(needs, drafted)
    if right is None:
        return None
    factor = stated.value / right.value
    if factor >= _TOO_HIGH_FACTOR:
        off = computed("factor", _rounded(factor), "x", "stated rate / recommended rate")
        return say(f"recipe.warning.{_high_reason(needs, facts)}", stated=stated, right=right, factor=off)
    if factor <= 1 / _TOO_LOW_FACTOR:
        off = computed("factor", _rounded(1 / factor), "x", "recommended rate / stated rate")
        return say("recipe.warning.rate_too_low", stated=stated, right=right, factor=off)
    return None


def _rate_for_user(needs: Requirements, drafted: Drafted) -> Figure | None:
    """The published rate for the optimizer the user names, at this recipe's batch; else the recipe's own.

    An adaptive optimizer where the sources use SGD is held against Adam's own default; the reverse against nothing.
    """
    user = (needs.setup.optimizer or "").lower()
    for rate in (drafted.rate, *drafted.regime.alternatives):
        if rate.optimizer.lower() == user:
            return scale(rate, drafted.regime, drafted.batch.size.value).learning_rate
    assert drafted.scaled is not None
    adaptive = drafted.rate.optimizer.lower() in _ADAPTIVE
    if user and (user in _ADAPTIVE) != adaptive:
        return None if adaptive else cited("learning_rate", _ADAM_DEFAULT_RATE, "", _ADAM_SOURCE)
    return drafted.scaled.learning_rate


def _high_reason(needs: Requirements, facts: Facts) -> str:
    """The phrase that explains why a rate is too high here."""
    assert needs.setup.learning_rate is not None
    rate = needs.setup.learning_rate.value
    optimizer = (needs.setup.optimizer or "").lower()
    if facts.is_family(_TWO_STAGE) and optimizer not in _ADAPTIVE:
        return "rate_of_large_batch"
    if _adapts_language_model(facts) and _LLM_FULL_HIGH_RATE <= rate <= _LORA_HIGHEST_RATE:
        return "lora_rate_on_full"
    if optimizer in _ADAPTIVE and rate >= _SGD_SIZED_RATE:
        return "sgd_rate_with_adam"
    return "rate_too_high"


def _adapts_language_model(facts: Facts) -> bool:
    large = facts.numbers.get("params", 0.0) >= _SMALLEST_LANGUAGE_MODEL_PARAMS
    return large and {"domain:NLP", "mode:finetune"} <= facts.tags and "type:classification" not in facts.tags


def _rounded(factor: float) -> float:
    return float(f"{factor:.2g}") if factor < 100 else float(round(factor, -int(math.log10(factor)) + 1))


def _no_warmup(needs: Requirements, _: Candidate, facts: Facts, drafted: Drafted) -> Remark | None:
    """A transformer that does not learn or diverges: the warm-up must be there, with its length."""
    unstable = facts.tags & {"issue:nan", "issue:divergence", "issue:not-learning"}
    if not unstable or drafted.warmup is None or "class:Transformer" not in facts.tags:
        return None
    return say("recipe.warning.warmup_needed", warmup=drafted.warmup)


def _missing_pretrained(needs: Requirements, candidate: Candidate, facts: Facts, _: Drafted) -> Remark | None:
    """The user trains from random weights although published weights are at hand and allowed."""
    if not needs.setup.from_scratch or candidate.mode == "scratch" or needs.limits.pretrained_forbidden:
        return None
    params, tokens = candidate.params, needs.data.tokens
    rule = constants()["tokens"]
    if "domain:NLP" in facts.tags and params is not None and tokens is not None:
        wanted = computed("tokens", params.value * rule["per_parameter"], "tokens", rule["source"])
        if wanted.value > tokens.value:
            short = computed("factor", _rounded(wanted.value / tokens.value), "x", "tokens needed / tokens there")
            return say("recipe.warning.pretraining_infeasible", tokens=tokens, wanted=wanted, factor=short)
    return say("recipe.warning.pretrained_missing")


def _majority(needs: Requirements, _: Candidate, facts: Facts, drafted: Drafted) -> Remark | None:
    """A model that predicts one class: class imbalance is the first suspect."""
    if "issue:predicts-majority" not in facts.tags:
        return None
    share = needs.data.minority_share
    if share is not None:
        return say("recipe.warning.imbalance_share", share=share)
    return say("recipe.warning.imbalance")


def _large_lora_batch(needs: Requirements, candidate: Candidate, facts: Facts, drafted: Drafted) -> Remark | None:
    stated = needs.setup.batch_size
    most = drafted.regime.most_batch
    if candidate.mode != "lora" or "domain:NLP" not in facts.tags or stated is None or most is None:
        return None
    if stated.value <= most:
        return None
    bound = cited("batch_size", most, "samples", "trl lora_without_regret.md")
    return say("recipe.warning.lora_batch", stated=stated, most=bound)


def _coarse_batch(needs: Requirements, _: Candidate, facts: Facts, drafted: Drafted) -> Remark | None:
    stated, samples = drafted.batch.overruled, needs.data.samples
    if stated is None or samples is None:
        return None
    updates = computed("updates_per_epoch", math.ceil(samples.value / stated.value), "steps", "samples / stated batch")
    return say("recipe.warning.coarse_batch", stated=stated, samples=samples, updates=updates, batch=drafted.batch.size)


_CHECKS: tuple[Check, ...] = (
    _missing_pretrained, _rate_off, _coarse_batch, _no_warmup, _majority, _large_lora_batch,
)  # fmt: skip
