"""From a reader's rows to canonical runs: step axis, appended runs split, roles given to columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deep_learning_expert.tools.diagnosis.roles import Meaning, meaning_of
from deep_learning_expert.tools.diagnosis.run import AxisUnit, Parsed, Row, Run, Series
from deep_learning_expert.tools.diagnosis.totals import with_totals

_AXIS_UNITS: Mapping[str, AxisUnit] = {"epoch": "epoch", "episode": "episode"}
# A column serves as axis when nearly all rows carry it.
_LEAST_AXIS_SHARE = 0.9
# A step back to within this share of the run's span is a new run; any other step back is a resume from a checkpoint.
_RESTART_SHARE = 0.02

# Roles that say how training was set up or fed, not how it goes.
_SETTINGS = ("lr", "data_wait")

Point = tuple[float, Row]


def canonical_runs(parsed: Parsed, source: str) -> tuple[Run, ...]:
    """All runs of one file, in file order; runs without any series that tells of training are left out."""
    axis = _axis(parsed)
    runs: list[Run] = []
    for points, redone in _split(_points(parsed.rows, axis)):
        series = with_totals(_series(points, parsed, axis))
        if any(item.role not in _SETTINGS for item in series):
            planned = parsed.planned if axis and parsed.planned_axis == axis else None
            unit = _AXIS_UNITS.get(axis, "step") if axis else "row"
            runs.append(Run(source, parsed.format, len(runs), unit, series, planned, redone))
    return tuple(runs)


def _axis(parsed: Parsed) -> str:
    for name in parsed.axes:
        held = sum(name in row for row in parsed.rows)
        if held >= _LEAST_AXIS_SHARE * len(parsed.rows):
            return name
    return ""


def _points(rows: Sequence[Row], axis: str) -> list[Point]:
    if not axis:
        return [(float(index), row) for index, row in enumerate(rows)]
    return [(row[axis], row) for row in rows if row.get(axis, -1.0) >= 0 and row[axis] != float("inf")]


def _split(points: Sequence[Point]) -> list[tuple[list[Point], tuple[float, ...]]]:
    """Runs and, for each, the steps at which it was resumed; rows a resume ran again are superseded by the later."""
    runs: list[tuple[list[Point], tuple[float, ...]]] = []
    current: list[Point] = []
    redone: tuple[float, ...] = ()
    for step, row in points:
        if current and step < current[-1][0]:
            first, last = current[0][0], current[-1][0]
            if step <= first + _RESTART_SHARE * (last - first):
                runs.append((current, redone))
                current, redone = [], ()
            else:
                current = [point for point in current if point[0] < step]
                redone = (*redone, step)
        current.append((step, row))
    return [*runs, (current, redone)] if current else runs


def _series(points: Sequence[Point], parsed: Parsed, axis: str) -> tuple[Series, ...]:
    found: dict[str, tuple[Meaning, list[float], list[float]]] = {}
    for step, row in points:
        for column, value in row.items():
            if column == axis:
                continue
            meaning = meaning_of(column, parsed.default_part)
            if meaning is not None:
                _, steps, values = found.setdefault(column, (meaning, [], []))
                steps.append(step)
                values.append(value)
    ranked = sorted(found.items(), key=lambda item: item[1][0].rank)
    return tuple(
        Series(column, meaning.role, meaning.part, meaning.direction, tuple(steps), tuple(values))
        for column, (meaning, steps, values) in ranked
    )
