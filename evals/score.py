"""Shares with their uncertainty: by suite, by language, by what was checked, by what is protected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from deep_learning_expert.evals.check import Kind
from deep_learning_expert.evals.conversation import TAGS
from deep_learning_expert.evals.runner import Result

_Z95 = 1.959964  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True)
class Tally:
    """passed of total; known: how many of the others are known defects."""

    name: str
    passed: int
    total: int
    known: int = 0

    @property
    def share(self) -> float:
        """Between zero and one."""
        return self.passed / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share."""
        return wilson(self.passed, self.total)


def wilson(passed: int, total: int) -> tuple[float, float]:
    """Wilson score interval, 95 %, of a share; (0, 1) for nothing tried."""
    if total == 0:
        return 0.0, 1.0
    share, weight = passed / total, _Z95**2 / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z95 / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def by_suite(results: Sequence[Result]) -> list[Tally]:
    """Conversations of each suite."""
    return [_conversations(name, (item for item in results if item.suite == name)) for name in _suites(results)]


def by_language(results: Sequence[Result]) -> list[Tally]:
    """Conversations of each language."""
    found = dict.fromkeys(item.conversation.language for item in results)
    return [_conversations(name, (item for item in results if item.conversation.language == name)) for name in found]


def by_tag(results: Sequence[Result]) -> list[Tally]:
    """Conversations of each rule, loop, failure case and other thing protected; nothing where there is none."""
    groups = ((tag, [item for item in results if tag in item.conversation.tests]) for tag in TAGS)
    return [_conversations(tag, items) for tag, items in groups if items]


def by_kind(results: Sequence[Result]) -> list[Tally]:
    """Single checks of each kind."""
    groups = (
        (kind, [check for item in results for check in item.checks if check.kind == kind]) for kind in get_args(Kind)
    )
    return [Tally(kind, sum(check.passed for check in checks), len(checks)) for kind, checks in groups if checks]


def total(results: Sequence[Result]) -> Tally:
    """All conversations."""
    return _conversations("", results)


def _suites(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(item.suite for item in results))


def _conversations(name: str, results: Iterable[Result]) -> Tally:
    items = list(results)
    verdicts = [item.verdict for item in items]
    return Tally(name, verdicts.count("passed"), len(items), verdicts.count("known_defect"))
