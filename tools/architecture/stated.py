"""The model a user named: it is respected, so it must be found, in the set-up or in the words of the task."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.offers import Offer, Policy, policy_of
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.catalog import models, names
from deep_learning_expert.tools.catalog.rows import Architecture

_WORD = re.compile(r"[A-Za-z0-9_+.\-/()]+")
_SIZE = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?) ?([bB](?![A-Za-z0-9]| ?-?tok)|M(?= ?(?:GPT|param|model|decoder|LM|参数|模型|语言)))"
)
_LONGEST_NAME_WORDS = 4
_SHORTEST_NAME = 3
_SIZE_TOLERANCE = 1.6  # "7B" covers 6.7 to 8.2 billion; beyond this factor it is another class of model


@dataclass(frozen=True)
class Stated:
    """id: catalog id; words: as the user wrote it; certain: named in the set-up, not merely mentioned in the task;
    by_size: only a size was said ("a 7B model"), so the model is our choice of that size."""

    id: str
    words: str
    certain: bool
    by_size: bool = False

    @property
    def why(self) -> str:
        """The phrase (room architecture, why) that says truly why it comes first."""
        return "sized" if self.by_size else "stated" if self.certain else "named"


def stated_model(policy: Policy, situation: Situation, offers: tuple[Offer, ...]) -> Stated | None:
    """The model the user builds on, or None; a size alone ("a 7B base") picks the usual model of that size.

    offers: what the policy offers here; a bare family name ("YOLO") means its first offer of that family.
    """
    setup = situation.needs.setup
    if policy.stated == "teacher":
        return None
    known = _known_names(tuple(offer.id for offer in offers), policy.subtask)
    if setup.base_model_id and models.has_architecture(setup.base_model_id):
        row = models.architecture(setup.base_model_id)
        if _plausible(row, policy, known):
            # "PPO" alone is one network for vectors and another for pictures: the one this task offers.
            meant = row.id if row.id in known.values() else known.get(names.normal(setup.base_model), row.id)
            return Stated(_with_weights(meant, situation, offers), setup.base_model or row.name, True)
    for text, certain in ((setup.base_model, True), (situation.needs.words, False)):
        named = _named(text, known, policy, certain=certain)
        if named and policy.size_words:
            named = _member_of_size(named, text, known)
        if named:
            own = _own_language().get(named[0], named[0]) if situation.language == "zh" else named[0]
            return Stated(_with_weights(own, situation, offers), named[1], certain)
        sized = _sized(text, policy, situation) if policy.size_words else None
        if sized:
            return Stated(sized[0], sized[1], certain, by_size=True)
    return None


def stated_rivals(
    policy: Policy, situation: Situation, offers: tuple[Offer, ...], stated: Stated | None
) -> tuple[Stated, ...]:
    """The other models of a comparison that the task's words ask for ("SegFormer or U-Net?"), in reading order."""
    text = situation.needs.words
    padded = f" {text.lower()} "
    comparing: tuple[str, ...] = tuple(_table()["comparing"]["words"])
    if stated is None or not any((f" {word} " if word.isascii() else word) in padded for word in comparing):
        return ()
    known = _known_names(tuple(offer.id for offer in offers), policy.subtask)
    unwanted = tuple(word for word in _unwanted() if word.strip() not in comparing)
    found = {
        _with_weights(model_id, situation, offers): words
        for model_id, words in _all_named(text, known, policy, unwanted, certain=False)
    }
    return tuple(Stated(model_id, words, False) for model_id, words in found.items() if model_id != stated.id)


def _with_weights(model_id: str, situation: Situation, offers: tuple[Offer, ...]) -> str:
    """The model itself, or the offered member of its family that has weights ("U-Net" -> with a pretrained encoder)."""
    row = models.architecture(model_id)
    if situation.scratch or any(weights.tag for weights in models.weights_of(model_id)):
        return model_id
    for offer in offers:
        kin = models.architecture(offer.id).family == row.family
        if kin and any(weights.tag for weights in models.weights_of(offer.id)):
            return offer.id
    return model_id


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("aliases.toml").read_text(encoding="utf-8"))


@cache
def _aliases() -> Mapping[str, str]:
    return {names.normal(key): value for key, value in _table()["names"].items()}


def _own_language() -> Mapping[str, str]:
    """English model -> its Chinese counterpart, for Chinese texts."""
    chinese: Mapping[str, str] = _table()["chinese"]
    return chinese


@cache
def _unwanted() -> tuple[str, ...]:
    """What right before a name says that it is not wanted."""
    return tuple(f" {word}" if word.isascii() else word for word in _table()["unwanted"]["words"])


@cache
def _known_names(first: tuple[str, ...], subtask: str) -> Mapping[str, str]:
    """Normalised names of the policy's models -> id: ids, names and aliases, then bare family names."""
    policy = policy_of(subtask)
    groups = policy.groups if policy else ()
    ids = dict.fromkeys((*first, *(offer.id for group in groups for offer in group.every())))
    rows = [models.architecture(model_id) for model_id in ids]
    known: dict[str, str] = {}
    for row in rows:
        for name in (row.id, row.name, *row.aliases):
            known.setdefault(names.normal(name), row.id)
    for row in rows:
        known.setdefault(names.normal(row.family), row.id)
    return known


def _plausible(row: Architecture, policy: Policy, known: Mapping[str, str]) -> bool:
    """Whether this model can do the policy's task: offered, kin of what is offered, or of a family it names."""
    if row.id in known.values() or row.family in policy.families:
        return True
    if policy.any_backbone:
        return row.domain == "CV" and "timm" in row.source + "".join(
            weights.where for weights in models.weights_of(row.id)
        )
    return any(models.architecture(model_id).family == row.family for model_id in dict.fromkeys(known.values()))


def _named(text: str, known: Mapping[str, str], policy: Policy, *, certain: bool) -> tuple[str, str] | None:
    """(id, words) of the longest run of words that names a model for this task."""
    return next(_all_named(text, known, policy, _unwanted(), certain=certain), None)


def _all_named(
    text: str, known: Mapping[str, str], policy: Policy, unwanted: tuple[str, ...], *, certain: bool
) -> Iterator[tuple[str, str]]:
    """(id, words) of every run of words that names a model for this task and overlaps no longer one, longest first."""
    taken: list[range] = []
    for run, before in _runs(text):
        if not run:
            continue  # nothing is left of a run of marks alone
        place = range(len(before), len(before) + len(run))
        if f" {before.rstrip()}".endswith(unwanted) or any(place[0] in other or place[-1] in other for other in taken):
            continue
        for spelling in dict.fromkeys((run, run.split("/")[0])):
            if not certain and spelling.islower() and spelling.isalpha():
                continue  # "act", "clip" and "sage" are words before they are models
            key = names.normal(spelling)
            if len(key) < _SHORTEST_NAME:
                continue
            found = _aliases().get(key) or known.get(key) or names.find(spelling)
            if found and models.has_architecture(found) and _plausible(models.architecture(found), policy, known):
                taken.append(place)
                yield found, spelling
                break


def _member_of_size(named: tuple[str, str], text: str, known: Mapping[str, str]) -> tuple[str, str]:
    """ "Llama ... 3B": of the family that was named without a version, the member nearest the stated size."""
    row, match = models.architecture(named[0]), _SIZE.search(text)
    if match is None or names.normal(named[1]) != names.normal(row.family):
        return named
    wanted = float(match.group(1)) * (1e6 if match.group(2) == "M" else 1e9)
    kin = [models.architecture(model_id) for model_id in dict.fromkeys(known.values())]
    ratios = {
        each.id: max(each.params / wanted, wanted / each.params)
        for each in kin
        if each.family == row.family and each.params
    }
    best = min(ratios, key=lambda model_id: ratios[model_id], default=named[0])
    return (
        (best, f"{named[1]} {match.group().strip()}")
        if ratios.get(best, _SIZE_TOLERANCE + 1) <= _SIZE_TOLERANCE
        else named
    )


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """(run of adjacent words, text before it), longest first; Chinese characters part runs like punctuation does."""
    words = [(match.group().strip("().,-/"), match.start(), match.end()) for match in _WORD.finditer(text)]
    for length in range(_LONGEST_NAME_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            part = words[start : start + length]
            gaps = (after[1] - before[2] for before, after in pairwise(part))
            if all(gap <= 1 for gap in gaps):
                run = " ".join(word for word, _, _ in part)
                yield run, text[: part[0][1]].lower()


def _sized(text: str, policy: Policy, situation: Situation) -> tuple[str, str] | None:
    """(id, words) for "8B" or "124M GPT": the model nearest in size among the language's favourites."""
    match = _SIZE.search(text)
    if not match:
        return None
    wanted = float(match.group(1)) * (1e6 if match.group(2) == "M" else 1e9)
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
