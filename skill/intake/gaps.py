"""Which decisive facts are missing, ranked by how much they would move the plan (rules in `gaps.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.prompts.phrases import Language, exists, template
from deep_learning_expert.skill.contract.report import Question
from deep_learning_expert.tools.requirements import Requirements

MOST_QUESTIONS = 3


@dataclass(frozen=True)
class Gap:
    """A missing fact. id: row of gaps.toml; field: JSON path in the task; weight: how decisive."""

    id: str
    field: str
    weight: int


@cache
def rules() -> Mapping[str, Mapping[str, Any]]:
    """The rows of gaps.toml."""
    return tomllib.loads(Path(__file__).with_name("gaps.toml").read_text(encoding="utf-8"))


def missing_facts(needs: Requirements) -> tuple[Gap, ...]:
    """Gaps worth asking about, the most decisive first; empty when the plan can be made as it is."""
    rows = [(name, row) for name, row in rules().items() if name != "assume" and _is_missing(row, needs)]
    asking = any(not row.get("only_if_asking", False) for _, row in rows)
    gaps = [Gap(name, row["field"], row["weight"]) for name, row in rows] if asking else []
    return tuple(sorted(gaps, key=lambda gap: -gap.weight))


def _is_missing(row: Mapping[str, Any], needs: Requirements) -> bool:
    if needs.task_type not in row.get("types", (needs.task_type,)) or needs.subtask in row.get("not_subtasks", ()):
        return False
    return _MISSING[row["missing"]](needs)


def _no_data_size(needs: Requirements) -> bool:
    data = needs.data
    known = data.samples or data.tokens or data.hours or data.samples_per_class or data.groups
    return needs.task_type != "RL" and known is None


def _no_environment(needs: Requirements) -> bool:
    data = needs.data
    return needs.task_type == "RL" and not data.has_simulator and (data.samples or data.hours) is None


def _no_latency_on_device(needs: Requirements) -> bool:
    limits = needs.limits
    wanted = needs.has("real-time", "on-device") or needs.deploy_on is not None
    known = limits.latency or limits.throughput or limits.size or limits.memory or limits.latency_unlimited
    return bool(needs.has("real-time")) and wanted and not known and needs.deploy_on is None


_MISSING: Mapping[str, Callable[[Requirements], bool]] = {
    "no_data_size": _no_data_size,
    "no_environment": _no_environment,
    "no_compute": lambda needs: needs.train_on is None,
    "no_latency": lambda needs: needs.limits.latency is None and not needs.limits.latency_unlimited,
    "no_latency_on_device": _no_latency_on_device,
    "no_labels": lambda needs: needs.data.labels is None,
    "no_target": lambda needs: not needs.limits.targets,
}


def questions(gaps: tuple[Gap, ...], lang: Language) -> tuple[Question, ...]:
    """At most three questions, the most decisive first, each with why it matters and an example of an answer."""
    asked: dict[str, Question] = {}
    for gap in gaps:
        if gap.field not in asked and len(asked) < MOST_QUESTIONS:
            asked[gap.field] = _question(gap, lang)
    return tuple(asked.values())


def loop_question(name: str, lang: Language) -> Question:
    """The question a feedback loop ends in: "goal" (no gain after a new architecture) or "same_failure"."""
    return _question(Gap(name, _LOOP_FIELDS[name], 0), lang)


_LOOP_FIELDS = {"goal": "constraints.accuracyTarget", "same_failure": "existingSetup.trainingIssues"}


def _question(gap: Gap, lang: Language) -> Question:
    key = f"questions.{gap.id}"
    choices = template(lang, f"{key}.choices").split("|") if exists(f"{key}.choices") else []
    return Question(
        field=gap.field,
        text=template(lang, f"{key}.text"),
        why=template(lang, f"{key}.why"),
        example=template(lang, f"{key}.example"),
        choices=[*choices, template(lang, "questions.unknown")],
    )
