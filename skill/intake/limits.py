"""What must hold: latency, size, quality, money and time, from the fields that state them."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.intake.fields import Field, Fields
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.quantities import Quantity, as_figure
from deep_learning_expert.tools.requirements import Limits
from deep_learning_expert.tools.subtasks import subtasks

_PER_ITEM_RATES = ("frames/s", "images/s")
_FP32_BYTES, _BF16_BYTES = 4, 2
_LARGE_MODEL_PARAMS = 1e9  # at and above this, models are stored in 16 bits


def read_limits(fields: Fields, subtask: str) -> Limits:
    """Every limit the task states; subtask: names the metric of a target that names none."""
    throughput = _throughput(fields)
    latency = _latency(fields.latency) or _from_rate(throughput) or _from_frequency(fields.latency)
    return Limits(
        latency=latency,
        latency_unlimited=latency is None and throughput is None and _unlimited(fields.latency),
        throughput=throughput,
        targets=tuple(_targets(fields, subtask)),
        best_effort_target=fields.accuracy.says("flags", "best_effort_target"),
        size=_size(fields.model_size),
        money=_money(fields),
        training_time=_training_time(fields),
        memory=_memory(fields),
        pretrained_forbidden=_says(fields, "pretrained_forbidden"),
        commercial=_commercial(fields),
    )


def _says(fields: Fields, flag: str) -> bool:
    places = (fields.budget, fields.specific, fields.compute, fields.quality, fields.model_size, *fields.challenges)
    return any(field.says("flags", flag) for field in places)


def _positive(field: Field, *kinds: str) -> list[Quantity]:
    return [item for item in field.reading.quantities if item.kind in kinds and item.value > 0] if field.text else []


def _latency(field: Field) -> Figure | None:
    """The strictest latency of the field, in ms; a plain duration there is one too."""
    stated = [as_figure(item, "latency", field.path) for item in _positive(field, "latency")]
    for item in _positive(field, "duration"):
        figure = as_figure(item, "latency", field.path)
        stated.append(figure.model_copy(update={"value": item.value * 1000, "unit": "ms", "interval": None}))
    upper = [figure for figure in stated if figure.conditions.get("direction") != ">="]
    return min(upper or stated, key=lambda figure: figure.value, default=None)


def _throughput(fields: Fields) -> Figure | None:
    for field in (fields.latency, fields.accuracy, fields.compute):
        for item in _positive(field, "rate"):
            return as_figure(item, "throughput", field.path)
    return None


def _from_rate(rate: Figure | None) -> Figure | None:
    """The time one frame may take at a demanded frame rate."""
    if rate is None or rate.unit not in _PER_ITEM_RATES:
        return None
    method = f"{rate.source}: 1000 ms / {rate.value:g} {rate.unit}"
    return computed("latency", 1000 / rate.value, "ms", method, per=rate.unit[:-3], direction="<=")


def _from_frequency(field: Field) -> Figure | None:
    """The time one step may take in a control loop of a demanded frequency."""
    for item in _positive(field, "frequency"):
        method = f"{field.path}: 1000 ms / {item.value:g} Hz"
        return computed("latency", 1000 / item.value, "ms", method, per="step", direction="<=")
    return None


def _unlimited(field: Field) -> bool:
    return bool(field.text) and (field.is_bare() or field.says("flags", "latency_unlimited"))


def _targets(fields: Fields, subtask: str) -> Iterable[Figure]:
    for field in (fields.accuracy, fields.latency, fields.budget, fields.model_size):
        if not field.text:
            continue
        for item in field.reading.of("target"):
            if not item.name and _has_an_unknown_name(item, field):
                continue
            name = item.name or _metric(subtask)
            figure = as_figure(item, name, field.path)
            direction = figure.conditions.get("direction", "")
            if direction in ("", "implied"):
                update = {**figure.conditions, "direction": item.direction[:1] + "=" if item.direction else ">="}
                figure = figure.model_copy(update={"conditions": update})
            yield figure


def _has_an_unknown_name(item: Quantity, field: Field) -> bool:
    """ "pass@1 > 40%": the number belongs to a measure that was not understood, not to the usual one."""
    clause = field.clause_at(*item.span)
    return any(field.clause_at(*fragment.span) == clause for fragment in field.reading.not_understood)


def _metric(subtask: str) -> str:
    """What an "accuracy target" without a metric's name measures."""
    record = subtasks()[subtask]
    return "accuracy" if record.type == "classification" else record.primary_metric


def _size(field: Field) -> Figure | None:
    """The model's size limit in MB; a limit in parameters is turned into bytes at the usual precision."""
    sizes = _positive(field, "size", "memory")
    if sizes:
        return as_figure(min(sizes, key=lambda item: item.value), "model_size", field.path)
    for item in _positive(field, "parameters"):
        width = _BF16_BYTES if item.value >= _LARGE_MODEL_PARAMS else _FP32_BYTES
        method = f"{field.path}: {item.value:g} parameters x {width} bytes"
        return computed("model_size", item.value * width / 1e6, "MB", method, direction="<=")
    return None


def _money(fields: Fields) -> Figure | None:
    for field in (fields.budget, fields.compute):
        for item in _positive(field, "money"):
            return as_figure(item, "money", field.path)
    return None


def _training_time(fields: Fields) -> Figure | None:
    for field in (fields.budget, fields.compute):
        for item in _positive(field, "duration"):
            if "per" not in item.conditions:
                return as_figure(item, "training_time", field.path)
    return None


def _memory(fields: Fields) -> Figure | None:
    for field in (fields.latency, fields.budget):
        for item in _positive(field, "memory"):
            return as_figure(item, "memory", field.path)
    return None


def _commercial(fields: Fields) -> bool | None:
    if _says(fields, "no_commercial"):
        return False
    return True if _says(fields, "commercial") else None
