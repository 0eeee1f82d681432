"""The issues this very task is likely to meet, and what to watch while it trains (rules in `guidance.toml`)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import computed
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_MOST_ISSUES = 6
_FEWEST_ISSUES = 3
_SOLUTIONS = ("solution_a", "solution_b")
# What nearly every run may meet: fills the list up when the rules name fewer than three.
_COMMON = ("not_learning", "overfitting", "nan")
_COMMON_FOR_RL = ("exploration", "nan", "slow_convergence")


@dataclass(frozen=True)
class Issue:
    """A likely problem, how to tell it, and what to do, most telling first."""

    id: str
    issue: Remark
    diagnosis: Remark
    solutions: tuple[Remark, ...]


@cache
def _rules() -> dict[str, dict[str, Any]]:
    """The rows of guidance.toml (values are lists, a flag or a weight)."""
    return tomllib.loads(Path(__file__).with_name("guidance.toml").read_text(encoding="utf-8"))


def likely_issues(needs: Requirements, candidate: Candidate, recipe: Recipe) -> tuple[Issue, ...]:
    """Three to six issues: those the user reported first, then by how strongly the task's facts point to them."""
    reported = [name for name, rule in _rules().items() if set(rule.get("reported", ())) & set(needs.setup.issues)]
    fitting = [name for name, rule in _rules().items() if _fits(rule, needs, candidate, recipe)]
    fitting.sort(key=lambda name: -_rules()[name]["weight"])
    names = list(dict.fromkeys((*reported, *fitting)))
    for name in _COMMON_FOR_RL if needs.task_type == "RL" else _COMMON:
        if len(names) < _FEWEST_ISSUES and name not in names:
            names.append(name)
    return tuple(_issue(name, needs) for name in names[:_MOST_ISSUES])


def _fits(rule: dict[str, Any], needs: Requirements, candidate: Candidate, recipe: Recipe) -> bool:
    facts: dict[str, set[Any]] = {
        "task_types": {needs.task_type},
        "subtasks": {needs.subtask},
        "challenges": set(needs.challenges),
        "modes": {candidate.mode},
        "precision": {recipe.precision},
    }
    stated = [facts[name] & set(rule[name]) for name in facts if name in rule]
    if rule.get("grouped"):
        stated.append({"groups"} if needs.data.groups is not None or needs.data.group_word else set())
    return any(stated)


def _issue(name: str, needs: Requirements) -> Issue:
    key = f"guidance.{name}"
    diagnosis = say(f"{key}.diagnosis")
    classes = needs.data.classes
    if name == "not_learning" and needs.task_type == "classification" and classes is not None and classes.value > 1:
        chance = computed("chance_loss", math.log(classes.value), "", "cross-entropy of a uniform guess, ln(classes)")
        diagnosis = say(f"{key}.diagnosis_with_chance", chance=chance, classes=classes)
    return Issue(name, say(f"{key}.issue"), diagnosis, tuple(say(f"{key}.{part}") for part in _SOLUTIONS))


def monitoring(
    needs: Requirements, candidate: Candidate, recipe: Recipe
) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    """What to plot, and what to check while training."""
    plots = ["return", "entropy"] if needs.task_type == "RL" else ["loss", "metric"]
    plots.append("samples" if needs.task_type == "generation" else "gradient")
    checks = ["smooth", "gap", "gradient", "schedule", "utilisation"]
    if needs.task_type == "RL":
        checks[1] = "evaluation"
    if recipe.optimizer == "none" or candidate.mode == "zero-shot":
        plots, checks = ["metric"], ["data"]
    return (
        tuple(say(f"guidance.plot.{name}") for name in plots),
        tuple(say(f"guidance.check.{name}") for name in checks),
    )
