"""The candidate policy: for each subtask, groups of models with a guard, in order of preference (`policy/*.toml`).

A group: `when` (all conditions must hold; an unknown fact never satisfies a condition), `mode`, `why` (a phrase
"architecture.why.<why>"), `models` ("id" or "id:mode") or `lang_models` by language, `needs` (what must happen too).
Conditions: deploy, train, edge, samples/per_class/hours/tokens/nodes/resolution/gpu_gb with _below or _at_least,
size_below and latency_below (the user's limit), has (challenges, any), labels (any), lang (any), words (any),
scratch, commercial, simulator, tokens_known, two_stage (a two-stage detector was asked for).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from deep_learning_expert.tools.architecture.candidate import Mode
from deep_learning_expert.tools.architecture.situation import Situation

_FOLDER = Path(__file__).with_name("policy")


@dataclass(frozen=True)
class Offer:
    """One model in one mode, and why its group is here."""

    id: str
    mode: Mode
    why: str
    needs: tuple[str, ...] = ()
    rank: int = 0  # of its group among those that hold; the first group is where the choice is made


@dataclass(frozen=True)
class Group:
    """Offers that make sense together when every condition of `when` holds."""

    when: Mapping[str, Any]  # condition -> its TOML value; `holds` knows each one's type
    offers: tuple[Offer, ...]
    by_language: Mapping[str, tuple[Offer, ...]] = field(default_factory=dict)

    def chosen(self, language: str) -> tuple[Offer, ...]:
        """The offers for a language."""
        return self.by_language.get(language, self.by_language.get("other", ())) if self.by_language else self.offers

    def every(self) -> tuple[Offer, ...]:
        """The offers for all languages."""
        return (*self.offers, *(offer for offers in self.by_language.values() for offer in offers))


@dataclass(frozen=True)
class Policy:
    """What may be chosen for one subtask.

    baseline: phrase key of the simplest thing that could work; scratch_from: phrase key of what random weights would
    need; exception: phrase key of why random weights are right here; stated: "teacher" when a model the user names is
    to be distilled, not trained; size_words: the task may name a model by its parameter count ("a 7B base").
    any_backbone: any image classifier of the catalog can do this; families: more families a user may name.
    """

    subtask: str
    baseline: str
    scratch_from: str
    exception: str
    stated: str
    size_words: bool
    any_backbone: bool
    families: frozenset[str]
    groups: tuple[Group, ...]


@cache
def policy_of(subtask: str) -> Policy | None:
    """The policy of one subtask; only its own lines are parsed, which keeps a single plan quick."""
    for path in sorted(_FOLDER.glob("*.toml")):
        section = _section(path.read_text(encoding="utf-8"), subtask)
        if section:
            return _policy(subtask, tomllib.loads(section)[subtask])
    return None


def _section(text: str, subtask: str) -> str:
    """The lines from "[subtask]" to the next table that is not one of its groups."""
    start = f"\n{text}".find(f"\n[{subtask}]\n")
    if start < 0:
        return ""
    end = start + 1
    while True:
        end = text.find("\n[", end)
        if end < 0:
            return text[start:]
        if text[end + 2] != "[":
            return text[start:end]
        end += 1


@cache
def policies() -> Mapping[str, Policy]:
    """All policies by subtask."""
    found: dict[str, Policy] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        for subtask, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[subtask] = _policy(subtask, row)
    return found


def _policy(subtask: str, row: Mapping[str, Any]) -> Policy:
    return Policy(
        subtask=subtask,
        baseline=row["baseline"],
        scratch_from=row.get("scratch_from", ""),
        exception=row.get("exception", ""),
        stated=row.get("stated", ""),
        size_words=row.get("size_words", False),
        any_backbone=row.get("any_backbone", False),
        families=frozenset(row.get("families", ())),
        groups=tuple(_group(group) for group in row["group"]),
    )


def _group(row: Mapping[str, Any]) -> Group:
    languages = {lang: _offers(models, row) for lang, models in row.get("lang_models", {}).items()}
    return Group(row.get("when", {}), _offers(row.get("models", ()), row), languages)


def _offers(models: Sequence[str], row: Mapping[str, Any]) -> tuple[Offer, ...]:
    offers = []
    for place, entry in enumerate(models):
        model_id, _, mode = entry.partition(":")
        why = "alternative" if place and row["why"] == "default" else row["why"]
        offers.append(Offer(model_id, cast(Mode, mode or row["mode"]), why, tuple(row.get("needs", ()))))
    return tuple(offers)


def matching_offers(policy: Policy, situation: Situation) -> tuple[Offer, ...]:
    """Offers of every group whose guard holds, first group first, each model once."""
    found: dict[str, Offer] = {}
    holding = [
        group for group in policy.groups if all(holds(name, value, situation) for name, value in group.when.items())
    ]
    for rank, group in enumerate(holding):
        for offer in group.chosen(situation.language):
            found.setdefault(offer.id, replace(offer, rank=rank))
    return tuple(found.values())


def holds(name: str, wanted: Any, situation: Situation) -> bool:
    """Whether one condition holds; errors: KeyError for a condition nobody defined."""
    needs = situation.needs
    measured = _MEASURED.get(name.removesuffix("_below").removesuffix("_at_least"))
    if measured is not None:
        value = getattr(situation, measured)
        if value is None:
            return False
        return bool(value < wanted if name.endswith("_below") else value >= wanted)
    answers = {
        "deploy": lambda: situation.deploy in wanted,
        "train": lambda: situation.train in wanted,
        "edge": lambda: situation.edge is wanted,
        "has": lambda: needs.has(*wanted),
        "labels": lambda: needs.data.labels in wanted,
        "lang": lambda: situation.language in wanted,
        "words": lambda: any(_says(situation.words, word) for word in wanted),
        "scratch": lambda: situation.scratch is wanted,
        "commercial": lambda: (needs.limits.commercial is True) is wanted,
        "two_stage": lambda: needs.setup.two_stage is wanted,
        "simulator": lambda: needs.data.has_simulator is wanted,
        "tokens_known": lambda: (situation.tokens is not None) is wanted,
    }
    return answers[name]()


def _says(text: str, word: str) -> bool:
    """Whether the text holds the word; Latin words at the start of a word only, very short ones as a whole."""
    if not word.isascii():
        return word in text
    tail = r"(?![a-z0-9])" if len(word) <= _WHOLE_WORD_LETTERS else ""
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}{tail}", text) is not None


_WHOLE_WORD_LETTERS = 4  # "ct", "mri", "deep"; longer ones may take an ending ("cell" is short: "cells" is listed too)


_MEASURED = {
    "samples": "samples",
    "per_class": "per_class",
    "hours": "hours",
    "tokens": "tokens",
    "nodes": "nodes",
    "resolution": "resolution",
    "gpu_gb": "gpu_gb",
    "size": "size_mb",
    "latency": "latency_ms",
}
