"""A question about the plan - its rate, its time, its code - answered with the plan's own sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.intake.matching import fold, occurs
from deep_learning_expert.skill.interfaces.chat_changes import label, pieces

_LONGEST = 240  # characters; a longer message is no question about one thing


def about_the_plan(message: str, report: Report) -> list[str]:
    """What the plan says on what a message asks about; empty when it asks about nothing that a plan holds."""
    if report.plan is None or len(message) > _LONGEST:
        return []
    asked = fold(message)
    if not _asks(asked):
        return []
    topics = [row for row in _topics().values() if any(occurs(asked, words) for words in row["words"])]
    places = dict.fromkeys(place for row in topics for place in row["at"])
    found = [line for place in places for line in _told(report, place)]
    if places and not found:
        missing = template(report.language, "chat.not_in_plan")
        return [missing.format(labels=", ".join(label(place, report.language) for place in places))]
    return found


def _asks(asked: str) -> bool:
    return any(occurs(asked, words) for words in _topics()["asks"]["words"])


@cache
def _topics() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("chat_topics.toml").read_text(encoding="utf-8"))


def _parts(value: Any, lang: Language) -> Iterator[str]:
    """The pieces of a value; of a likely issue also how it shows and what helps."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield " ".join(part for part in item.values() if isinstance(part, str))
        else:
            yield from pieces(item, lang)


def _told(report: Report, place: str) -> Iterator[str]:
    value: Any = report.plan
    for key in place.split("/")[1:]:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None or value == []:
        return
    parts = list(_parts(value, report.language))
    if len(parts) == 1:
        yield template(report.language, "chat.item").format(field=label(place, report.language), words=parts[0])
        return
    yield f"{label(place, report.language)}"
    yield from (f"  {part}" for part in parts)
