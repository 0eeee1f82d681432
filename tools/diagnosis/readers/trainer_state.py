"""Hugging Face `trainer_state.json`: train and eval rows interleaved in `log_history`, bare NaN allowed."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis.readers.numbers import number, numeric_row
from deep_learning_expert.tools.diagnosis.run import Parsed


def read(data: object) -> Parsed | None:
    """The run, or None when `data` is no trainer state. The closing row's `train_loss` is a mean and is left out."""
    if not isinstance(data, dict) or not isinstance(data.get("log_history"), list):
        return None
    rows = [numeric_row(row) for row in data["log_history"] if isinstance(row, dict) and "train_runtime" not in row]
    planned = number(data.get("max_steps"))
    return Parsed("trainer_state", rows, ("step", "epoch"), "train", planned if planned else None, "step")
