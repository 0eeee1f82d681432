"""Hard fact: a training loss of exactly zero. Beside a NaN gradient it is a masked NaN (Hugging Face's NaN filter)."""

from __future__ import annotations

import math

from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """A problem when gradients are non-finite at the zeros, a warning when no gradient norm was logged there."""
    train = run.first("loss", "train")
    if train is None:
        return None
    zeros = _closing_zeros(train)
    if zeros < threshold("zero_loss_points"):
        return None
    start = train.steps[-zeros]
    norms = run.first("grad_norm")
    beside = [value for step, value in zip(norms.steps, norms.values, strict=True) if step >= start] if norms else []
    broken = bool(beside) and not any(map(math.isfinite, beside))
    if beside and not broken:
        return None  # a finite gradient: the loss is truly that small (preference losses, masked labels)
    source = f"{run.source}: {train.column}"
    at = measured("first_zero_loss_step", start, "", source, axis=run.unit)
    count = measured("zero_loss_points", zeros, "", source)
    remark = say(
        "diagnosis.zero_loss_nan" if broken else "diagnosis.zero_loss", column=train.column, step=at, count=count,
        unit=say(f"diagnosis.unit.{run.unit}"),
    )  # fmt: skip
    names = ("fp16_overflow", "learning_rate") if broken else ("masked_nan", "masked_labels", "memorised")
    return Finding(
        "nan", "problem" if broken else "warning", index, train.column, start, remark, (at, count), None,
        say("diagnosis.settle.zero_loss"), count, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip


def _closing_zeros(item: Series) -> int:
    count = 0
    while count < len(item.values) and item.values[-1 - count] == 0:
        count += 1
    return count
