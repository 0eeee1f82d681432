"""Numbers that people measured and bring back: which metric they are of, and what they are held against.

The metric is that of the task's first target, else the usual one of such a task.
"""

from __future__ import annotations

import math

from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.events import Observed
from deep_learning_expert.skill.workflow.evidence import observe_compression, observe_production, observe_test
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.tools.errors import SettingError
from deep_learning_expert.tools.figures import Figure, measured
from deep_learning_expert.tools.subtasks import subtasks

Measured = str | float  # 0.91, "0.91" or "91 %"


def compression_measured(before: Measured, after: Measured, context: Context, state: State) -> Observed:
    """The metric on the same split before and after compression; errors: SettingError, OutOfRangeError."""
    first = measured_metric(before, "uncompressed, measured by the user", context)
    return observe_compression(first, measured_metric(after, "compressed, measured by the user", context), state)


def final_measured(result: Measured, context: Context, *, room_left: bool) -> Observed:
    """The metric on the test set beside the task's target; errors: SettingError, also when there is no target."""
    target = _target(context)
    if target is None:
        raise SettingError("evidence.no_target")
    figure = measured_metric(result, "test set, measured by the user", context)
    return observe_test(figure, target, room_left=room_left, language=context.language)


def production_measured(test: Measured, production: Measured, context: Context) -> Observed:
    """The metric on the test set and in production; errors: SettingError, OutOfRangeError."""
    first = measured_metric(test, "test set, measured by the user", context)
    return observe_production(first, measured_metric(production, "production, measured by the user", context))


def measured_metric(value: Measured, source: str, context: Context) -> Figure:
    """The figure of a measured metric, in the unit of the target where there is one. Errors: SettingError."""
    target, (number, unit) = _target(context), _read(value)
    if target is None:
        kind = subtasks()[context.needs.subtask]
        return measured("accuracy" if kind.type == "classification" else kind.primary_metric, number, unit, source)
    if target.unit == "%" and unit == "":
        number = round(number * 100, 6) if abs(number) <= 1 else number
    elif target.unit == "" and unit == "%":
        number = round(number / 100, 8)
    direction = target.conditions.get("direction", ">=")
    return measured(target.quantity, number, target.unit, source, direction=direction)


def _target(context: Context) -> Figure | None:
    return next(iter(context.needs.limits.targets), None)


def _read(value: Measured) -> tuple[float, str]:
    """Number and unit: "%" or none."""
    text = str(value).strip()
    bare = text.removesuffix("%").removesuffix("％").strip()
    try:
        number = float(bare)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SettingError("evidence.not_a_number", value=text)
    return number, "%" if bare != text else ""
