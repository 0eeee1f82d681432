"""Techniques: ids and their usual figures from techniques.toml, chosen by the regime and by the rules of rules.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from deep_learning_expert.tools.figures import Figure, cited
from deep_learning_expert.tools.recipe.condition import Condition, take_condition
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.recipe import Technique
from deep_learning_expert.tools.recipe.regime import Regime
from deep_learning_expert.tools.recipe.tables import table
from deep_learning_expert.tools.wording import say

Slot = Literal["augmentation", "sampling", "regularization", "techniques"]
SLOTS: tuple[Slot, ...] = ("augmentation", "sampling", "regularization", "techniques")


@dataclass(frozen=True)
class Rule:
    """When the condition holds, techniques are added to slots and others dropped everywhere."""

    name: str
    condition: Condition
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of rules.toml, in order; a later rule may drop what an earlier one added."""
    found = []
    for name, source_row in table("rules.toml").items():
        row = dict(source_row)
        condition = take_condition(row)
        add: dict[str, tuple[str, ...]] = {slot: tuple(row[slot]) for slot in SLOTS if slot in row}
        found.append(Rule(name, condition, add, tuple(row.get("drop", ()))))
    return tuple(found)


@cache
def usual_figures() -> Mapping[str, Mapping[str, Figure]]:
    """Technique id -> the figures its sentence shows, with their sources (techniques.toml)."""
    return {
        name: {
            key: cited(item.get("quantity", key), item["value"], item.get("unit", ""), item["source"])
            for key, item in fields.items()
        }
        for name, fields in table("techniques.toml").items()
    }


def choose(regime: Regime, facts: Facts) -> dict[Slot, list[str]]:
    """Technique ids per slot: the regime's, then the rules applied in order, each id once."""
    slots: dict[Slot, list[str]] = {
        "augmentation": list(regime.augmentation),
        "sampling": [regime.sampling] if regime.sampling else [],
        "regularization": list(regime.regularization),
        "techniques": list(regime.techniques),
    }
    for rule in rules():
        if not rule.condition.holds(facts):
            continue
        for slot in SLOTS:
            slots[slot] = [name for name in slots[slot] if name not in rule.drop]
            slots[slot].extend(rule.add.get(slot, ()))
    taken: set[str] = set()
    for slot in SLOTS:
        slots[slot] = [name for name in dict.fromkeys(slots[slot]) if name not in taken]
        taken.update(slots[slot])
    return slots


def built(names: Iterable[str], regime: Regime, extra: Mapping[str, Mapping[str, Figure]]) -> tuple[Technique, ...]:
    """The techniques with their figures: `extra` (this recipe's own) over the regime's values over the usual ones."""
    return tuple(_built(name, regime, extra.get(name, {})) for name in names)


def _built(name: str, regime: Regime, extra: Mapping[str, Figure]) -> Technique:
    figures = dict(usual_figures().get(name, {}))
    for key, value in regime.values.items():
        owner, _, field_name = key.partition(".")
        if owner == name:
            usual = figures[field_name]
            figures[field_name] = cited(usual.quantity, value, usual.unit, regime.sources[0])
    figures.update(extra)
    return Technique(name, say(f"technique.{name}", **figures))
