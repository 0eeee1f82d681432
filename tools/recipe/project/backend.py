"""A back end: the library a project is written for. Everything about it lies in backends/<id>/; backends.toml says
which one serves which plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.recipe.project.tables import FOLDER, table

_CONDITIONS: Mapping[str, str] = {
    "subtasks": "subtask",
    "regimes": "regime",
    "families": "family",
    "modes": "mode",
    "frameworks": "framework",
}


@dataclass(frozen=True)
class BackEnd:
    """routes: what it serves and which template makes which file; settings: values a program needs besides the plan's.

    Both are as in backends/<id>/*.toml; CONTRIBUTING.md describes their keys.
    """

    id: str
    routes: Mapping[str, Any]
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The library as its users spell it."""
        return str(self.routes["name"])

    @property
    def folder(self) -> Path:
        """Where its templates and samples lie."""
        return FOLDER / "backends" / self.id

    @property
    def layouts(self) -> Mapping[str, Mapping[str, Any]]:
        """Data layout -> what is served in it and how."""
        layouts: Mapping[str, Mapping[str, Any]] = self.routes["layouts"]
        return layouts


@cache
def back_end(name: str) -> BackEnd:
    """The back end in backends/`name`/."""
    return BackEnd(name, table(f"backends/{name}/routes.toml"), table(f"backends/{name}/settings.toml"))


def back_ends() -> tuple[BackEnd, ...]:
    """All back ends, in the order of backends.toml."""
    return tuple(back_end(name) for name in dict.fromkeys(row["backend"] for row in table("backends.toml")["row"]))


def serving(facts: Mapping[str, str]) -> Iterator[tuple[BackEnd, str]]:
    """The back ends with the data layout that serve these facts, the preferred first.

    facts: subtask, regime, family, mode and framework, each "" when unknown.
    """
    for row in table("backends.toml")["row"]:
        if holds(row, facts):
            chosen = back_end(row["backend"])
            for layout, conditions in chosen.layouts.items():
                if holds(conditions, facts):
                    yield chosen, layout


def holds(conditions: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Whether each condition given ("families" and the like: one pattern must fit; "not_families": none may) holds."""
    for plural, singular in _CONDITIONS.items():
        fact = facts[singular]
        if plural in conditions and not _fits(fact, conditions[plural]):
            return False
        if _fits(fact, conditions.get(f"not_{plural}", ())):
            return False
    return True


def _fits(fact: str, patterns: list[str] | tuple[str, ...]) -> bool:
    return any(fnmatchcase(fact, pattern) for pattern in patterns)
