"""What the guidance's rules look at: the task's facts as sets of words, and the figures its sentences may quote."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import Requirements

Facts = Mapping[str, set[str]]


def _table(name: str) -> dict[str, dict[str, Any]]:
    """A TOML file beside this module (rows hold lists, flags, numbers: untyped until a rule reads them)."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


@cache
def rules() -> dict[str, dict[str, Any]]:
    """The rows of guidance.toml."""
    return _table("guidance.toml")


@cache
def _quoted() -> dict[str, Figure]:
    return {
        name: cited(name, row["value"], row["unit"], row["source"], **row.get("conditions", {}))
        for name, row in _table("guidance_figures.toml").items()
    }


def facts_of(needs: Requirements, candidate: Candidate, recipe: Recipe) -> Facts:
    """Fact name -> the words that hold."""
    grouped = needs.data.groups is not None or bool(needs.data.group_word)
    return {
        "task_types": {needs.task_type},
        "domains": {needs.domain},
        "subtasks": {needs.subtask},
        "challenges": set(needs.challenges),
        "modes": {candidate.mode},
        "precision": {recipe.precision},
        "schedulers": {recipe.scheduler},
        "optimizers": {recipe.optimizer},
        "groups": {"groups"} if grouped else set(),
        "devices": {needs.deploy_on.kind} if needs.deploy_on else set(),
    }


def known_figures(needs: Requirements, recipe: Recipe) -> dict[str, Figure]:
    """Figures a sentence may quote, by field name: the cited ones, and those of this task and recipe that are known."""
    figures = dict(_quoted())
    own = {
        "lr": recipe.learning_rate,
        "own_clip": recipe.clip,
        "warmup": recipe.warmup,
        "decay": recipe.weight_decay,
        "batch": recipe.batch_size,
        "length": recipe.length,
        "classes": needs.data.classes,
    }
    figures.update({name: figure for name, figure in own.items() if figure is not None and figure.value > 0})
    if "lr" in figures:
        rate, cut = figures["lr"].value, figures["lr_cut"].value
        figures["lower_lr"] = computed("learning_rate_after_cut", rate / cut, "", f"{figures['lr'].id} / lr_cut")
    classes = figures.get("classes")
    if classes is not None and classes.value > 1 and needs.task_type == "classification":
        entropy = math.log(classes.value)
        figures["chance"] = computed("chance_loss", entropy, "", "cross-entropy of a uniform guess, ln(classes)")
    return figures
