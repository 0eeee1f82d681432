"""Own messages with the tasks they state, and how a draft is compared with one: fact by fact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.fields import Field
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.quantities import Expect, Quantity, read_quantities

_HERE = Path(__file__).resolve().parent
# Which quantities a field may state, and how it is read.
_READ: Mapping[str, tuple[Expect, tuple[str, ...]]] = {
    "data.size": ("count", ("count",)),
    "constraints.computeResources": ("device", ("device",)),
    "constraints.latencyRequirement": ("latency", ("latency", "rate", "frequency")),
    "constraints.accuracyTarget": ("target", ("target",)),
    "constraints.modelSizeLimit": ("size", ("size", "parameters")),
    "constraints.budget": ("money", ("money", "duration")),
}
_WORDED = {
    "data.labelAvailability": "labels",
    "data.distribution": "distribution",
    "existingSetup.framework": "framework",
}
_LISTED = {"challenges": "challenges", "existingSetup.trainingIssues": "issues"}
_FLAGS = {
    "pretrained_forbidden": "no_pretrained",
    "commercial": "commercial",
    "latency_unlimited": "unlimited",
    "simulator": "simulator",
}
_RARE = 20.0  # per cent; facts.toml's imbalanced_percent
Fact = tuple[str, ...]  # field, then what it states


@dataclass(frozen=True)
class Case:
    """turns: the messages in order; facts: what they state in the end; type None: no task is named."""

    id: str
    lang: str
    turns: tuple[str, ...]
    type: str | None
    domain: str | None
    facts: Mapping[str, tuple[str, ...]]


def cases(name: str) -> tuple[Case, ...]:
    """The messages of `<name>.jsonl` ("development", "held_out")."""
    rows = [json.loads(line) for line in (_HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line]
    return tuple(
        Case(
            row["id"],
            row["lang"],
            tuple(row["turns"]),
            row["type"],
            row["domain"],
            {field: tuple(values) for field, values in row["facts"].items()},
        )
        for row in rows
    )


def expected(case: Case) -> set[Fact]:
    """The facts of a case."""
    found: set[Fact] = set()
    if case.type and case.domain:
        found |= {("task.type", case.type), ("task.domain", case.domain), ("task.specificTask", "said")}
    for field, values in case.facts.items():
        for value in values:
            found |= _facts_of_gold(field, value)
    return found


def gold_task(case: Case, specific: str | None) -> Task | None:
    """The task that the facts of a case make; specific: its own words, which the facts do not hold."""
    if not case.type or not case.domain:
        return None
    task: dict[str, dict[str, object]] = {"task": {"type": case.type, "domain": case.domain}, "data": {}}
    task["constraints"] = {}
    if specific:
        task["task"]["specificTask"] = specific
    for field, values in case.facts.items():
        part, _, name = field.partition(".")
        if part in ("data", "constraints"):
            task[part][name] = "; ".join(values)
    return Task.model_validate({**task, "challenges": list(case.facts.get("challenges", ())) or None})


def _facts_of_gold(field: str, value: str) -> set[Fact]:
    if value in _FLAGS.values():
        return {(field, value)}
    if field in _READ:
        return set(_quantities(field, value))
    if field == "existingSetup.baseModel":
        return {(field, fold(value))}
    return {(field, value)}


def stated(draft: TaskDraft) -> set[Fact]:
    """The facts of a draft, in the same form."""
    found: set[Fact] = set()
    for path in dict.fromkeys(fact.path for fact in draft.facts):
        text = draft.text(path) or ""
        if path in ("task.type", "task.domain"):
            found.add((path, text))
        elif path in ("task.specificTask", "data.quality"):
            found.add((path, "said" if path.startswith("task") else "yes"))
        elif path in _READ:
            found |= set(_quantities(path, text)) | set(_flags(path, text))
        elif path in _WORDED:
            found |= set(_worded(path, text))
        elif path in _LISTED:
            texts = [fact.text for fact in draft.facts if fact.path == path]
            keys = set(_keys(_LISTED[path], texts))
            if "reward-stuck" in keys:
                keys.discard("not-learning")  # as the intake reads a task: the narrower of the two
            found |= {(path, key) for key in keys}
        elif path == "existingSetup.baseModel":
            found.add((path, fold(text)))
    return found


def _quantities(field: str, text: str) -> Iterable[Fact]:
    expect, kinds = _READ[field]
    items = [item for item in read_quantities(text, expect).quantities if item.kind in kinds]
    named = any(item.name for item in items)
    for item in items:
        if item.kind != "device" or item.name or not named:  # "a phone with Snapdragon 8": one device
            yield (field, *_told(item))


def _told(item: Quantity) -> Fact:
    """What counts of a quantity: kind, number, and the condition that people state most."""
    value = f"{item.value:.4g}"
    if item.kind == "count":
        per = item.conditions.get("per", "")
        return "count", value, f"per {per}" if per else "classes" if item.unit == "classes" else "things"
    if item.kind == "device":
        return "device", value if item.conditions.get("count") == "stated" else "1", item.name or item.unit
    if item.kind == "latency":
        return "latency", value, item.conditions.get("percentile", "")
    if item.kind == "target":
        return "target", value, item.name
    return item.kind, value


_FLAG_FIELDS = {
    "pretrained_forbidden": "constraints.budget",
    "commercial": "constraints.budget",
    "latency_unlimited": "constraints.latencyRequirement",
    "simulator": "data.size",
}


def _flags(field: str, text: str) -> Iterable[Fact]:
    read = Field(field, text)
    for flag, name in _FLAGS.items():
        counted = flag == "simulator" and read.reading.of("count")
        if _FLAG_FIELDS[flag] == field and read.says("flags", flag) and not counted:
            yield field, name


def _worded(path: str, text: str) -> Iterable[Fact]:
    field = Field(path, text)
    meaning = field.first(_WORDED[path])
    shares = [item.value for item in field.reading.of("share")]
    if path == "data.labelAvailability" and any(share < 100 for share in shares):
        meaning = "partial"
    if path == "data.distribution" and meaning is None and any(share <= _RARE for share in shares):
        meaning = "imbalanced"
    yield path, (meaning or "?").removesuffix("-too")


def _keys(table: str, texts: list[str]) -> Iterable[str]:
    for key in word_lists("facts", table):
        if any(Field(table, text).says(table, key) for text in texts):
            yield key
