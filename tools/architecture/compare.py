"""From needs to two or three candidates, with the reason each loser lost: offline and deterministic."""

from __future__ import annotations

from deep_learning_expert.tools.architecture import remarks
from deep_learning_expert.tools.architecture.candidate import Candidate, Comparison, Mode, Rejected
from deep_learning_expert.tools.architecture.deadline import latency_of, misses_deadline
from deep_learning_expert.tools.architecture.facts import Facts, code_licence, facts
from deep_learning_expert.tools.architecture.licences import rules_out_business
from deep_learning_expert.tools.architecture.limits import fit_size, fit_training, size_at
from deep_learning_expert.tools.architecture.modes import hopeless_tokens, tokens_wanted, too_few_texts, wanted_mode
from deep_learning_expert.tools.architecture.offers import Offer, Policy, matching_offers, policy_of
from deep_learning_expert.tools.architecture.ranking import is_tie, shortlist
from deep_learning_expert.tools.architecture.situation import Situation, understand
from deep_learning_expert.tools.architecture.stated import Stated, stated_model, stated_rivals
from deep_learning_expert.tools.architecture.unmatched import unmatched_base
from deep_learning_expert.tools.errors import UnknownNameError
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say


def compare_architectures(needs: Requirements) -> Comparison:
    """Two or three architectures for these needs, best first (one only when the policy has no other).

    Hard limits (file size, training memory, deadline, licence, forbidden weights) filter, each loser with its reason;
    a model the user named comes first unless a hard limit forbids it, which is then said among the warnings.
    Errors: UnknownNameError for a subtask that subtasks.toml lacks.
    """
    situation = understand(needs)
    policy = policy_of(needs.subtask)
    if policy is None:
        raise UnknownNameError("architecture.unknown_subtask", name=needs.subtask)
    offered = matching_offers(policy, situation)
    stated = stated_model(policy, situation, offered)
    rivals = stated_rivals(policy, situation, offered, stated)
    offers = _offers(policy, offered, stated, rivals, situation)
    survivors, rejected = _sift(offers, policy, situation, stated)
    warnings = []
    fits = bool(survivors)
    if not fits:
        survivors = [_least_bad(offers, policy, situation)]
        rejected = [loser for loser in rejected if loser.id != survivors[0].id]
        warnings.append(say("architecture.warning.nothing_fits", model=survivors[0].name))
    ranks = {offer.id: offer.rank for offer in offers}
    shown = shortlist(survivors, ranks, [rival.id for rival in rivals])
    tie = len(shown) > 1 and is_tie(shown[0], shown[1])
    return Comparison(
        candidates=shown,
        tie=tie,
        rejected=tuple(rejected),
        warnings=(
            *warnings,
            *(() if policy.stated == "teacher" else unmatched_base(situation, stated, shown[0])),
            *remarks.warnings(shown, rejected, stated, policy, situation),
        ),
        tradeoff=remarks.tradeoff(shown[0], policy, situation),
        baseline=say(f"architecture.baseline.{policy.baseline}"),
        verdict=remarks.verdict(shown, tie) if fits else say("architecture.verdict.nearest", winner=shown[0].name),
        considered=tuple(offer.id for offer in offers),
        fits=fits,
    )


def _offers(
    policy: Policy,
    offers: tuple[Offer, ...],
    stated: Stated | None,
    rivals: tuple[Stated, ...],
    situation: Situation,
) -> tuple[Offer, ...]:
    """What the policy offers, the user's own model before all others, then those it is to be compared with."""
    if stated is None:
        return offers
    modes: dict[str, Mode] = {offer.id: offer.mode for offer in offers}
    named = [(stated, stated.why), *((rival, "rival") for rival in rivals)]
    own = tuple(
        Offer(each.id, modes.get(each.id, _usual_mode(policy, offers, each, situation)), why) for each, why in named
    )
    return (*own, *(offer for offer in offers if offer.id not in {each.id for each in own}))


def _usual_mode(policy: Policy, offers: tuple[Offer, ...], stated: Stated, situation: Situation) -> Mode:
    """The mode some group of the policy gives this model, else the mode of the first offer.

    A group for training from scratch speaks for a model with weights only where the user wants that.
    """
    learned = not situation.scratch and facts(stated.id).weights is not None
    only_asked = False
    for group in policy.groups:
        for offer in group.every():
            if offer.id == stated.id:
                if not (learned and group.when.get("scratch")):
                    return offer.mode
                only_asked = True
    if only_asked:
        return "finetune"
    return offers[0].mode if offers[0].mode not in {"frozen-features", "zero-shot"} else "finetune"


def _sift(
    offers: tuple[Offer, ...], policy: Policy, situation: Situation, stated: Stated | None
) -> tuple[list[Candidate], list[Rejected]]:
    survivors: list[Candidate] = []
    rejected: list[Rejected] = []
    for offer in offers:
        model = facts(offer.id)
        own = stated is not None and stated.id == offer.id
        outcome = _try(offer, model, policy, situation, own=own)
        if isinstance(outcome, Remark):
            rejected.append(Rejected(offer.id, model.name, outcome))
        else:
            survivors.append(outcome)
    return survivors, rejected


def _try(offer: Offer, model: Facts, policy: Policy, situation: Situation, *, own: bool) -> Candidate | Remark:
    """The model as a candidate, or the hard limit that beat it."""
    mode = wanted_mode(offer.mode, model, policy, situation)
    if (
        mode == "scratch"
        and hopeless_tokens(model, policy, situation)
        and not situation.needs.limits.pretrained_forbidden
    ):
        tokens = situation.needs.data.tokens or situation.needs.data.samples
        return say("architecture.rejected.tokens", model=model.name, wanted=tokens_wanted(model), tokens=tokens)
    if mode == "scratch" and too_few_texts(policy, situation) and not situation.needs.limits.pretrained_forbidden:
        return say("architecture.rejected.few_texts", model=model.name, samples=situation.needs.data.samples)
    if mode != "scratch" and _weights_missing(model, mode):
        return say("architecture.rejected.no_weights", model=model.name)
    licence = _licence(model, mode)
    if situation.needs.limits.commercial and rules_out_business(licence) and not own:
        return say("architecture.rejected.licence", model=model.name, licence=licence)
    size = fit_size(model, situation)
    if isinstance(size, Remark):
        return size
    training = fit_training(model, mode, situation)
    if isinstance(training, Remark):
        return training
    latency, unknown = latency_of(model, situation, size.needs)
    if latency is not None and misses_deadline(latency, model, situation):
        return say(
            "architecture.rejected.latency", model=model.name, latency=latency, limit=situation.needs.limits.latency
        )
    return Candidate(
        id=offer.id,
        name=model.name,
        family=model.row.family,
        architecture_class=model.row.architecture_class,
        mode=training.mode,
        params=model.params,
        size=size.size if model.params else None,
        macs=model.macs,
        metrics=model.metrics,
        weights=None if training.mode == "scratch" else model.weights,
        latency=latency,
        latency_unknown=unknown,
        train_memory=training.memory,
        reasons=remarks.reasons(offer, model, training, size, situation),
        inductive_bias=remarks.inductive_bias(model),
        needs=tuple(dict.fromkeys((*offer.needs, *size.needs, *training.needs))),
    )


def _weights_missing(model: Facts, mode: Mode) -> bool:
    return model.weights is None and mode in {"finetune", "lora", "frozen-features"}


def _licence(model: Facts, mode: Mode) -> str:
    """The licence that counts: of the weights when they are used, else of the code."""
    if mode != "scratch" and model.weights is not None:
        return model.weights.license
    return code_licence(model.row.id)


def _least_bad(offers: tuple[Offer, ...], policy: Policy, situation: Situation) -> Candidate:
    """When nothing fits: the smallest offer, so that there is something concrete to renegotiate about."""
    offer = min(offers, key=lambda each: facts(each.id).row.params or 0)
    model = facts(offer.id)
    mode = wanted_mode(offer.mode, model, policy, situation)
    return Candidate(
        id=offer.id,
        name=model.name,
        family=model.row.family,
        architecture_class=model.row.architecture_class,
        mode=mode,
        params=model.params,
        size=size_at(model, "int8"),
        macs=model.macs,
        metrics=model.metrics,
        weights=None if mode == "scratch" else model.weights,
        inductive_bias=remarks.inductive_bias(model),
    )
