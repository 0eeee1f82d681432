"""Quantities that cannot be meant: a size where a latency belongs, a negative limit, two that exclude each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.tools.errors import TaskError, Words
from deep_learning_expert.tools.quantities import Expect, Quantity, problems, read_quantities


@dataclass(frozen=True)
class _Rule:
    """expect: what the field holds; fits: kinds of quantity that make sense; foreign: kinds that belong elsewhere."""

    expect: Expect
    fits: frozenset[str]
    foreign: frozenset[str]


_RULES: Mapping[str, _Rule] = {
    "latencyRequirement": _Rule(
        "latency", frozenset({"latency", "rate", "duration", "frequency", "target"}), frozenset({"size", "money"})
    ),
    "modelSizeLimit": _Rule(
        "size", frozenset({"size", "memory", "parameters"}), frozenset({"latency", "duration", "money"})
    ),
    "accuracyTarget": _Rule("target", frozenset({"target", "share"}), frozenset({"latency", "size", "money"})),
}
_IMPOSSIBLE = frozenset({"negative", "zero", "contradiction", "over_100_percent"})


def check_quantities(task: Task) -> None:
    """Errors: TaskError naming the field, the words and what belongs there."""
    constraints = task.constraints
    fields = {
        "latencyRequirement": constraints.latency_requirement,
        "modelSizeLimit": constraints.model_size_limit,
        "accuracyTarget": constraints.accuracy_target,
    }
    for name, text in fields.items():
        if text:
            _check(f"constraints.{name}", text, _RULES[name])


def _check(where: str, text: str, rule: _Rule) -> None:
    found = read_quantities(text, rule.expect).quantities
    strangers = [item for item in found if item.kind in rule.foreign]
    if strangers and not any(item.kind in rule.fits for item in found):
        raise TaskError("task.wrong_unit", where=where, words=strangers[0].words, kind=Words(f"expected.{rule.expect}"))
    own: list[Quantity] = [item for item in found if item.kind in rule.fits]
    for problem in problems(own):
        if problem.code in _IMPOSSIBLE:
            words = ", ".join(_quoted(item) for item in problem.quantities)
            raise TaskError(f"task.{problem.code}", where=where, words=words)


def _quoted(item: Quantity) -> str:
    """The person's words, with the sign that stands before the words of the quantity."""
    unsigned = item.value is not None and item.value < 0 and item.words[:1] not in "-−–"
    return f"-{item.words}" if unsigned else item.words
