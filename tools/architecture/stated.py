"""The model a user named: it is respected, so it must be found, in the set-up or in the words of the task."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from deep_learning_expert.tools.architecture.offers import Policy
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.catalog import models, names

_WORD = re.compile(r"[A-Za-z0-9+.\-/()]+")
_BILLIONS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ?[bB](?![A-Za-z0-9])")
_LONGEST_NAME_WORDS = 4
_SIZE_TOLERANCE = 1.6  # "7B" covers 6.7 to 8.2 billion; beyond this factor it is another class of model


@dataclass(frozen=True)
class Stated:
    """id: catalog id; words: as the user wrote it; certain: named in the set-up, not merely mentioned in the task."""

    id: str
    words: str
    certain: bool


def stated_model(policy: Policy, situation: Situation) -> Stated | None:
    """The model the user builds on, or None; a size alone ("a 7B base") picks the policy's model of that size."""
    setup = situation.needs.setup
    if policy.stated == "teacher":
        return None
    if setup.base_model_id and models.has_architecture(setup.base_model_id):
        found = models.architecture(setup.base_model_id).id
        return Stated(found, setup.base_model or found, True)
    pool = _pool(policy)
    for text, certain in ((setup.base_model, True), (situation.needs.words, False)):
        named = _named(text, pool, anything=certain)
        if named:
            return Stated(named[0], named[1], certain)
        sized = _sized(text, policy, situation) if policy.size_words else None
        if sized:
            return Stated(sized[0], sized[1], certain)
    return None


@cache
def _aliases() -> Mapping[str, str]:
    table = tomllib.loads(Path(__file__).with_name("aliases.toml").read_text(encoding="utf-8"))
    return {names.normal(key): value for key, value in table.items()}


def _pool(policy: Policy) -> frozenset[str]:
    return frozenset(offer.id for group in policy.groups for offer in group.every())


def _named(text: str, pool: frozenset[str], *, anything: bool) -> tuple[str, str] | None:
    """(id, words) of the longest run of words that names a model of the pool, or any model when `anything`."""
    families = {models.architecture(model_id).family for model_id in pool if models.has_architecture(model_id)}
    for run in _runs(text):
        for spelling in (run, run.split("/")[0]):
            found = _aliases().get(names.normal(spelling)) or names.find(spelling)
            if not found or not models.has_architecture(found):
                continue
            if found in pool or anything or models.architecture(found).family in families:
                return found, spelling
    return None


def _runs(text: str) -> Iterator[str]:
    """Runs of adjacent words, longest first; Chinese characters part runs like punctuation does."""
    words = [(match.group().strip("().,-/"), match.start(), match.end()) for match in _WORD.finditer(text)]
    for length in range(_LONGEST_NAME_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            part = words[start : start + length]
            gaps = (after[1] - before[2] for before, after in pairwise(part))
            if all(gap <= 1 for gap in gaps):
                run = " ".join(word for word, _, _ in part)
                if len(names.normal(run)) >= 3:
                    yield run


def _sized(text: str, policy: Policy, situation: Situation) -> tuple[str, str] | None:
    """(id, words) for "8B": the model nearest in size among the language's favourites."""
    match = _BILLIONS.search(text)
    if not match:
        return None
    wanted = float(match.group(1)) * 1e9
    kinds = {"rl-language-model": "rl", "language-model-pretraining": "scratch"}
    listed = _by_size()[kinds.get(policy.subtask, "models")]
    ratios = {}
    for model_id in listed["zh" if situation.language == "zh" else "en"]:
        params = models.architecture(model_id).params or 1
        ratios[model_id] = max(params / wanted, wanted / params)
    best = min(ratios, key=lambda model_id: ratios[model_id])
    return (best, match.group().strip()) if ratios[best] <= _SIZE_TOLERANCE else None


@cache
def _by_size() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Models a bare size may stand for: purpose -> language -> ids."""
    table = tomllib.loads(Path(__file__).with_name("language_models.toml").read_text(encoding="utf-8"))
    return {kind: {lang: tuple(ids) for lang, ids in row.items()} for kind, row in table.items()}
