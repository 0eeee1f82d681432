"""What the comparison has to say, as remarks with their figures."""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import exists
from deep_learning_expert.tools.architecture.arguments import argument
from deep_learning_expert.tools.architecture.candidate import Candidate, Rejected
from deep_learning_expert.tools.architecture.facts import Facts, code_licence, facts
from deep_learning_expert.tools.architecture.licences import licence_kind
from deep_learning_expert.tools.architecture.limits import Fit, Training
from deep_learning_expert.tools.architecture.modes import hopeless_samples, hopeless_tokens, tokens_wanted
from deep_learning_expert.tools.architecture.offers import Offer, Policy
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.architecture.stated import Stated
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.wording import Remark, say

_FEW_SAMPLES_FOR_SCRATCH = 5000
_FAR_MORE_WORK = 4
# The batch the step count is stated at; any batch would do, this is torchvision's reference per device.
_STEP_BATCH = 32


def inductive_bias(model: Facts) -> Remark:
    """What the network assumes about its data: of the family where it is special, else of the class."""
    family = f"architecture.bias.family.{model.row.family}"
    kind = model.row.architecture_class.lower().replace(" ", "-")
    return say(family if exists(family) else f"architecture.bias.{kind}")


def reasons(offer: Offer, model: Facts, training: Training, size: Fit, situation: Situation) -> tuple[Remark, ...]:
    """Why this model is here: the policy's argument, its published result, its size, and what had to give."""
    said = [say(f"architecture.why.{argument(offer.why, model.row, training.mode)}", model=model.name)]
    for metric in model.metrics[:1]:
        key = "architecture.reason.metric_pretrained" if training.mode != "scratch" else "architecture.reason.metric"
        said.append(say(key, model=model.name, metric=_metric_name(metric), value=metric, dataset=_dataset(metric)))
    if model.params is not None:
        per_token = "_token" if model.row.macs_at == "1 token" else ""
        key = f"architecture.reason.size_macs{per_token}" if model.macs else "architecture.reason.size"
        macs = {"macs": model.macs} if model.macs else {}
        said.append(say(key, params=model.params, size=size.size, **macs))
    for need in size.needs:
        said.append(say(f"architecture.reason.{need}", size=size.size, limit=situation.needs.limits.size))
    if training.changed and training.memory is not None:
        said.append(say("architecture.reason.adapters", model=model.name, memory=training.memory))
    for need in training.needs:
        said.append(say(f"architecture.reason.{need}", memory=training.memory))
    return tuple(said)


def _dataset(metric: Figure) -> str:
    """The set's name without the protocol, which stays in the figure's conditions."""
    return metric.conditions.get("dataset", "").partition(",")[0].partition(" (")[0]


def _metric_name(metric: Figure) -> Remark | str:
    key = f"architecture.metric.{metric.quantity}"
    return say(key) if exists(key) else metric.quantity.replace("_", " ")


def warnings(
    shown: tuple[Candidate, ...],
    rejected: list[Rejected],
    stated: Stated | None,
    policy: Policy,
    situation: Situation,
) -> tuple[Remark, ...]:
    """Contradictions between the limits, what became of the user's own model, licences to mind."""
    said: list[Remark] = []
    if stated is not None:
        said.extend(
            say("architecture.warning.stated_rejected", model=loser.name, reason=loser.reason)
            for loser in rejected
            if loser.id == stated.id
        )
        said.extend(_heavy(stated, shown, situation))
    said.extend(_mismatches(shown[0], policy, situation))
    for candidate in shown:
        licence = _licence(candidate)
        if licence_kind(licence):
            phrase = f"architecture.licence.{licence_kind(licence)}"
            said.append(say(phrase, model=candidate.name, licence=licence))
    return tuple(said)


def _heavy(stated: Stated, shown: tuple[Candidate, ...], situation: Situation) -> list[Remark]:
    """The user's own model on a small or hurried device, when another candidate does far less work."""
    own = shown[0]
    hurried = situation.edge or (situation.deploy == "cpu" and situation.latency_ms is not None)
    if own.id != stated.id or not hurried or own.macs is None:
        return []
    for other in shown[1:]:
        if other.macs is not None and own.macs.value > _FAR_MORE_WORK * other.macs.value:
            return [say("architecture.warning.heavy", model=own.name, macs=own.macs, other=other.name, less=other.macs)]
    return []


def _mismatches(winner: Candidate, policy: Policy, situation: Situation) -> list[Remark]:
    """Where the user's wishes and facts do not go together."""
    said: list[Remark] = []
    model = facts(winner.id)
    wanted, samples = tokens_wanted(model), situation.needs.data.samples
    if situation.scratch and winner.mode != "scratch" and hopeless_tokens(model, policy, situation) and wanted:
        said.append(
            say("architecture.warning.scratch_tokens", model=winner.name, tokens=_tokens(situation), wanted=wanted)
        )
    if situation.scratch and winner.mode != "scratch" and hopeless_samples(model, policy, situation) and samples:
        said.append(say("architecture.warning.scratch_changed", model=winner.name, samples=samples))
    few = situation.samples is not None and situation.samples < _FEW_SAMPLES_FOR_SCRATCH
    if winner.mode == "scratch" and situation.scratch and not policy.exception and few and samples is not None:
        said.append(say("architecture.warning.scratch_samples", samples=samples))
    if situation.needs.limits.pretrained_forbidden and winner.mode == "scratch":
        said.append(say("architecture.warning.pretrained_forbidden"))
    if situation.needs.setup.method == "full" and winner.mode == "lora" and winner.train_memory is not None:
        said.append(say("architecture.warning.full_does_not_fit", model=winner.name))
    if policy.exception == "control":
        said.extend(_no_environment(situation))
    return said


def _no_environment(situation: Situation) -> list[Remark]:
    data = situation.needs.data
    stated = data.samples is not None and data.samples.kind != "assumed"
    known = data.has_simulator or stated
    return [] if known else [say("architecture.warning.no_environment")]


def _licence(candidate: Candidate) -> str:
    return candidate.weights.license if candidate.weights else code_licence(candidate.id)


def _tokens(situation: Situation) -> Figure | None:
    return situation.needs.data.tokens or situation.needs.data.samples


def tradeoff(winner: Candidate, policy: Policy, situation: Situation) -> tuple[Remark, ...]:
    """From random weights, fine-tuning or frozen transfer: argued from samples, steps and tokens, not one threshold."""
    said = [say(f"architecture.tradeoff.{_kind_of_start(winner, policy)}", model=winner.name)]
    samples = situation.needs.data.samples
    if policy.exception and winner.mode == "scratch":
        environment = situation.needs.data.environment if policy.exception == "control" else None
        if environment is None:
            said.append(say(f"architecture.exception.{policy.exception}"))
        else:
            said.append(say("architecture.exception.control_named", environment=environment))
    elif policy.scratch_from == "tokens":
        said.extend(_token_argument(winner, situation))
    elif policy.scratch_from:
        said.append(say(f"architecture.scratch.{policy.scratch_from}", **_scratch_figures(policy.scratch_from)))
    if samples is not None and situation.samples is not None and samples.value >= _STEP_BATCH:
        batch = computed("reference_batch", _STEP_BATCH, "samples", "stated for the step count only")
        steps = computed("steps_per_epoch", round(samples.value / _STEP_BATCH), "steps", "samples / batch")
        key = "steps_scratch" if winner.mode == "scratch" else "steps"
        said.append(say(f"architecture.tradeoff.{key}", samples=samples, batch=batch, steps=steps))
    return tuple(said)


def _kind_of_start(winner: Candidate, policy: Policy) -> str:
    """The mode; from random weights it matters whether anything pretrained could exist at all."""
    if winner.mode != "scratch":
        return winner.mode
    if winner.architecture_class in ("Tree ensemble", "Statistical"):
        return "fitted"
    return "scratch_usual" if policy.exception else "scratch"


def _token_argument(winner: Candidate, situation: Situation) -> list[Remark]:
    wanted, tokens = tokens_wanted(facts(winner.id)), _tokens(situation)
    if wanted is None:
        return []
    if situation.tokens is None or tokens is None:
        return [say("architecture.scratch.tokens_unknown", model=winner.name, wanted=wanted)]
    return [say("architecture.scratch.tokens", model=winner.name, wanted=wanted, tokens=tokens)]


_SCRATCH_FIGURES = {
    "imagenet": (1281167, "images", "Russakovsky et al. 2015, ILSVRC, arXiv:1409.0575"),
    "kinetics": (240000, "clips", "Kay et al. 2017, Kinetics, arXiv:1705.06950"),
    "faces": (5800000, "images", "Deng et al. 2019, ArcFace, arXiv:1801.07698 (MS1MV2)"),
    "coco": (118287, "images", "Lin et al. 2014, COCO, arXiv:1405.0312"),
    "audioset": (2000000, "clips", "Gemmeke et al. 2017, AudioSet, ICASSP"),
    "speakers": (1092009, "clips", "Chung et al. 2018, VoxCeleb2, arXiv:1806.05622"),
    "speech": (960, "hours", "Panayotov et al. 2015, LibriSpeech, ICASSP"),
    "voices": (24, "hours", "Ito & Johnson 2017, LJSpeech"),
    "music": (20000, "hours", "Copet et al. 2023, MusicGen, arXiv:2306.05284"),
    "images": (70000, "images", "Karras et al. 2019, FFHQ, arXiv:1812.04948"),
    "pairs": (400000000, "pairs", "Radford et al. 2021, CLIP, arXiv:2103.00020"),
    "text": (3300000000, "words", "Devlin et al. 2019, BERT, arXiv:1810.04805"),
}


def _scratch_figures(kind: str) -> dict[str, Figure]:
    value, unit, source = _SCRATCH_FIGURES[kind]
    return {"size": cited("pretraining_set_size", value, unit, source)}


def verdict(shown: tuple[Candidate, ...], tie: bool) -> Remark:
    """One sentence: who wins, or that the first two cannot be told apart."""
    winner = shown[0]
    if tie:
        return say("architecture.verdict.tie", first=winner.name, second=shown[1].name)
    if len(shown) > 1:
        others = [other.name for other in shown[1:]]
        return say("architecture.verdict.clear", winner=winner.name, others=others)
    return say("architecture.verdict.only", winner=winner.name)
