"""What is said when the user builds on a model that cannot be the candidate: unknown here, or without open weights."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.architecture.stated import Stated
from deep_learning_expert.tools.wording import Remark, say


def unmatched_base(situation: Situation, stated: Stated | None, winner: Candidate) -> list[Remark]:
    """One warning at most: nothing the user fixed is replaced in silence."""
    base = situation.needs.setup.base_model.strip()
    closed = _closed_name(base, situation.needs.words)
    if closed:
        return [say("architecture.warning.closed_weights", model=closed, other=winner.name)]
    known = stated is not None and (not stated.by_size or stated.words == base)
    if not base or known or base.casefold() in _table()["no_model"]:
        return []
    return [say("architecture.warning.unknown_base", model=base, other=winner.name)]


@cache
def _table() -> Mapping[str, Any]:
    """unmatched.toml (lists of words)."""
    return tomllib.loads(Path(__file__).with_name("unmatched.toml").read_text(encoding="utf-8"))


def _closed_name(base: str, words: str) -> str:
    """A model of which only a service exists: in the set-up anywhere, in the task only where it is to be trained."""
    found = _closed().search(base) or _closed_to_train().search(words)
    return found.group("name") if found else ""


@cache
def _closed() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in _table()["closed_models"])
    return re.compile(rf"(?<![A-Za-z0-9])(?P<name>(?:{names})(?![A-Za-z0-9])[\w.\-]*)", re.IGNORECASE)


@cache
def _closed_to_train() -> re.Pattern[str]:
    verbs = "|".join(re.escape(verb) for verb in _table()["training_words"])
    return re.compile(rf"(?:{verbs})\s*(?:our |the |a )?{_closed().pattern}", re.IGNORECASE)
