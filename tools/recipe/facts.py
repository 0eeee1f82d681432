"""What the regime and rule tables may ask about a task and its model: tags and numbers, derived once per recipe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.recipe.hardware import Machine
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.subtasks import subtasks

# Units of `data.samples` that count something else than training samples; they get a number of their own.
_NOT_SAMPLES = {"tokens": "tokens", "hours": "hours"}
_NOT_SAMPLES_WITH_SIMULATOR = {"steps": "env_steps", "frames": "env_steps", "episodes": "episodes"}
_EDGE = {"jetson", "phone", "mcu", "npu", "browser"}
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Facts:
    """tags: facts that hold ("mode:lora", "imbalanced", "issue:nan" ...; made by the functions below).

    numbers: plain values by name ("samples", "params", "classes" ...), only those that are known.
    slug: the candidate's id, family and name as dash-joined words, for matching families by word prefix.
    """

    tags: frozenset[str]
    numbers: Mapping[str, float]
    slug: str

    def is_family(self, names: Iterable[str]) -> bool:
        """Whether a word of the candidate's id, family or name starts with one of these."""
        return any(f"-{name}" in self.slug for name in names)


def slug_of(*names: str) -> str:
    """ "Faster R-CNN" -> "-faster-r-cnn-": words joined by dashes, so that prefixes of words can be matched."""
    return "-" + "-".join(_NOT_WORD.sub("-", name.lower()).strip("-") for name in names) + "-"


def facts_of(needs: Requirements, candidate: Candidate, machine: Machine) -> Facts:
    """All tags and numbers of one task with one candidate."""
    params = candidate.params.value if candidate.params else None
    tags = frozenset(
        (*_task_tags(needs), *_data_tags(needs), *_model_tags(candidate), *_machine_tags(needs, params, machine))
    )
    return Facts(tags, _numbers(needs, candidate, machine), slug_of(candidate.id, candidate.family, candidate.name))


def _task_tags(needs: Requirements) -> Iterator[str]:
    yield f"type:{needs.task_type}"
    if subtasks()[needs.subtask].type == "classification":
        yield "type:classification"  # people file churn and bot accounts under detection, too
    yield f"domain:{needs.domain}"
    yield f"subtask:{needs.subtask}"
    yield from needs.challenges
    for issue in needs.setup.issues:
        yield f"issue:{issue}"
    setup, limits = needs.setup, needs.limits
    if setup.framework:
        yield f"framework:{setup.framework}"
    if setup.method:
        yield f"method:{setup.method}"
    if setup.from_scratch:
        yield "wants-scratch"
    if setup.pretrained_in_use:
        yield "pretrained-in-use"
    if limits.pretrained_forbidden:
        yield "pretrained-forbidden"
    if limits.latency is not None:
        yield "latency-limit"
    if limits.size is not None:
        yield "size-limit"
    if needs.data.augmentation_wanted is False:
        yield "no-augmentation"
    if needs.subtask.startswith("multilabel") or any(word in needs.words.lower() for word in _MULTILABEL_WORDS):
        yield "multilabel"


# Coding a clinical document or indexing an article gives each several codes, though nobody says so.
_MULTILABEL_WORDS = (
    "multi-label",
    "multilabel",
    "multi label",
    "多标签",
    "icd cod",
    "icd编码",
    "icd 编码",
    "icd code",
    "mesh index",
)


def _data_tags(needs: Requirements) -> Iterator[str]:
    data = needs.data
    if data.labels:
        yield f"labels:{data.labels}"
    if data.distribution:
        yield f"distribution:{data.distribution}"
    minority = data.minority_share.value if data.minority_share else None
    stated = data.distribution in {"imbalanced", "long-tailed"} or needs.has("imbalance", "long-tail")
    if stated or (minority is not None and minority < _BALANCED_MINORITY_PERCENT):
        yield "imbalanced"
    if data.distribution == "long-tailed" or needs.has("long-tail"):
        yield "long-tailed"
    if data.noisy or needs.has("label-noise"):
        yield "noisy-labels"
    if data.groups is not None or data.group_word:
        yield "groups"
    for kind, words in _GROUP_WORDS.items():
        if any(word in data.group_word.lower() for word in words):
            yield f"groups:{kind}"
    if data.has_simulator:
        yield "simulator"
    for language in data.languages:
        yield f"lang:{language}"


# A rare class above this share needs no treatment beyond a per-class metric (two classes: 40 to 60 is ordinary).
_BALANCED_MINORITY_PERCENT = 40.0
_GROUP_WORDS = {
    "patient": ("patient", "患者", "病人"),
    "speaker": ("speaker", "说话人"),
    "subject": ("subject", "participant", "受试", "人"),
    "machine": ("machine", "unit", "engine", "device", "台", "设备", "发动机"),
}


def _model_tags(candidate: Candidate) -> Iterator[str]:
    yield f"mode:{candidate.mode}"
    yield f"class:{candidate.architecture_class}"
    if candidate.mode != "scratch":
        yield "pretrained"
    if candidate.mode in {"finetune", "lora"}:
        yield "adapts"
    for need in candidate.needs:
        yield f"needs:{need}"
    pretrained_on = candidate.weights.pretrained_on.lower() if candidate.weights else ""
    for corpus in ("audioset", "imagenet"):
        if corpus in pretrained_on:
            yield f"pretrained-on:{corpus}"


# A frozen base in 16 bit may take this share of all devices' memory before it has to be held in 4 bit.
_BASE_SHARE = 0.7
_HALF_PRECISION_BYTES = 2


def _machine_tags(needs: Requirements, params: float | None, machine: Machine) -> Iterator[str]:
    yield f"train-on:{machine.kind}"
    if machine.count > 1:
        yield "multi-device"
    if params is not None and params * _HALF_PRECISION_BYTES > machine.memory_gb * 1e9 * machine.count * _BASE_SHARE:
        yield "base-exceeds-memory"
    if needs.deploy_on is not None:
        yield f"deploy-on:{needs.deploy_on.kind}"
    if (needs.deploy_on is not None and needs.deploy_on.kind in _EDGE) or needs.has("on-device"):
        yield "edge"


def _numbers(needs: Requirements, candidate: Candidate, machine: Machine) -> dict[str, float]:
    data = needs.data
    known: dict[str, Figure | None] = {
        "classes": data.classes,
        "samples_per_class": data.samples_per_class,
        "minority_percent": data.minority_share,
        "resolution_px": data.resolution_px,
        "sequence_length": data.sequence_length,
        "tokens": data.tokens,
        "hours": data.hours,
        "groups": data.groups,
        "params": candidate.params,
        "size_limit_mb": needs.limits.size,
    }
    if data.samples is not None:
        units = _NOT_SAMPLES_WITH_SIMULATOR if needs.task_type == "RL" else _NOT_SAMPLES
        name = units.get(data.samples.unit, "samples")
        if known.get(name) is None:
            known[name] = data.samples
    numbers = {name: record.value for name, record in known.items() if record is not None}
    numbers["devices"] = float(machine.count)
    numbers["memory_gb"] = machine.memory_gb
    if "samples" in numbers and numbers.get("classes"):
        numbers.setdefault("samples_per_class", numbers["samples"] / numbers["classes"])
    return numbers
