"""The one form of condition that regimes, rules, baselines and wrong-prior checks are guarded by in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deep_learning_expert.tools.recipe.facts import Facts

_FIELDS = ("subtasks", "families", "modes", "all", "any", "none", "not_families", "below", "above")


@dataclass(frozen=True)
class Condition:
    """Holds when every given part holds; an empty part asks nothing.

    subtasks, modes: one of these. families / not_families: word prefixes of the candidate's id, family or name.
    all / any / none: tags of `Facts`. below / above: number -> bound; an unknown number fails the condition.
    """

    subtasks: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    not_families: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    all: frozenset[str] = frozenset()
    any: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()
    below: Mapping[str, float] = field(default_factory=dict)
    above: Mapping[str, float] = field(default_factory=dict)

    def holds(self, facts: Facts) -> bool:
        """Whether these facts meet every part."""
        return (
            (not self.subtasks or any(f"subtask:{name}" in facts.tags for name in self.subtasks))
            and (not self.modes or any(f"mode:{mode}" in facts.tags for mode in self.modes))
            and self.all <= facts.tags
            and (not self.any or bool(self.any & facts.tags))
            and not self.none & facts.tags
            and all(facts.numbers.get(name, bound) < bound for name, bound in self.below.items())
            and all(facts.numbers.get(name, bound) > bound for name, bound in self.above.items())
            and (not self.families or facts.is_family(self.families))
            and not facts.is_family(self.not_families)
        )


def take_condition(row: dict[str, Any]) -> Condition:
    """Moves the condition's fields out of a table row; what stays in `row` is the caller's."""
    parts = {name: row.pop(name) for name in _FIELDS if name in row}
    for name in ("all", "any", "none"):
        if name in parts:
            parts[name] = frozenset(parts[name])
    for name in ("subtasks", "families", "not_families", "modes"):
        if name in parts:
            parts[name] = tuple(parts[name])
    return Condition(**parts)
