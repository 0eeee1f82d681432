"""Stand-ins for missing facts, only when the user allowed them, each listed in the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deep_learning_expert.skill.intake.gaps import Gap, rules
from deep_learning_expert.tools.figures import Figure, assumed
from deep_learning_expert.tools.requirements import DeviceNeed, Requirements
from deep_learning_expert.tools.wording import Remark, say

_REASON = "not stated; assumed because the user allowed assumptions"


@dataclass(frozen=True)
class Assumption:
    """What was assumed for a field of the task."""

    field: str
    remark: Remark
    figure: Figure | None = None


@dataclass(frozen=True)
class Assumed:
    """The needs with stand-ins filled in, and the list of them."""

    needs: Requirements
    assumptions: tuple[Assumption, ...]


def assume(needs: Requirements, gaps: tuple[Gap, ...]) -> Assumed:
    """Fills every gap with its stated default; facts without a sensible default stay open and say so."""
    made: list[Assumption] = []
    for gap in gaps:
        needs, assumption = _ASSUME[gap.id](needs, gap)
        made.append(assumption)
    fields = tuple(dict.fromkeys(assumption.field for assumption in made))
    return Assumed(needs.model_copy(update={"assumed": fields}), tuple(made))


def _samples(needs: Requirements, gap: Gap) -> tuple[Requirements, Assumption]:
    count, unit = rules()["assume"]["samples"][needs.domain if needs.task_type != "RL" else "control"]
    figure = assumed("samples", count, unit, _REASON)
    update = {"samples": figure, "has_simulator": needs.data.has_simulator or needs.task_type == "RL"}
    data = needs.data.model_copy(update=update)
    assumption = Assumption(gap.field, say("intake.assume_samples", n=figure), figure)
    return needs.model_copy(update={"data": data}), assumption


def _compute(needs: Requirements, gap: Gap) -> tuple[Requirements, Assumption]:
    row = rules()["assume"]["compute"]
    figure = assumed("memory", row["memory_gb"], "GB", _REASON)
    device = DeviceNeed(kind=row["kind"], memory_gb=figure)
    remark = say("intake.assume_compute", memory=figure)
    return needs.model_copy(update={"train_on": device}), Assumption(gap.field, remark, figure)


def _labels(needs: Requirements, gap: Gap) -> tuple[Requirements, Assumption]:
    data = needs.data.model_copy(update={"labels": "full"})
    return needs.model_copy(update={"data": data}), Assumption(gap.field, say("intake.assume_labels"))


_Assume = Callable[[Requirements, Gap], tuple[Requirements, Assumption]]


def _open(phrase: str) -> _Assume:
    """For facts without a sensible default: nothing is filled in, and the report says so."""
    return lambda needs, gap: (needs, Assumption(gap.field, say(phrase)))


_ASSUME: Mapping[str, _Assume] = {
    "data_size": _samples,
    "environment": _samples,
    "compute": _compute,
    "labels": _labels,
    "latency": _open("intake.assume_no_latency"),
    "deployment_latency": _open("intake.assume_no_latency"),
    "target": _open("intake.assume_no_target"),
}
