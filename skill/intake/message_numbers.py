"""Quantities of a message to the fields of the task they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from deep_learning_expert.skill.intake.clauses import Clause, Span, smallest
from deep_learning_expert.skill.intake.fields import said
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.quantities import Expect, Quantity, read_quantities

ISSUES = "existingSetup.trainingIssues"
_SIZE, _COMPUTE, _LATENCY = "data.size", "constraints.computeResources", "constraints.latencyRequirement"
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
_HOUR_S = 3_600
_YEAR_S = 300 * 86_400  # spans this long are of the data, not of the work
_WORLDS = ("isaac", "mujoco", "gym", "gymnasium", "atari", "policy")
_BACK = 14  # characters before a quantity in which it may be taken back


@dataclass(frozen=True)
class Placed:
    """A quantity and where it belongs ("": nowhere). key: which of the things that the field can hold."""

    quantity: Quantity
    path: str
    key: str
    clause: Clause


@dataclass(frozen=True)
class Located:
    """A field, the thing in it, and the place in the message that states it."""

    path: str
    key: str
    span: Span


def locate(message: str, parts: list[Clause]) -> Iterator[Located]:
    """The stated quantities of the clauses, each with the smallest place that says it."""
    placed = list(_placed(message, parts))
    for item in placed:
        if not item.path:
            continue  # belongs nowhere, but must not slip into a neighbour's words
        others = [other.quantity for other in placed if other.clause is item.clause and other.path != item.path]
        span = smallest(message, item.quantity, others, item.clause, _EXPECT.get(item.path))
        yield Located(item.path, item.key, (item.clause.start, item.clause.end) if item.path == ISSUES else span)


def _placed(message: str, parts: list[Clause]) -> Iterator[Placed]:
    if not parts:
        return
    begin, end = parts[0].start, parts[-1].end
    learns_by_trial = said(fold(message[begin:end]), word_lists("message_words", "types")["RL"] + _WORLDS)
    for found in read_quantities(message[begin:end]).quantities:
        start, stop = found.span[0] + begin, found.span[1] + begin
        clause = next((part for part in parts if part.start <= start < part.end), None)
        if clause is None or _taken_back(message, start):
            continue
        quantity = Quantity(**{**found.__dict__, "span": (start, stop)})
        place = _PLACES.get(quantity.kind)
        target = place(quantity, clause) if place else None
        if target is None and quantity.unit in ("steps", "episodes") and learns_by_trial:
            target = _SIZE, "samples"
        yield Placed(quantity, *(target or ("", "")), clause)


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
    return (_BUDGET, "time") if item.value < _YEAR_S and says(clause, "deadline") else None


def _target(item: Quantity, clause: Clause) -> _Place:
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
    if item.direction.startswith("<") and says(clause, "memory_limit"):
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
