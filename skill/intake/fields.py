"""The free-text fields of a task, each read once: its place, its folded words and the quantities in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import Expect, Reading, read_quantities


@dataclass(frozen=True)
class Field:
    """path: JSON path in the task ("data.size"); text: as written, "" when absent; expect: what it should hold."""

    path: str
    text: str
    expect: Expect | None = None

    @cached_property
    def folded(self) -> str:
        """The words, as `matching.occurs` wants them."""
        return fold(self.text)

    @cached_property
    def reading(self) -> Reading:
        """The quantities in the text."""
        return read_quantities(self.text, self.expect)

    def says(self, table: str, key: str) -> bool:
        """Whether the words of facts.toml's [table] key are said and not negated."""
        return bool(self.text) and said(self.folded, word_lists("facts", table)[key])

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """The folded words between commas, semicolons and full stops."""
        return tuple(part.strip() for part in _clause_ends().split(self.folded) if part.strip())

    def says_in_a_clause(self, table: str, key: str) -> bool:
        """As `says`, within one clause: who is meant stands beside the word."""
        terms = word_lists("facts", table)[key]
        return any(said(clause, terms) for clause in self.clauses)

    def clause_at(self, start: int, end: int) -> str:
        """The clause, as written, around a place in the text."""
        before = max((found.end() for found in _clause_ends().finditer(self.text, 0, start)), default=0)
        after = _clause_ends().search(self.text, end)
        return self.text[before : after.start() if after else len(self.text)].strip()

    def first(self, table: str) -> str | None:
        """The first meaning of facts.toml's [table] whose words are said."""
        if not self.text:
            return None
        return next((key for key, terms in word_lists("facts", table).items() if said(self.folded, terms)), None)

    def is_bare(self) -> bool:
        """Whether the whole text is an answer like "none"."""
        return self.folded in vocabulary("facts")["bare"]["nothing"]


@dataclass(frozen=True)
class Fields:
    """All fields of one task."""

    specific: Field
    size: Field
    quality: Field
    distribution: Field
    labels: Field
    compute: Field
    latency: Field
    accuracy: Field
    model_size: Field
    budget: Field
    framework: Field
    base_model: Field
    issues: tuple[Field, ...]
    challenges: tuple[Field, ...]

    def named(self, name: str) -> Field:
        """A field by its attribute name."""
        found = getattr(self, name)
        assert isinstance(found, Field)  # names come from our own tables
        return found

    def all_text(self) -> Iterable[Field]:
        """Every field but the specific task."""
        return (
            self.size, self.quality, self.distribution, self.labels, self.compute, self.latency, self.accuracy,
            self.model_size, self.budget, self.framework, self.base_model, *self.issues, *self.challenges,
        )  # fmt: skip


def fields_of(task: Task) -> Fields:
    """The fields of a task; absent ones are empty."""
    data, limits, setup = task.data, task.constraints, task.existing_setup
    issues = (setup.training_issues if setup else None) or []
    return Fields(
        specific=Field("task.specificTask", task.task.specific_task or ""),
        size=Field("data.size", data.size or "", "count"),
        quality=Field("data.quality", data.quality or ""),
        distribution=Field("data.distribution", data.distribution or "", "share"),
        labels=Field("data.labelAvailability", data.label_availability or ""),
        compute=Field("constraints.computeResources", limits.compute_resources or "", "device"),
        latency=Field("constraints.latencyRequirement", limits.latency_requirement or "", "latency"),
        accuracy=Field("constraints.accuracyTarget", limits.accuracy_target or "", "target"),
        model_size=Field("constraints.modelSizeLimit", limits.model_size_limit or "", "size"),
        budget=Field("constraints.budget", limits.budget or "", "money"),
        framework=Field("existingSetup.framework", (setup.framework if setup else None) or ""),
        base_model=Field("existingSetup.baseModel", (setup.base_model if setup else None) or ""),
        issues=tuple(Field(f"existingSetup.trainingIssues.{n}", words) for n, words in enumerate(issues)),
        challenges=tuple(Field(f"challenges.{n}", words) for n, words in enumerate(task.challenges or [])),
    )


@cache
def _clause_ends() -> re.Pattern[str]:
    return re.compile(r"[;；。，、()（）\n]| \+ |[,.](?=\s|$)|(?<!\d),|,(?!\d)")


def threshold(name: str) -> float:
    """A limit of facts.toml's [thresholds]."""
    table: Mapping[str, float] = vocabulary("facts")["thresholds"]
    return table[name]
