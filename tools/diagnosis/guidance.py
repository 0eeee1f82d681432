"""The issues this very task is likely to meet, and what to watch while it trains (rules in `guidance.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.diagnosis.guidance_facts import Facts, facts_of, known_figures, rules
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_MOST_ISSUES = 6
_FEWEST_ISSUES = 3
_MOST_SOLUTIONS = 4
_RAISE = 4  # what a challenge named in `raised_by` adds to a rule's weight: past the rules for its whole task type
_PLAIN_SOLUTIONS = ({"say": "solution_a"}, {"say": "solution_b"})
# What nearly every run may meet: fills the list up when the rules name fewer than three.
_COMMON = ("not_learning", "overfitting", "nan")
_COMMON_FOR_RL = ("exploration", "nan", "slow_convergence")
_COMMON_WITHOUT_GRADIENTS = ("production_gap", "label_noise", "leakage")


@dataclass(frozen=True)
class Issue:
    """A likely problem, how to tell it, and two to four things to do, most telling first."""

    id: str
    issue: Remark
    diagnosis: Remark
    solutions: tuple[Remark, ...]


def likely_issues(needs: Requirements, candidate: Candidate, recipe: Recipe) -> tuple[Issue, ...]:
    """Three to six issues: those the user reported first, then by how strongly the task's facts point to them."""
    facts = facts_of(needs, candidate, recipe)
    figures = known_figures(needs, recipe)
    table = rules()
    reported = [name for name, rule in table.items() if set(rule.get("reported", ())) & set(needs.setup.issues)]
    untrained = recipe.optimizer == "none" or candidate.mode == "zero-shot"
    fitting = [
        name for name, rule in table.items() if _fits(rule, facts) and not (untrained and rule.get("needs_gradients"))
    ]
    fitting.sort(key=lambda name: -_weight(table[name], facts))
    names = list(dict.fromkeys((*reported, *fitting)))
    common = _COMMON_FOR_RL if needs.task_type == "RL" else _COMMON
    for name in _COMMON_WITHOUT_GRADIENTS if untrained else common:
        if len(names) < _FEWEST_ISSUES and name not in names and not _excluded(table[name], facts):
            names.append(name)
    return tuple(_issue(name, facts, figures) for name in names[:_MOST_ISSUES])


def _weight(rule: Mapping[str, Any], facts: Facts) -> int:
    weight: int = rule["weight"]
    return weight + (_RAISE if facts["challenges"] & set(rule.get("raised_by", ())) else 0)


def _fits(rule: Mapping[str, Any], facts: Facts) -> bool:
    """Whether any condition of an issue's rule holds, and none that speaks against it."""
    if _excluded(rule, facts):
        return False
    stated = [facts[name] & set(rule[name]) for name in facts if name in rule]
    return any(stated) or (bool(rule.get("grouped")) and bool(facts["groups"]))


def _excluded(rule: Mapping[str, Any], facts: Facts) -> bool:
    return any(key.startswith("not_") and facts[key[4:]] & set(words) for key, words in rule.items())


def _issue(name: str, facts: Facts, figures: Mapping[str, Figure]) -> Issue:
    key = f"guidance.{name}"
    diagnosis = say(f"{key}.diagnosis")
    if name == "not_learning" and "chance" in figures:
        diagnosis = say(f"{key}.diagnosis_with_chance", chance=figures["chance"], classes=figures["classes"])
    elif name == "overfitting":
        diagnosis = say(f"{key}.diagnosis", gap_limit=figures["gap_limit"])
    elif name == "fp16_overflow":
        diagnosis = say(f"{key}.diagnosis", fp16_largest=figures["fp16_largest"])
    offers = [row for row in rules()[name].get("solutions", _PLAIN_SOLUTIONS) if _offered(row, facts, figures)]
    solutions = tuple(
        say(f"{key}.{row['say']}", **{field: figures[field] for field in row.get("with", ())})
        for row in offers[:_MOST_SOLUTIONS]
    )
    return Issue(name, say(f"{key}.issue"), diagnosis, solutions)


def _offered(row: Mapping[str, Any], facts: Facts, figures: Mapping[str, Figure]) -> bool:
    """Whether all conditions of a solution hold and its figures are known."""
    if any(name not in figures for name in row.get("with", ())) or any(
        name in figures for name in row.get("lacks", ())
    ):
        return False
    wanted = all(facts[name] & set(row[name]) for name in facts if name in row)
    return wanted and not any(facts[name] & set(row[f"not_{name}"]) for name in facts if f"not_{name}" in row)


def monitoring(
    needs: Requirements, candidate: Candidate, recipe: Recipe
) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    """What to plot, and what to check while training."""
    if recipe.optimizer == "none" or candidate.mode == "zero-shot":
        return (say("guidance.plot.metric"),), (say("guidance.check.data"),)
    figures = known_figures(needs, recipe)
    is_rl = needs.task_type == "RL"
    plots = ["return", "entropy"] if is_rl else ["loss", "metric"]
    plots.append("samples" if needs.task_type == "generation" else "gradient")
    checks = [
        say("guidance.check.smooth_return" if is_rl else "guidance.check.smooth"),
        say("guidance.check.evaluation") if is_rl else say("guidance.check.gap", gap_limit=figures["gap_limit"]),
        say("guidance.check.gradient_clipped", clip=recipe.clip) if recipe.clip else say("guidance.check.gradient"),
        say("guidance.check.schedule"),
        say("guidance.check.utilisation", utilisation=figures["utilisation"]),
    ]
    return tuple(say(f"guidance.plot.{name}") for name in plots), tuple(checks)
