"""Quantities of a message to the fields of the task they belong to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from deep_learning_expert.skill.intake.clauses import Clause, Prose, Span, reads_alike, smallest
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.message_counts import counts_classes, counts_data, is_of_each
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import Expect, Quantity

ISSUES = "existingSetup.trainingIssues"
SIZE = _SIZE = "data.size"
_COMPUTE, _LATENCY = "constraints.computeResources", "constraints.latencyRequirement"
_TARGET, _LIMIT, _BUDGET = "constraints.accuracyTarget", "constraints.modelSizeLimit", "constraints.budget"
_EXPECT: Mapping[str, Expect] = {
    _SIZE: "count",
    "data.distribution": "share",
    _COMPUTE: "device",
    _LATENCY: "latency",
    _TARGET: "target",
    _LIMIT: "size",
    _BUDGET: "money",
}
_HOUR_S, _DAY_S = 3_600, 86_400
_YEAR_S = 300 * 86_400  # spans this long are of the data, not of the work
_LENGTHS = ("tokens", "words", "characters")  # told of each sample, not of each class
_WORLDS = ("isaac", "mujoco", "gym", "gymnasium", "atari", "policy")
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
    placed = list(_placed(prose))
    beside: dict[int, list[Placed]] = {}
    for item in placed:
        beside.setdefault(item.clause.start, []).append(item)
    for item in placed:
        if not item.path:
            continue  # belongs nowhere, but must not slip into a neighbour's words
        if item.words:
            yield Located(item.path, item.key, item.quantity.span, item.words)
        elif item.path == _COMPUTE and _only_runs(item.quantity):
            mark = "（部署）" if any("\u4e00" <= char <= "\u9fff" for char in item.clause.text) else " for inference"
            yield Located(item.path, "deploy", item.quantity.span, f"{item.quantity.words}{mark}")
        elif item.path == _COMPUTE and _stands_alone(item.quantity):
            yield Located(item.path, item.key, item.quantity.span)
        elif item.path == ISSUES:
            yield Located(item.path, item.key, (item.clause.start, item.clause.end))
        else:
            others = [other.quantity for other in beside[item.clause.start] if other.path != item.path]
            span = smallest(prose.text, item.quantity, others, item.clause, _EXPECT.get(item.path))
            yield Located(item.path, item.key, span)


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
        place = _PLACES.get(quantity.kind)
        target = place(quantity, clause) if place else None
        if target is None and quantity.unit in ("steps", "episodes") and _learns_by_trial(prose):
            target = _SIZE, "samples"
        yield Placed(quantity, *(target or ("", "")), clause)


def _learns_by_trial(prose: Prose) -> bool:
    return any(said(part.folded, _table("types")["RL"]) or said(part.folded, _WORLDS) for part in prose.parts)


def _by_company(item: Quantity, prose: Prose, clause: Clause) -> tuple[str, str, str] | None:
    """(path, key, words) of a quantity whose meaning the rest of the message gives; path "" when it belongs nowhere."""
    if item.kind == "count" and item.unit == "classes" and counts_data(item, prose, clause):
        return _SIZE, "samples", f"{item.value:.0f} samples"
    if item.kind == "count" and item.unit not in ("classes", "labels"):
        if _is_progress(item, prose.text) or _is_shape(item, prose.text):
            return "", "", " "
        if "per" not in item.conditions and item.unit not in _LENGTHS and is_of_each(item, prose, clause):
            return _SIZE, "per class", f"{item.words} per class"
        if "per" not in item.conditions and counts_classes(item, prose, clause):
            return _SIZE, "classes", f"{item.value:.0f} classes"
    if item.kind == "device" and item.unit == "cpu":
        card = _laptop_card().match(prose.text, item.span[1])
        if card:
            return _COMPUTE, "train", f"one GPU (RTX {card.group(1)})"
    if item.kind == "duration" and _is_recorded(item, prose, clause):
        return _SIZE, "hours", f"{item.value / _HOUR_S:g} hours of recordings"
    if item.kind == "memory" and item.direction.startswith("<") and not says(clause, "working_memory"):
        return _LIMIT, "size", f"{item.direction} {item.words}"  # "Cortex-M7, under 256 KB": what has to fit there
    if item.kind == "share" and not item.conditions.get("of") and says(clause, "wanted"):
        metric = next((one.name for one in prose.quantities if one.kind == "target" and one.name), "")
        if metric:
            return _TARGET, metric, f"{metric} {item.value:g}%"
    if item.kind == "share" and not item.conditions.get("of") and says(clause, "goal_words"):
        return _TARGET, "accuracy", f"{item.direction} {item.value:g}%".strip()
    return None


@cache
def _laptop_card() -> re.Pattern[str]:
    """The number of a graphics card right behind a laptop, also of one that the catalog lacks: 笔记本4050."""
    return re.compile(r"(?i)\s?(?:的|with (?:an? )?)?\s?(?:rtx|gtx)?\s?([2-5]0[5-9]0)(?![0-9])")


def _is_progress(item: Quantity, text: str) -> bool:
    """Whether a count says how far a training had come: "after 2M frames", 两百万帧之后."""
    before, behind = text[max(item.span[0] - 8, 0) : item.span[0]].lower(), text[item.span[1] : item.span[1] + 3]
    return before.endswith(("after ", "after about ", "跑了", "训了", "训练了")) or behind.startswith(
        ("之后", "以后", "后就", "后还", "后，", "后,")
    )


def _is_shape(item: Quantity, text: str) -> bool:
    """Whether the number is part of a word: 三维, 四足, 六轴."""
    behind = text[item.span[0] + 1 : item.span[0] + 4]
    return item.value < 20 and behind.startswith(tuple(_table("not_data")["shapes"]))


def _is_recorded(item: Quantity, prose: Prose, clause: Clause) -> bool:
    """Whether hours in a message about sound are of its recordings, not of the work: "18 h of Basque"."""
    if "per" in item.conditions or item.value < _HOUR_S:
        return False
    if says(clause, "deadline_only") or says(clause, "wall_clock_only"):
        return False
    return any(says(part, "sound_task") for part in prose.parts)


def _taken_back(message: str, start: int) -> bool:
    before = message[max(start - _BACK, 0) : start].lower()
    return before.endswith(word_lists("message_words", "before")["taken_back"])


def says(clause: Clause, sign: str) -> bool:
    """Whether the clause holds words of message_words.toml's [signs]."""
    return said(clause.folded, word_lists("message_words", "signs")[sign])


def _table(name: str) -> Mapping[str, tuple[str, ...]]:
    return word_lists("message_words", name)


_Place = tuple[str, str] | None


def _count(item: Quantity, clause: Clause) -> _Place:
    steps = item.unit in ("steps", "episodes") and said(clause.folded, _table("in_an_environment")["words"])
    if item.unit in _table("not_data")["units"] and not steps:
        return None
    if item.value == 1 and "一" in item.words:
        return None  # "一帧", "下一个": no count
    if item.unit == "machines" and says(clause, "cluster"):
        return None
    if item.unit in ("classes", "labels"):
        return _SIZE, "classes"
    if "per" in item.conditions:
        return _SIZE, f"per {item.conditions['per']}"
    subset = item.conditions.get("subset", "")
    return _SIZE, f"samples {subset}" if subset in ("positive", "negative", "unlabelled", "validation", "test") else (
        item.unit if item.unit in ("tokens", "hours", "users", "patients", "speakers", "subjects") else "samples"
    )


def _device(item: Quantity, clause: Clause) -> _Place:
    return _COMPUTE, item.conditions.get("role") or "train"


def _latency(item: Quantity, clause: Clause) -> _Place:
    return (ISSUES, clause.folded) if says(clause, "now") else (_LATENCY, "latency")


def _duration(item: Quantity, clause: Clause) -> _Place:
    if "per" not in item.conditions and item.value >= _HOUR_S and says(clause, "recording"):
        return _SIZE, "hours"
    if "per" in item.conditions or says(clause, "wall_clock"):
        return None
    alone = len(clause.text) <= len(item.words) + 2 and item.value >= _DAY_S  # "2x RTX 4090, one month"
    return (_BUDGET, "time") if item.value < _YEAR_S and (alone or says(clause, "deadline")) else None


_ONLY = ("only ", "only at ", "才", "仅", "只有", "才到")


def _target(item: Quantity, clause: Clause) -> _Place:
    before = clause.text[: max(item.span[0] - clause.start, 0)].lower()
    if before.endswith(_ONLY):
        return ISSUES, clause.folded  # "mAP50 is only 0.41"
    observed = says(clause, "split_metric") and (not item.direction or "direction" in item.conditions)
    if observed or says(clause, "now"):
        return ISSUES, clause.folded
    return _TARGET, item.name or "accuracy"


def _size(item: Quantity, clause: Clause) -> _Place:
    if says(clause, "corpus") and not item.direction:
        return _SIZE, "bytes"
    if not item.direction and says(clause, "gpu_memory"):
        return _COMPUTE, "memory"
    return (_LIMIT, "size") if item.direction.startswith("<") or says(clause, "model") else None


def _memory(item: Quantity, clause: Clause) -> _Place:
    if item.direction.startswith("<") and says(clause, "memory_limit") and says(clause, "working_memory"):
        return _LATENCY, "memory"
    return _COMPUTE, "memory"


def _share(item: Quantity, clause: Clause) -> _Place:
    of = item.conditions.get("of", "")
    if of == "label_noise":
        return "data.quality", "label noise"
    if of == "change":
        return None
    if of in _table("not_data")["splits"]:
        return (ISSUES, clause.folded) if says(clause, "now") or says(clause, "split_metric") else None
    if of in ("labelled", "unlabelled") or said(clause.folded, word_lists("message_words", "topics")["label"]):
        return "data.labelAvailability", "labels"
    return ("data.distribution", of) if of or says(clause, "only") else None


def _ratio(item: Quantity, clause: Clause) -> _Place:
    return "data.distribution", "ratio"


def _setting(item: Quantity, clause: Clause) -> _Place:
    return ISSUES, item.name


def _money(item: Quantity, clause: Clause) -> _Place:
    return _BUDGET, "money"


def _gpu_hours(item: Quantity, clause: Clause) -> _Place:
    return _BUDGET, "gpu hours"


def _rate(item: Quantity, clause: Clause) -> _Place:
    return (ISSUES, clause.folded) if says(clause, "now") else (_LATENCY, "rate")


def _frequency(item: Quantity, clause: Clause) -> _Place:
    return (_LATENCY, "frequency") if says(clause, "loop") else None


def _parameters(item: Quantity, clause: Clause) -> _Place:
    return (_LIMIT, "parameters") if item.direction.startswith("<") else None


def _length(item: Quantity, clause: Clause) -> _Place:
    return _SIZE, "length"


def _resolution(item: Quantity, clause: Clause) -> _Place:
    return _SIZE, "resolution"


_PLACES: Mapping[str, Callable[[Quantity, Clause], _Place]] = {
    "count": _count,
    "device": _device,
    "latency": _latency,
    "duration": _duration,
    "target": _target,
    "size": _size,
    "memory": _memory,
    "share": _share,
    "ratio": _ratio,
    "setting": _setting,
    "money": _money,
    "gpu_hours": _gpu_hours,
    "rate": _rate,
    "frequency": _frequency,
    "parameters": _parameters,
    "sequence_length": _length,
    "resolution": _resolution,
}
