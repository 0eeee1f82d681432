"""From a task as people write it to typed needs: every stated fact, none invented, and what was not understood kept."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.challenges import derived_challenges, in_order, stated_challenges
from deep_learning_expert.skill.intake.compute import read_machines
from deep_learning_expert.skill.intake.data import read_data
from deep_learning_expert.skill.intake.environment import acting_continuously
from deep_learning_expert.skill.intake.fields import Field, Fields, fields_of, threshold
from deep_learning_expert.skill.intake.limits import read_limits
from deep_learning_expert.skill.intake.setup import read_setup, understood
from deep_learning_expert.skill.intake.subtask import read_domain, recognise_subtask, usual_subtask
from deep_learning_expert.tools.quantities import QuantityKind
from deep_learning_expert.tools.requirements import (
    Challenge,
    DataNeeds,
    DeviceNeed,
    Domain,
    Limits,
    Requirements,
    Setup,
    Unclear,
)
from deep_learning_expert.tools.subtasks import subtasks

_TENS, _HUNDREDS, _MANY_SERIES = 100, 1_000, 100
# Kinds of quantities that each field can give the tools something from.
_USED: dict[str, tuple[QuantityKind, ...]] = {
    "data.size": (),
    "constraints.computeResources": ("device",),
    "constraints.latencyRequirement": ("latency", "duration", "rate", "frequency", "target"),
    "constraints.accuracyTarget": ("target", "rate"),
    "constraints.modelSizeLimit": ("size", "memory", "parameters", "target"),
    "constraints.budget": ("money", "duration", "device", "memory", "target"),
}
_FALLBACK_DOMAINS: dict[str, Domain] = {"RL": "control"}


def read_task(task: Task) -> Requirements:
    """The needs behind a task. Numbers are figures of kind `given` with their JSON path; never raises on any text."""
    fields = fields_of(task)
    said_domain = read_domain(task.task.domain)
    task_type = task.task.type
    near_domain = said_domain or read_domain(fields.specific.text) or _FALLBACK_DOMAINS.get(task_type, "CV")
    data = read_data(fields, task_type, near_domain, task.data.augmentation_needed)
    train_on, deploy_on = read_machines(fields)
    stated, setup = stated_challenges(fields), read_setup(fields)
    limits = read_limits(fields, usual_subtask(task_type, near_domain))
    signals = tuple(_signals(fields, data, limits, deploy_on, setup, stated, near_domain))
    known_domain = said_domain or read_domain(fields.specific.text)
    recognition = recognise_subtask(task_type, known_domain, fields.specific.text, _side(fields), signals)
    nothing_said = recognition.by_default and known_domain is None
    subtask = usual_subtask(task_type, near_domain) if nothing_said else recognition.subtask
    domain = said_domain or _domain_of(subtask)
    limits = read_limits(fields, subtask)
    if data.environment is not None and subtask == "rl-continuous":
        data = data.model_copy(update={"environment": acting_continuously(data.environment)})
    derived = derived_challenges(data, limits, deploy_on, task_type, domain)
    if data.noisy and data.labels == "weak":
        stated.discard("noise")  # it is the labels that are noisy, and that is said already
    return Requirements(
        task_type=task_type,
        domain=domain,
        subtask=subtask,
        words=fields.specific.text or task.task.domain,
        data=data,
        train_on=train_on,
        deploy_on=deploy_on,
        limits=limits,
        challenges=in_order(stated | derived),
        setup=setup,
        unclear=tuple(_unclear(task, fields, said_domain, data, limits)),
    )


def _domain_of(subtask: str) -> Domain:
    domain: Domain = subtasks()[subtask].domain  # type: ignore[assignment]  # the table's domains are held to Domain by a test
    return domain


def _side(fields: Fields) -> str:
    return " ; ".join(field.text for field in fields.all_text() if field.text)


def _signals(
    fields: Fields,
    data: DataNeeds,
    limits: Limits,
    deploy_on: DeviceNeed | None,
    setup: Setup,
    stated: set[Challenge],
    domain: Domain,
) -> Iterable[str]:
    """Facts that tell subtasks apart, as the "#..." words of the vocabulary."""
    edge = derived_challenges(data, limits, deploy_on, "classification", domain) | stated
    unit = data.samples.unit if data.samples else ""
    count = data.samples.value if data.samples else 0.0
    told = (fields.specific, fields.size, fields.quality, fields.distribution)
    author = any(field.says("flags", "single_author") for field in told)
    normal = any(field.says("flags", "normal_only") for field in told)
    facts = {
        "#few-per-class": _few_per_class(data),
        "#many-series": unit == "series" and count >= _MANY_SERIES,
        "#no-labels": data.labels == "none",
        "#normal-only": normal,
        "#on-device": "on-device" in edge,
        "#real-time": "real-time" in edge,
        "#volumes": unit == "volumes",
        "#tens-of-images": unit == "images" and 0 < count <= _TENS,
        "#hundreds-of-images": unit == "images" and _TENS < count <= _HUNDREDS,
        "#long-texts": "long-input" in edge and domain == "NLP",
        "#single-author": author,
        "#characters": unit == "characters",
        "#from-scratch": setup.from_scratch or setup.method == "scratch",
        "#simulator": data.has_simulator,
        "#logged-data": any(field.says("flags", "logged") for field in told),
        "#streaming": "streaming" in edge,
    }
    return (signal for signal, holds in facts.items() if holds)


def _few_per_class(data: DataNeeds) -> bool:
    if data.labels == "few":
        return True
    if data.samples_per_class is not None:
        return data.samples_per_class.value <= threshold("few_shot_per_class")
    return False


# -- what was not understood -------------------------------------------------------------------------------------------


def _unclear(task: Task, fields: Fields, domain: Domain | None, data: DataNeeds, limits: Limits) -> Iterable[Unclear]:
    """Every field or piece of one that should hold a fact and gave none, in the user's words."""
    if domain is None:
        yield Unclear(where="task.domain", words=task.task.domain)
    for field, answered in _quantity_fields(fields, data, limits):
        if field.text and not answered and not _gave_something(field):
            yield Unclear(where=field.path, words=field.text)
        elif field.text:
            pieces = (field.clause_at(*fragment.span) or fragment.words for fragment in field.reading.not_understood)
            yield from (Unclear(where=field.path, words=words) for words in dict.fromkeys(pieces))
    for field, table in _worded_fields(fields):
        if field.text and field.first(table) is None and not field.reading.quantities:
            yield Unclear(where=field.path, words=field.text)
    for field in fields.issues:
        if not understood(field):
            yield Unclear(where=field.path, words=field.text)
    for field in fields.challenges:
        if field.first("challenges") is None and field.first("issues") is None:
            yield Unclear(where=field.path, words=field.text)


def _gave_something(field: Field) -> bool:
    """Whether the field holds a possible quantity of a kind that is asked for there."""
    return any(item.value > 0 or item.kind == "target" for item in field.reading.of(*_USED[field.path]))


def _worded_fields(fields: Fields) -> Iterable[tuple[Field, str]]:
    """(field, table of the words it should hold)."""
    yield fields.labels, "labels"
    yield fields.distribution, "distribution"
    yield fields.framework, "framework"


def _quantity_fields(fields: Fields, data: DataNeeds, limits: Limits) -> Iterable[tuple[Field, bool]]:
    """(field, whether its words answer without a quantity)."""
    free = limits.pretrained_forbidden or limits.commercial is not None
    yield fields.size, data.has_simulator or _is_sized(data)
    yield fields.compute, False
    yield fields.latency, limits.latency_unlimited or fields.latency.says("challenges", "real-time")
    yield fields.accuracy, limits.best_effort_target or fields.accuracy.is_bare()
    yield fields.model_size, _no_limit(fields.model_size)
    yield fields.budget, free or _no_limit(fields.budget)


def _is_sized(data: DataNeeds) -> bool:
    """Whether the field about the size told how much there is."""
    told = (data.samples, data.tokens, data.hours, data.samples_per_class, data.classes, data.groups)
    return any(figure is not None and figure.source.startswith("data.size") for figure in told)


def _no_limit(field: Field) -> bool:
    return field.is_bare() or field.says("flags", "no_limit")
