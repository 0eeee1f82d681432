"""How a trained model is served: formats, batching and caching by device and kind of model (rules.toml)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.compression.family import is_language_model
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.requirements import DeviceNeed, Requirements
from deep_learning_expert.tools.wording import Remark, say

# Ways of batching that wait for more requests, so that the waiting time must be bounded.
_WAITING = ("dynamic", "queue", "graphs")


@dataclass(frozen=True)
class Deployment:
    """formats: for inference, best first; batching and caching: None where they have no place."""

    formats: tuple[str, ...]
    batching: Remark | None = None
    caching: Remark | None = None
    notes: tuple[Remark, ...] = ()


@cache
def _rules() -> dict[str, Any]:
    """rules.toml (lists of tables of strings and lists of strings)."""
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def choose_deployment(needs: Requirements, candidate: Candidate) -> Deployment:
    """Formats, batching and caching for the device the user deploys on."""
    rule = next(rule for rule in _rules()["rule"] if _holds(rule, needs, candidate))
    batching = rule.get("batching")
    caching = rule.get("caching") or _cache_for(needs)
    return Deployment(
        formats=tuple(rule["formats"]),
        batching=_batching(batching, needs) if batching else None,
        caching=say(f"deployment.caching.{caching}") if caching else None,
        notes=tuple(say(f"deployment.note.{note}") for note in rule.get("notes", ())),
    )


def _holds(rule: dict[str, Any], needs: Requirements, candidate: Candidate) -> bool:
    device = needs.deploy_on or _only_machine(needs)
    facts = {
        "devices": device.kind if device else "",
        "classes": candidate.architecture_class,
        "families": candidate.family,
        "types": needs.task_type,
        "domains": needs.domain,
    }
    if any(fact not in rule[key] for key, fact in facts.items() if key in rule):
        return False
    words = f"{device.name or ''} {device.words}".lower() if device else ""
    if "named" in rule and not any(_begins_word(name, words) for name in rule["named"]):
        return False
    return "language_model" not in rule or is_language_model(needs, candidate)


def _only_machine(needs: Requirements) -> DeviceNeed | None:
    """Who trains on a CPU or a Jetson and names no other machine runs the model there too."""
    machine = needs.train_on
    return machine if machine is not None and machine.kind in ("cpu", "jetson") else None


def _begins_word(name: str, words: str) -> bool:
    """Whether a name stands at the beginning of a word: "arm" is not in "farm", "rk" is in "rk3588"."""
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}", words) is not None


def _cache_for(needs: Requirements) -> str | None:
    rows = (row["caching"] for row in _rules()["cache"] if needs.subtask in row["subtasks"])
    return next(rows, None)


def _batching(name: str, needs: Requirements) -> Remark:
    """Serving one at a time when the user's own latency is per single request; else with a bounded wait."""
    latency = needs.limits.latency
    if name not in _WAITING or latency is None:
        return say(f"deployment.batching.{name}")
    return say(f"deployment.batching.{name}_within", wait=_longest_wait(latency))


def _longest_wait(latency: Figure) -> Figure:
    table = _rules()["batching"]
    return computed("batching_wait", latency.value * table["waiting_share"], latency.unit, table["waiting_source"])
