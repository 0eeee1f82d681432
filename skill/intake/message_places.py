"""Where a quantity of a message belongs by its kind and the words of its clause: one small rule for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deep_learning_expert.skill.intake.clauses import Clause
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.vocabulary_files import word_lists
from deep_learning_expert.tools.quantities import Quantity

ISSUES, SIZE = "existingSetup.trainingIssues", "data.size"
COMPUTE, LATENCY = "constraints.computeResources", "constraints.latencyRequirement"
TARGET, LIMIT, BUDGET = "constraints.accuracyTarget", "constraints.modelSizeLimit", "constraints.budget"
HOUR_S, _DAY_S = 3_600, 86_400
_YEAR_S = 300 * 86_400  # spans this long are of the data, not of the work
_MOST_CAMERAS, _FEW_ALARMS = 100, 10
_RARE_PERCENT = 20.0  # facts.toml's imbalanced_percent
_WITHIN = ("second", "minute", "hour", "day", "month")


def says(clause: Clause, sign: str) -> bool:
    """Whether the clause holds words of message_words.toml's [signs]."""
    return said(clause.folded, word_lists("message_words", "signs")[sign])


def table_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """A table of message_words.toml."""
    return word_lists("message_words", name)


_Place = tuple[str, str] | None


def _count(item: Quantity, clause: Clause) -> _Place:
    steps = item.unit in ("steps", "episodes") and said(clause.folded, table_of("in_an_environment")["words"])
    if item.unit in table_of("not_data")["units"] and not steps:
        return None
    if item.value == 1 and "一" in item.words:
        return None  # "一帧", "下一个": no count
    if says(clause, "alarms") and (item.direction.startswith("<") or item.value < _FEW_ALARMS):
        return None
    if item.unit == "time_steps" and says(clause, "now"):
        return None  # points of a metric
    if item.unit in ("words", "characters") and says(clause, "each_has"):
        return None  # the length of one of them
    if item.unit == "subjects" and says(clause, "who_labels"):
        return None
    if item.unit == "hours" and says(clause, "wall_clock_only"):
        return None  # "for the next 8 h"
    if says(clause, "cameras_are") and item.unit in ("stations", "videos", "sensors") and item.value <= _MOST_CAMERAS:
        return None  # where the data come from, not how many there are
    if item.conditions.get("per") in _WITHIN and item.direction.startswith("<"):
        return None  # "false alarms below 1 a day"
    if item.unit == "machines" and says(clause, "cluster"):
        return None
    if item.unit in ("classes", "labels"):
        return SIZE, "classes"
    if "per" in item.conditions:
        return SIZE, f"per {item.conditions['per']}"
    subset = item.conditions.get("subset", "")
    return SIZE, f"samples {subset}" if subset in ("positive", "negative", "unlabelled", "validation", "test") else (
        item.unit if item.unit in ("tokens", "hours", "users", "patients", "speakers", "subjects") else "samples"
    )


def _device(item: Quantity, clause: Clause) -> _Place:
    if item.unit == "phone" and says(clause, "taken_with"):
        return None
    return COMPUTE, item.conditions.get("role") or "train"


def _latency(item: Quantity, clause: Clause) -> _Place:
    return (ISSUES, clause.folded) if says(clause, "now") else (LATENCY, "latency")


def _duration(item: Quantity, clause: Clause) -> _Place:
    if "per" not in item.conditions and item.value >= HOUR_S and says(clause, "recording"):
        return SIZE, "hours"
    if "per" in item.conditions or says(clause, "wall_clock"):
        return None
    alone = len(clause.text) <= len(item.words) + 2 and item.value >= _DAY_S  # "2x RTX 4090, one month"
    return (BUDGET, "time") if item.value < _YEAR_S and (alone or says(clause, "deadline")) else None


_ONLY = ("only ", "only at ", "才", "仅", "只有", "才到")


def _target(item: Quantity, clause: Clause) -> _Place:
    before = clause.text[: max(item.span[0] - clause.start, 0)].lower()
    if before.endswith(_ONLY):
        return ISSUES, clause.folded  # "mAP50 is only 0.41"
    observed = says(clause, "split_metric") and (not item.direction or "direction" in item.conditions)
    if observed or says(clause, "now"):
        return ISSUES, clause.folded
    return TARGET, item.name or "accuracy"


def _size(item: Quantity, clause: Clause) -> _Place:
    if says(clause, "corpus") and not item.direction:
        return SIZE, "bytes"
    if not item.direction and says(clause, "gpu_memory"):
        return COMPUTE, "memory"
    return (LIMIT, "size") if item.direction.startswith("<") or says(clause, "model") else None


def _memory(item: Quantity, clause: Clause) -> _Place:
    if item.direction.startswith("<") and says(clause, "memory_limit") and says(clause, "working_memory"):
        return LATENCY, "memory"
    return COMPUTE, "memory"


def _share(item: Quantity, clause: Clause) -> _Place:
    of = item.conditions.get("of", "")
    if of == "label_noise":
        return "data.quality", "label noise"
    if of == "change":
        return None
    if of in table_of("not_data")["splits"]:
        return (ISSUES, clause.folded) if says(clause, "now") or says(clause, "split_metric") else None
    if of in ("labelled", "unlabelled") or said(clause.folded, word_lists("message_words", "topics")["label"]):
        return "data.labelAvailability", "labels"
    rare = item.value < _RARE_PERCENT and says(clause, "rare_share")
    return ("data.distribution", of) if of or says(clause, "only") or rare else None


def _ratio(item: Quantity, clause: Clause) -> _Place:
    return "data.distribution", "ratio"


def _setting(item: Quantity, clause: Clause) -> _Place:
    return ISSUES, item.name


def _money(item: Quantity, clause: Clause) -> _Place:
    return BUDGET, "money"


def _gpu_hours(item: Quantity, clause: Clause) -> _Place:
    return BUDGET, "gpu hours"


def _rate(item: Quantity, clause: Clause) -> _Place:
    return (ISSUES, clause.folded) if says(clause, "now") else (LATENCY, "rate")


def _frequency(item: Quantity, clause: Clause) -> _Place:
    return (LATENCY, "frequency") if says(clause, "loop") else None


def _parameters(item: Quantity, clause: Clause) -> _Place:
    return (LIMIT, "parameters") if item.direction.startswith("<") else None


def _length(item: Quantity, clause: Clause) -> _Place:
    return SIZE, "length"


def _resolution(item: Quantity, clause: Clause) -> _Place:
    return SIZE, "resolution"


PLACES: Mapping[str, Callable[[Quantity, Clause], _Place]] = {
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
