"""The canonical form of a training run: named series with roles on one step axis, whatever file they came from.

A blank cell is no point at all; a NaN that was logged is a point whose value is NaN. That difference is kept
everywhere, because the commonest false alarm of log readers is to take the first for the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Row = dict[str, float]  # column -> value; a blank cell is an absent key
Role = Literal["loss", "component", "metric", "lr", "grad_norm", "return", "kl", "nonfinite", "data_wait"]
Part = Literal["train", "val", ""]
AxisUnit = Literal["step", "epoch", "episode", "row"]


@dataclass(frozen=True)
class Parsed:
    """What a reader hands over: rows in file order, before roles are known.

    format: id of the file format; axes: columns that may serve as step axis, best first; default_part: which part of
    the data a column without train/val in its name belongs to; planned: the run's intended length on the axis named
    by planned_axis; train_is_regularised: the training loss carries mixup, label smoothing and the like.
    """

    format: str
    rows: list[Row]
    axes: tuple[str, ...] = ()
    default_part: Part = "train"
    planned: float | None = None
    planned_axis: str = ""


@dataclass(frozen=True)
class Series:
    """One column of a run. column: as in the file; direction: 1 higher is better, -1 lower is better, 0 neither."""

    column: str
    role: Role
    part: Part
    direction: int
    steps: tuple[float, ...]
    values: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Run:
    """One training run. source: the file's name; index: which of the runs in that file; unit: of the step axis.

    planned: intended length on the step axis, when the log says so; redone: steps that a resume ran again.
    """

    source: str
    format: str
    index: int
    unit: AxisUnit
    series: tuple[Series, ...]
    planned: float | None = None
    redone: tuple[float, ...] = field(default=())

    def of(self, role: Role, part: Part | None = None) -> tuple[Series, ...]:
        """The series of one role, optionally of one part of the data, in file order."""
        return tuple(item for item in self.series if item.role == role and part in (None, item.part))

    def first(self, role: Role, part: Part | None = None) -> Series | None:
        """The first series of that role, or None."""
        found = self.of(role, part)
        return found[0] if found else None

    @property
    def is_reinforcement(self) -> bool:
        """Whether returns were logged: then losses are not comparable over time and are not judged."""
        return bool(self.of("return"))

    @property
    def last_step(self) -> float:
        """The furthest step any series reached; 0 for an empty run."""
        return max((item.steps[-1] for item in self.series if item.steps), default=0.0)

    @property
    def coverage(self) -> float | None:
        """Share of the planned length that was run, when the plan is known."""
        return self.last_step / self.planned if self.planned else None
