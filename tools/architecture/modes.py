"""Random weights, fine-tuning, adapters or frozen: the user's word first, then the policy, then what the data allow."""

from __future__ import annotations

from deep_learning_expert.tools.architecture.candidate import Mode
from deep_learning_expert.tools.architecture.facts import Facts
from deep_learning_expert.tools.architecture.limits import rules
from deep_learning_expert.tools.architecture.offers import Policy
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.figures import Figure, computed

_LEARNED = {"finetune", "lora", "frozen-features", "zero-shot"}


def wanted_mode(offered: Mode, model: Facts, policy: Policy, situation: Situation) -> Mode:
    """The mode before memory is looked at."""
    limits, setup = situation.needs.limits, situation.needs.setup
    if limits.pretrained_forbidden:
        return "scratch" if model.row.architecture_class != "Statistical" else offered
    hopeless = (
        hopeless_tokens(model, policy, situation)
        or hopeless_samples(model, policy, situation)
        or too_few_texts(policy, situation)
    )
    if situation.scratch and offered in _LEARNED and not hopeless:
        return "scratch"
    if situation.scratch and hopeless_samples(model, policy, situation) and model.weights is not None:
        return "finetune"
    if offered == "scratch" and model.weights is not None and hopeless_tokens(model, policy, situation):
        return "lora"
    if offered == "scratch" or setup.method is None:
        return offered
    asked: dict[str, Mode] = {
        "lora": "lora",
        "qlora": "lora",
        "full": "finetune",
        "frozen": "frozen-features",
        "distillation": "finetune",
    }
    return asked.get(setup.method, offered)


def hopeless_samples(model: Facts, policy: Policy, situation: Situation) -> bool:
    """Whether a model from random weights would see far too few images or texts for its kind."""
    kind = model.row.architecture_class
    if situation.samples is None:
        return False
    if policy.scratch_from == "text" and kind == "Transformer":
        least = "least_texts_transformer"
    elif policy.scratch_from == "coco" and kind in {"Hybrid", "Transformer"}:
        least = "least_images_detr"
    elif policy.scratch_from in {"imagenet", "coco", "kinetics"}:
        least = "least_images_transformer" if kind == "Transformer" else "least_images_other"
    else:
        return False
    return situation.samples < float(rules()["training"][least]["value"])


def too_few_texts(policy: Policy, situation: Situation) -> bool:
    """Whether a language model would see so few texts that, however long they are, random weights learn no language."""
    if policy.scratch_from != "tokens" or situation.tokens is not None or situation.samples is None:
        return False
    return situation.samples < float(rules()["training"]["least_texts_transformer"]["value"])


def tokens_wanted(model: Facts) -> Figure | None:
    """Training tokens a language model of this size wants from random weights."""
    if model.params is None:
        return None
    rule = rules()["training"]["tokens_per_parameter"]
    method = f"tokens per parameter x parameters ({rule['source']})"
    return computed("training_tokens", _rounded(model.params.value * rule["value"]), "tokens", method, model=model.name)


def hopeless_tokens(model: Facts, policy: Policy, situation: Situation) -> bool:
    """Whether a language model from random weights would see only a sliver of the tokens its size wants."""
    wanted = tokens_wanted(model) if policy.scratch_from == "tokens" else None
    if wanted is None or situation.tokens is None:
        return False
    return situation.tokens < wanted.value * float(rules()["training"]["least_token_share"]["value"])


def _rounded(value: float) -> float:
    """Two significant digits: a rule of thumb has no more."""
    return float(f"{value:.1e}")
