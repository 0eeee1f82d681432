"""Latency under the user's conditions, where it can be said, and whether it misses the deadline for certain."""

from __future__ import annotations

from deep_learning_expert.tools.architecture.facts import Facts
from deep_learning_expert.tools.architecture.limits import rules
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.catalog.devices import device as catalog_device
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.estimate.latency import latency
from deep_learning_expert.tools.figures import Figure, Interval
from deep_learning_expert.tools.wording import Remark, say


def latency_of(model: Facts, situation: Situation, needs: tuple[str, ...]) -> tuple[Figure | None, Remark | None]:
    """(time of one sample in ms, None), or (None, why it cannot be said and which probe would tell)."""
    device = situation.needs.deploy_on or situation.needs.train_on
    if device is None:
        return None, say("architecture.latency.no_device", model=model.name)
    shown: Remark | str = say(f"architecture.device.{device.kind}")
    if device.name is not None:
        shown = catalog_device(device.name).name
        precision = next((need for need in needs if need in {"fp16", "int8"}), None)
        try:
            return _at_length(latency(model.row.id, device.name, precision=precision), model, situation), None
        except ToolError:
            # No honest figure for this pair: the remark says so and names the probe.
            pass
    return None, say("architecture.latency.probe", model=model.name, device=shown)


def _at_length(time: Figure, model: Facts, situation: Situation) -> Figure:
    """A time stated for one text length, for the user's: work grows in step with it, overheads do not."""
    length = situation.needs.data.sequence_length
    stated = _text_length(model)
    if length is None or stated is None or time.conditions.get("per") == "token":
        return time
    ratio, spread = length.value / stated, rules()["latency"]["text_length_spread"]
    interval = time.interval or Interval(low=time.value, high=time.value)
    return Figure(
        quantity="latency",
        value=time.value * ratio,
        unit="ms",
        kind="estimated",
        source=f"{time.source}; scaled to the user's text length",
        conditions={**time.conditions, "sequence_length": f"{length.value:g}"},
        interval=Interval(low=interval.low * ratio * spread["low"], high=interval.high * ratio * spread["high"]),
    )


def _text_length(model: Facts) -> float | None:
    """The length the catalog states MACs at ("seq 128"), for text models."""
    kind, _, length = model.row.macs_at.partition(" ")
    return float(length) if kind == "seq" and length.isdigit() else None


def misses_deadline(latency: Figure, model: Facts, situation: Situation) -> bool:
    """Whether even the low end of the interval is over the limit; a doubtful case is kept and measured."""
    if situation.latency_ms is None or latency.conditions.get("per") == "token":
        return False
    if _text_length(model) is not None and situation.needs.data.sequence_length is None:
        return False  # how long the user's texts are decides, and is not known
    low = latency.interval.low if latency.interval else latency.value
    return low > situation.latency_ms
