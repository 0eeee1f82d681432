"""JSON histories: a dict of lists (Keras `History`, custom scripts), nested or not, or a list of dicts."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis.readers.numbers import number, numeric_row
from deep_learning_expert.tools.diagnosis.roles import part_of
from deep_learning_expert.tools.diagnosis.run import Parsed, Row

_AXES = ("step", "steps", "iteration", "epoch", "epochs", "episode")
_LEAST_POINTS = 2
_DEEPEST = 4


def read(data: object) -> Parsed | None:
    """The run, or None when `data` holds no list of numbers under a name. Lists may differ in length; an entry that is
    no number is a blank."""
    if isinstance(data, list):
        rows = [numeric_row(_flat(entry)) for entry in data if isinstance(entry, dict)]
        rows = [row for row in rows if row]
        return Parsed("history", rows, _AXES) if len(rows) >= _LEAST_POINTS else None
    if not isinstance(data, dict):
        return None
    # A history may wrap its list of rows in an object: {"logs": [{...}, ...]}.
    for value in data.values():
        if isinstance(value, list) and len(value) >= _LEAST_POINTS and all(isinstance(entry, dict) for entry in value):
            return read(value)
    columns = {name: values for name, values in _flat(data).items() if isinstance(values, list) and _is_curve(values)}
    rows = _rows(columns)
    return Parsed("history", rows, _AXES) if rows else None


def _rows(columns: dict[str, list[object]]) -> list[Row]:
    length = max(map(len, columns.values()), default=0)
    rows: list[Row] = [{} for _ in range(length)]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=False):
            found = number(value)
            if found is not None:
                row[name] = found
    return rows


def _flat(data: dict[str, object], depth: int = 0) -> dict[str, object]:
    """Nested objects as one level. A wrapper's name is kept only where it tells the part of the data ("train": {...})
    or two columns would become one."""
    flat: dict[str, object] = {}
    for key, value in data.items():
        name = str(key).strip()
        if isinstance(value, dict) and depth < _DEEPEST:
            for inner, leaf in _flat(value, depth + 1).items():
                told = inner if not part_of(name) else f"{name}/{inner}"
                flat[f"{name}/{inner}" if told in flat else told] = leaf
        else:
            flat[name] = value
    return flat


def _is_curve(values: list[object]) -> bool:
    return len(values) >= _LEAST_POINTS and any(number(value) is not None for value in values)
