"""What else published recipes of the same field do: techniques that may be added to a recipe, or left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from string import Formatter

from deep_learning_expert.prompts.phrases import exists, template
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.recipe.facts import facts_of
from deep_learning_expert.tools.recipe.hardware import machine_of
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.recipe.regime import Regime, all_domains, load
from deep_learning_expert.tools.recipe.techniques import Slot, built, rules, usual_figures
from deep_learning_expert.tools.requirements import Requirements

# Sampling and the other techniques carry a decision of their own (loss, groups, splits, precision).
_ADDABLE_SLOTS: tuple[Slot, ...] = ("augmentation", "regularization")


def optional_techniques(recipe: Recipe) -> tuple[str, ...]:
    """Ids that may be left out without another part of the recipe losing its ground."""
    return tuple(item.id for item in (*recipe.augmentation, *recipe.regularization))


def other_techniques(needs: Requirements, candidate: Candidate, recipe: Recipe) -> Mapping[str, Slot]:
    """Technique id -> slot: used by published recipes of this field, not by this one, and barred by no rule here."""
    facts = facts_of(needs, candidate, machine_of(needs.train_on))
    barred = {name for rule in rules() if rule.condition.holds(facts) for name in rule.drop}
    barred.update(technique.id for technique in recipe.all_techniques())
    found: dict[str, Slot] = {}
    neighbours = _field_of(recipe.regime)
    inputs = {regime.normalization for regime in neighbours if regime.id == recipe.regime}
    for regime in neighbours:
        if regime.normalization not in inputs:  # the same kind of input is prepared in the same way
            continue
        for slot in _ADDABLE_SLOTS:
            for name in regime.augmentation if slot == "augmentation" else regime.regularization:
                if name not in barred and _sayable(name):
                    found.setdefault(name, slot)
    return found


def without_technique(recipe: Recipe, name: str) -> Recipe:
    """The recipe with one optional technique left out."""
    return replace(
        recipe,
        augmentation=tuple(item for item in recipe.augmentation if item.id != name),
        regularization=tuple(item for item in recipe.regularization if item.id != name),
    )


def with_technique(recipe: Recipe, name: str, slot: Slot) -> Recipe:
    """The recipe with one more technique, its usual published figures included."""
    (technique,) = built((name,), _field_of(recipe.regime)[0], {})
    if slot == "augmentation":
        return replace(recipe, augmentation=(*recipe.augmentation, technique))
    return replace(recipe, regularization=(*recipe.regularization, technique))


def _field_of(regime_id: str) -> tuple[Regime, ...]:
    """The regimes published beside this one."""
    for domain in all_domains():
        regimes = load(domain)
        if any(regime.id == regime_id for regime in regimes):
            return regimes
    return ()


def _sayable(name: str) -> bool:
    """Whether the technique's sentence needs no figure that only its own regime has."""
    key = f"technique.{name}"
    if not exists(key):
        return False
    fields = {field for _, field, _, _ in Formatter().parse(template("en", key)) if field}
    return fields <= set(usual_figures().get(name, {}))
