"""Which family of the published before/after rows stands for a model (rules in families.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.requirements import Requirements

LANGUAGE_MODEL = "llm"


@cache
def _rules() -> tuple[dict[str, str | list[str]], ...]:
    rules = tomllib.loads(Path(__file__).with_name("families.toml").read_text(encoding="utf-8"))["rule"]
    return tuple(rules)


def compression_family(needs: Requirements, candidate: Candidate) -> str | None:
    """The table's family ("cnn", "mobile_cnn", "vit", "llm" ...), or None where nothing published stands for it."""
    facts = {
        "families": candidate.family,
        "classes": candidate.architecture_class,
        "types": needs.task_type,
        "domains": needs.domain,
        "subtasks": needs.subtask,
    }
    for rule in _rules():
        if all(fact in rule[key] for key, fact in facts.items() if key in rule):
            use = str(rule["use"])
            return None if use == "none" else use
    return None


def is_language_model(needs: Requirements, candidate: Candidate) -> bool:
    """Whether it is a decoder-only language model, which is served and quantised in ways of its own."""
    return compression_family(needs, candidate) == LANGUAGE_MODEL or needs.subtask == "rl-language-model"
