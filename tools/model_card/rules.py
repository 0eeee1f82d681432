"""Which limits and ethical questions a task raises (rules.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.requirements import Requirements


@cache
def _rules() -> dict[str, list[dict[str, Any]]]:
    """rules.toml (strings, flags and lists of strings)."""
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def raised(topic: Literal["limitation", "ethics"], needs: Requirements, candidate: Candidate) -> tuple[str, ...]:
    """Phrase names of what must be said, in the order of the table, each once."""
    names = (rule["say"] for rule in _rules()[topic] if _holds(rule, needs, candidate))
    return tuple(dict.fromkeys(names))


def _holds(rule: dict[str, Any], needs: Requirements, candidate: Candidate) -> bool:
    facts = {
        "subtasks": needs.subtask,
        "domains": needs.domain,
        "types": needs.task_type,
        "modes": candidate.mode,
    }
    if any(fact not in rule[key] for key, fact in facts.items() if key in rule):
        return False
    words = needs.words.lower()
    if "words" in rule and not any(word in words for word in rule["words"]):
        return False
    if "challenges" in rule and not needs.has(*rule["challenges"]):
        return False
    if rule.get("grouped") and needs.data.groups is None and not needs.data.group_word:
        return False
    return not rule.get("simulator") or needs.data.has_simulator
