"""What makes a task hard: challenges the user names, and those that follow from the facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from deep_learning_expert.skill.intake.fields import Field, Fields, threshold
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.requirements import Challenge, DataNeeds, DeviceNeed, Domain, Limits, TaskType

_EDGE = ("phone", "mcu", "npu", "jetson", "browser")
_NOT_SAMPLES = ("steps", "frames", "episodes", "characters", "nodes", "time_steps", "tokens", "hours")


def stated_challenges(fields: Fields) -> set[Challenge]:
    """Challenges in words: in the user's list, or in the fields where their words mean the same."""
    return {challenge for challenge in get_args(Challenge) if _stated(challenge, fields)}


def _stated(challenge: Challenge, fields: Fields) -> bool:
    narrow = vocabulary("facts")["narrow"].get(challenge)
    places: Iterable[Field] = (
        [fields.named(name) for name in narrow] if narrow else [fields.specific, *_of_data(fields)]
    )
    everything = (*fields.challenges, *places)
    if challenge in vocabulary("facts")["clauses"]["keys"]:
        return any(field.says_in_a_clause("challenges", challenge) for field in everything)
    return any(field.says("challenges", challenge) for field in everything)


def _of_data(fields: Fields) -> tuple[Field, ...]:
    return fields.size, fields.quality, fields.distribution, fields.labels


def derived_challenges(
    data: DataNeeds, limits: Limits, deploy_on: DeviceNeed | None, task_type: TaskType, domain: Domain
) -> set[Challenge]:
    """Challenges that the numbers and kinds imply."""
    found: set[Challenge] = set()
    if task_type != "RL" and _few(data):
        found.add("few-samples")
    if data.labels == "few":
        found.add("few-samples")
    if data.distribution == "long-tailed":
        found.add("long-tail")
    if data.distribution == "imbalanced" or _rare(data):
        found.add("imbalance")
    if data.labels == "none":
        found.add("no-labels")
    if data.labels == "weak":
        found.add("weak-labels")
    if data.noisy:
        found.add("label-noise")
    if deploy_on is not None and _sits_in_a_device(deploy_on):
        found.add("on-device")
    if _answers_at_once(limits):
        found.add("real-time")
    length = data.sequence_length
    if domain == "NLP" and length is not None and length.value > threshold("long_input_tokens"):
        found.add("long-input")
    return found


def _sits_in_a_device(machine: DeviceNeed) -> bool:
    prefixes = tuple(vocabulary("facts")["edge_processors"]["prefixes"])
    return machine.kind in _EDGE or (machine.name or "").startswith(prefixes)


def _few(data: DataNeeds) -> bool:
    """Short of samples in all, or of samples in each class."""
    samples, per_class = data.samples, data.samples_per_class
    if per_class is not None and per_class.value < threshold("few_per_class"):
        return True
    if samples is None or data.tokens is not None or data.hours is not None:
        return False
    if samples.unit in _NOT_SAMPLES or samples.unit in vocabulary("facts")["units"]["long"]:
        return False
    each = samples.value / data.classes.value if data.classes is not None and per_class is None else None
    return samples.value < threshold("few_samples") or (each is not None and each < threshold("few_per_class"))


def _rare(data: DataNeeds) -> bool:
    return data.minority_share is not None and data.minority_share.value < threshold("imbalanced_percent")


def _answers_at_once(limits: Limits) -> bool:
    return limits.latency is not None and limits.latency.value <= threshold("real_time_ms")


def in_order(challenges: set[Challenge]) -> tuple[Challenge, ...]:
    """In the order in which they are declared, so that equal tasks read equal."""
    return tuple(challenge for challenge in get_args(Challenge) if challenge in challenges)
