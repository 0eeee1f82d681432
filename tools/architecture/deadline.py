"""Latency under the user's conditions, where it can be said, and whether it misses the deadline for certain."""

from __future__ import annotations

from deep_learning_expert.tools.architecture.facts import Facts
from deep_learning_expert.tools.architecture.situation import Situation
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.estimate.latency import latency
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark, say


def latency_of(model: Facts, situation: Situation, needs: tuple[str, ...]) -> tuple[Figure | None, Remark | None]:
    """(time of one sample in ms, None), or (None, why it cannot be said and which probe would tell)."""
    device = situation.needs.deploy_on or situation.needs.train_on
    if device is None:
        return None, say("architecture.latency.no_device", model=model.name)
    shown = device.words or device.name or device.kind
    if device.name is not None:
        precision = next((need for need in needs if need in {"fp16", "int8"}), None)
        try:
            return latency(model.row.id, device.name, precision=precision), None
        except ToolError:
            # No honest figure for this pair: the remark says so and names the probe.
            pass
    return None, say("architecture.latency.probe", model=model.name, device=shown)


def misses_deadline(latency: Figure, situation: Situation) -> bool:
    """Whether even the low end of the interval is over the limit; a doubtful case is kept and measured."""
    if situation.latency_ms is None:
        return False
    low = latency.interval.low if latency.interval else latency.value
    return low > situation.latency_ms
