"""CSV logs: Lightning (sparse), Keras, Ultralytics and YOLOv5 (padded), timm, SB3 progress and monitor files."""

from __future__ import annotations

import csv
import io

from deep_learning_expert.tools.diagnosis.readers.numbers import number
from deep_learning_expert.tools.diagnosis.run import Parsed, Row

_AXES = ("step", "iteration", "iter", "time/total_timesteps", "epoch", "Epoch", "episode", "Step")


def read(text: str) -> Parsed | None:
    """The run, or None when the first line that is no comment is no header of at least two names.

    Repeated headers are passed over.
    """
    is_monitor = text.startswith("#{")
    body = _without_comments(text)
    head = body.split("\n", 1)[0]
    if "," not in head or len(head) > 100_000:
        return None
    reader = csv.reader(io.StringIO(body, newline=""), skipinitialspace=True)
    try:
        names = [name.strip() for name in next(reader)]
        if any(number(name) is not None for name in names):
            return None
        rows = [_row(names, cells) for cells in reader]
    except (csv.Error, StopIteration):
        return None
    rows = [row for row in rows if row]
    if not rows:
        return None
    return Parsed("monitor" if is_monitor else "csv", rows, () if is_monitor else _AXES)


def _without_comments(text: str) -> str:
    while text.startswith("#") and "\n" in text:
        text = text.split("\n", 1)[1]
    return text


def _row(names: list[str], cells: list[str]) -> Row:
    return {name: value for name, cell in zip(names, cells, strict=False) if (value := number(cell)) is not None}
