"""What a column's name means: its role, its part of the data and which direction is better (`columns.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.diagnosis.run import Part, Role

_TWIN_WORDS = frozenset({"epoch", "step"})


@dataclass(frozen=True)
class Meaning:
    """rank: preference among series of the same role (smaller is better); stem: the name without its part words."""

    role: Role
    part: Part
    direction: int
    rank: int
    stem: str


@cache
def _rules() -> dict[str, Any]:
    """The tables of columns.toml (nested, so its values are untyped until a rule reads them)."""
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


def words_of(column: str) -> tuple[str, ...]:
    """A column's name as lowered words: "metrics/mAP50-95(B)" -> ("metrics", "map50", "95", "b")."""
    return tuple(re.findall(r"[a-z0-9]+", column.lower()))


@lru_cache(maxsize=4096)
def meaning_of(column: str, default_part: Part) -> Meaning | None:
    """Role of a column, or None when it says nothing about how training goes."""
    rules = _rules()
    words = words_of(column[:200])
    part, stem_words = _part(words, rules["parts"])
    if stem_words and stem_words[-1] in _TWIN_WORDS and len(stem_words) > 1:
        stem_words = stem_words[:-1]
    stem = " ".join(stem_words)
    if not stem or any(_holds(stem, phrase) for phrase in rules["ignored"]["words"]):
        return None
    return _loss(stem, part or default_part, rules) or _other(stem, part, default_part, rules)


@lru_cache(maxsize=4096)
def part_of(name: str) -> Part:
    """Which part of the data the words of this name or passage tell of, "" if none."""
    return _part(words_of(name), _rules()["parts"])[0]


def _part(words: tuple[str, ...], parts: dict[str, list[str]]) -> tuple[Part, tuple[str, ...]]:
    known = {word: part for part in ("val", "train") for word in parts[part]}
    found = [known[word] for word in words if word in known]
    rest = tuple(word for word in words if word not in known)
    if not found:
        return "", rest
    return ("val" if "val" in found else "train"), rest


def _holds(stem: str, phrase: str) -> bool:
    return f" {phrase} " in f" {stem} "


def _loss(stem: str, part: Part, rules: dict[str, Any]) -> Meaning | None:
    total: list[str] = rules["loss"]["total"]
    if stem in total:
        return Meaning("loss", part, -1, total.index(stem), stem)
    if "loss" in stem.split():
        return Meaning("component", part, -1, len(total), stem)
    return None


def _other(stem: str, part: Part, default_part: Part, rules: dict[str, Any]) -> Meaning | None:
    if stem in rules["return"]["names"]:
        return Meaning("return", part or default_part, 1, rules["return"]["names"].index(stem), stem)
    single: tuple[Role, ...] = ("lr", "grad_norm", "kl", "nonfinite", "data_wait")
    for role in single:
        if any(_holds(stem, phrase) for phrase in rules[role]["words"]):
            return Meaning(role, part, 0, 0, stem)
    for name, direction in (("higher", 1), ("lower", -1)):
        for rank, phrase in enumerate(rules["metric"][name]["words"]):
            if _holds(stem, phrase):
                return Meaning("metric", part or default_part, direction, rank, stem)
    return None
