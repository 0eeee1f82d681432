"""Quantities of a message to the fields of the task they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from deep_learning_expert.skill.intake.clauses import Clause, Prose, Span, reads_alike, smallest
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.message_cards import unlisted_cards
from deep_learning_expert.skill.intake.message_counts import counts_classes, counts_data, is_of_each
from deep_learning_expert.skill.intake.message_places import (
    BUDGET,
    COMPUTE,
    HOUR_S,
    ISSUES,
    LATENCY,
    LIMIT,
    PLACES,
    SIZE,
    TARGET,
    says,
    table_of,
)
from deep_learning_expert.skill.intake.message_rates import is_cycle, is_date, is_frame_rate, told_rates
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import Expect, Quantity

_EXPECT: Mapping[str, Expect] = {
    SIZE: "count",
    "data.distribution": "share",
    COMPUTE: "device",
    LATENCY: "latency",
    TARGET: "target",
    LIMIT: "size",
    BUDGET: "money",
}
_LENGTHS = ("tokens", "words", "characters")  # told of each sample, not of each class
_UNTIL = ("til ", "till ", "until ", "around ", "by ", "at ", "at about ", "since ", "til ~", "until ~", "at ~", "到了")
_WORLDS = ("isaac", "mujoco", "gym", "gymnasium", "atari", "policy")
_CALENDAR = ("月", "周", "年", "天", "months", "month", "weeks", "week", "years", "year", "days", "day")  # not of sound
_LOOK = 3_000  # characters
_TODAY = ("才", "只有", "仅", "现在")
_NEXT_TO = 3  # characters between a span of time and its price
_LEAST_ACCURACY = 5.0  # per cent; nobody aims lower
_BACK = 14  # characters before a quantity in which it may be taken back


@dataclass(frozen=True)
class Placed:
    """A quantity and where it belongs ("": nowhere). key: which of the things that the field can hold; words: for the
    task, where those of the message do not say it alone."""

    quantity: Quantity
    path: str
    key: str
    clause: Clause
    words: str = ""


@dataclass(frozen=True)
class Located:
    """A field, the thing in it, the place in the message that states it, and words in their stead if they need it."""

    path: str
    key: str
    span: Span
    words: str = ""


def locate(prose: Prose) -> Iterator[Located]:
    """The stated quantities of the clauses, each with the smallest place that says it."""
    placed = list(_without_what_is_now(list(_placed(prose))))
    for span, words in unlisted_cards(prose):
        yield Located(COMPUTE, "train", span, words)
    for span, words in told_rates(prose):
        yield Located(LATENCY, "rate", span, words)
    beside: dict[int, list[Placed]] = {}
    for item in placed:
        beside.setdefault(item.clause.start, []).append(item)
    for item in placed:
        if not item.path:
            continue  # belongs nowhere, but must not slip into a neighbour's words
        if item.words:
            yield Located(item.path, item.key, item.quantity.span, item.words)
        elif item.path == COMPUTE and _only_runs(item.quantity):
            mark = "（部署）" if any("\u4e00" <= char <= "\u9fff" for char in item.clause.text) else " for inference"
            yield Located(item.path, "deploy", item.quantity.span, f"{item.quantity.words}{mark}")
        elif item.path == COMPUTE and _stands_alone(item.quantity):
            yield Located(item.path, item.key, item.quantity.span)
        elif item.path == ISSUES:
            yield Located(item.path, item.key, (item.clause.start, item.clause.end))
        else:
            others = [other.quantity for other in beside[item.clause.start] if other.path != item.path]
            span = smallest(prose.text, item.quantity, others, item.clause, _EXPECT.get(item.path))
            own = item.quantity.span
            if item.path == LATENCY and any(
                one.kind == "latency" and one.span != own and span[0] <= one.span[0] < span[1]
                for one in prose.quantities
            ):
                yield Located(item.path, item.key, own, f"latency {item.quantity.words}")
            else:
                yield Located(item.path, item.key, span)


def _without_what_is_now(placed: list[Placed]) -> Iterator[Placed]:
    """All but the size of today's model where a limit is told beside it: "it has 240 MB, 25 MB at most"."""
    for path in (LIMIT, LATENCY):
        wished = [item for item in placed if item.path == path and _is_wished(item)]
        if wished:
            placed = [item for item in placed if item.path != path or item in wished]
    yield from placed


def _is_wished(item: Placed) -> bool:
    return item.quantity.direction.startswith("<") or says(item.clause, "wanted")


def _only_runs(machine: Quantity) -> bool:
    """Whether a machine without a stated role is one that nobody trains on: a Raspberry Pi, a microcontroller."""
    prefixes = tuple(vocabulary("facts")["edge_processors"]["prefixes"])
    return machine.kind == "device" and "role" not in machine.conditions and machine.name.startswith(prefixes)


def _stands_alone(machine: Quantity) -> bool:
    """Whether a machine's own words say it all: no role, cores or absence told around them."""
    told = {"role", "cores", "without", "machines"} & set(machine.conditions)
    return machine.kind == "device" and not told and reads_alike(machine.words, machine, "device")


def _placed(prose: Prose) -> Iterator[Placed]:
    for quantity in prose.quantities:
        clause = prose.clause_at(quantity.span[0])
        if clause is None or _taken_back(prose.text, quantity.span[0]):
            continue
        by_company = _by_company(quantity, prose, clause)
        if by_company:
            yield Placed(quantity, by_company[0], by_company[1], clause, by_company[2])
            continue
        place = PLACES.get(quantity.kind)
        target = place(quantity, clause) if place else None
        if target is None and quantity.unit in ("steps", "episodes") and _learns_by_trial(prose):
            target = SIZE, "samples"
        yield Placed(quantity, *(target or ("", "")), clause)


def _learns_by_trial(prose: Prose) -> bool:
    return any(said(part.folded, table_of("types")["RL"]) or said(part.folded, _WORLDS) for part in prose.parts)


def _by_company(item: Quantity, prose: Prose, clause: Clause) -> tuple[str, str, str] | None:
    """(path, key, words) of a quantity whose meaning the rest of the message gives; path "" when it belongs nowhere."""
    if item.kind == "count" and item.unit == "classes" and counts_data(item, prose, clause):
        return SIZE, "samples", f"{item.value:.0f} samples"
    if is_date(item) or (item.kind == "device" and not item.name and says(clause, "idle")):
        return "", "", " "
    if item.kind == "duration" and any(
        other.kind == "money" and 0 <= other.span[0] - item.span[1] <= _NEXT_TO for other in prose.quantities
    ):
        return "", "", " "  # 一个月三千块: the money of each month
    if item.kind == "target" and item.name == "accuracy" and 0 < item.value < _LEAST_ACCURACY and "%" in item.words:
        return "", "", " "  # "to within 1 %"
    if is_cycle(item, clause):
        return LATENCY, "latency", f"{item.direction} {item.value * 1e3:g} ms".strip()
    if is_frame_rate(item, clause):
        if says(clause, "now") or any(word in clause.text for word in _TODAY):
            return ISSUES, clause.folded, clause.text
        return LATENCY, "rate", f"{item.value:g} fps"
    if item.kind == "count" and item.unit not in ("classes", "labels"):
        if says(clause, "subset_labelled") and _is_part(item, prose):
            return "data.labelAvailability", "labels", clause.text
        if _is_progress(item, prose.text) or _is_shape(item, prose.text):
            return "", "", " "
        if "per" not in item.conditions and item.unit not in _LENGTHS and is_of_each(item, prose, clause):
            return SIZE, "per class", f"{item.words} per class"
        if "per" not in item.conditions and counts_classes(item, prose, clause):
            return SIZE, "classes", f"{item.value:.0f} classes"
    if item.kind == "device" and item.unit == "cpu":
        card = _laptop_card().match(prose.text, item.span[1])
        if card:
            return COMPUTE, "train", f"one GPU (RTX {card.group(1)})"
    if item.kind == "target" and item.name == "return" and not said(fold(prose.text[:_LOOK]), table_of("types")["RL"]):
        return "", "", " "  # a score is a return only where somebody acts
    if item.kind == "duration" and _is_recorded(item, prose, clause):
        if says(clause, "subset_labelled") and _is_part(item, prose):
            return "data.labelAvailability", "labels", clause.text
        return SIZE, "hours", f"{item.value / HOUR_S:g} hours of recordings"
    if item.kind == "memory" and item.direction.startswith("<") and not says(clause, "working_memory"):
        return LIMIT, "size", f"{item.direction} {item.words}"  # "Cortex-M7, under 256 KB": what has to fit there
    if item.kind == "share" and not item.conditions.get("of") and says(clause, "wanted"):
        metric = next((one.name for one in prose.quantities if one.kind == "target" and one.name), "")
        if metric:
            return TARGET, metric, f"{metric} {item.value:g}%"
    if item.kind == "share" and not item.conditions.get("of") and says(clause, "goal_words"):
        return TARGET, "accuracy", f"{item.direction} {item.value:g}%".strip()
    return None


@cache
def _laptop_card() -> re.Pattern[str]:
    """The number of a graphics card right behind a laptop, also of one that the catalog lacks: 笔记本4050."""
    return re.compile(r"(?i)\s?(?:的|with (?:an? )?)?\s?(?:rtx|gtx)?\s?([2-5]0[5-9]0)(?![0-9])")


def _is_part(item: Quantity, prose: Prose) -> bool:
    """Whether a greater number of the things was told: 一共10万张，其中5千张标了."""
    return any(other.kind == item.kind and other.value > item.value for other in prose.quantities)


def _is_progress(item: Quantity, text: str) -> bool:
    """Whether a count says how far a training had come: "after 2M frames", 两百万帧之后."""
    before, behind = text[max(item.span[0] - 8, 0) : item.span[0]].lower(), text[item.span[1] : item.span[1] + 3]
    if item.unit in ("steps", "episodes") and before.endswith(_UNTIL):
        return True
    return before.endswith(("after ", "after about ", "跑了", "训了", "训练了")) or behind.startswith(
        ("之后", "以后", "后就", "后还", "后，", "后,")
    )


def _is_shape(item: Quantity, text: str) -> bool:
    """Whether the number is part of a word: 三维, 四足, 六轴."""
    behind = text[item.span[0] + 1 : item.span[0] + 4]
    return item.value < 20 and behind.startswith(tuple(table_of("not_data")["shapes"]))


def _is_recorded(item: Quantity, prose: Prose, clause: Clause) -> bool:
    """Whether hours in a message about sound are of its recordings, not of the work: "18 h of Basque"."""
    if "per" in item.conditions or item.value < HOUR_S or item.words.lower().endswith(_CALENDAR):
        return False
    if says(clause, "deadline_only") or says(clause, "wall_clock_only"):
        return False
    return any(says(part, "sound_task") for part in prose.parts)


def _taken_back(message: str, start: int) -> bool:
    before = message[max(start - _BACK, 0) : start].lower()
    return before.endswith(word_lists("message_words", "before")["taken_back"])


__all__ = ["ISSUES", "SIZE", "Located", "Placed", "locate", "says"]
