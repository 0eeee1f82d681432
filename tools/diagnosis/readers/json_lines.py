"""JSON lines: our own log, LLaMA-Factory, Detectron2, DETR, and mmcv/mmengine with their `mode` key."""

from __future__ import annotations

import json

from deep_learning_expert.tools.diagnosis.readers.numbers import number, numeric_row
from deep_learning_expert.tools.diagnosis.run import Parsed, Row

_AXES = ("step", "current_steps", "iteration", "iter", "epoch")


def read(text: str) -> Parsed | None:
    """The run, or None when no line is a JSON object with numbers; broken lines (such as the last) are passed over."""
    rows: list[Row] = []
    planned: float | None = None
    for line in text.splitlines():
        if not line.lstrip().startswith("{"):
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            planned = number(entry.get("total_steps")) or planned
            rows.append(_placed(entry, rows))
    rows = [row for row in rows if row]
    return Parsed("json_lines", rows, _AXES, "train", planned, "current_steps") if rows else None


def _placed(entry: dict[str, object], before: list[Row]) -> Row:
    """The row with its place on the step axis. mmcv: `iter` restarts each epoch, and a val row's is a count of images;
    mmengine: a val row (no loss, no lr) gives the epoch as `step`. Such rows stand where training had got to."""
    row = numeric_row(entry)
    if "mode" in entry:
        row.pop("iter", None)
        row["step"] = float(len(before))
        if entry["mode"] == "val":
            return {key if key in ("step", "epoch") else f"val/{key}": value for key, value in row.items()}
        return row
    reached = next((old["step"] for old in reversed(before) if "step" in old), None)
    only_metrics = "step" in row and "lr" not in row and not any("loss" in key for key in row)
    if only_metrics and reached is not None and row["step"] < reached:
        row = {key if key == "step" else f"val/{key}": value for key, value in row.items()}
        row["step"] = reached
    return row
