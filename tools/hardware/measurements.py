"""The row that the probe script prints, as the catalog's measurement type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from deep_learning_expert.tools.catalog.rows import Measurement
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure, Interval, measured
from deep_learning_expert.tools.hardware.machine import catalog_id

_MOST_CHARS = 10_000


class ProbeRow(BaseModel):
    """One line of `time_model.py`. value, low, high: ms of one batch (median, tenth and ninetieth percentile)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture_id: str = Field(min_length=1, max_length=200)
    device_name: str = Field(min_length=1, max_length=200)
    precision: Literal["fp32", "fp16", "bf16", "amp-fp16", "amp-bf16"]
    runtime: str = Field(max_length=100)
    layout: Literal["nchw", "nhwc"]
    batch: int = Field(gt=0)
    resolution: str = Field(pattern=r"^[0-9]{1,5}x[0-9]{1,5}$")
    value: float = Field(gt=0, allow_inf_nan=False)
    unit: Literal["ms"]
    mode: Literal["inference", "training"]
    source: str = Field(max_length=300)
    runs: int = Field(gt=0)
    low: float = Field(gt=0, allow_inf_nan=False)
    high: float = Field(gt=0, allow_inf_nan=False)
    threads: int | None = None

    @model_validator(mode="after")
    def _ordered(self) -> ProbeRow:
        if not self.low <= self.value <= self.high:
            raise ValueError("low <= value <= high does not hold")
        return self

    @property
    def noisy(self) -> bool:
        """Whether the runs scatter so much that the machine was busy: the ninetieth percentile is twice the tenth."""
        return self.high > 2 * self.low

    def measurement(self) -> Measurement:
        """As a row of the catalog; device_id is the catalog's when the machine is known, else "this-machine"."""
        return Measurement(
            architecture_id=self.architecture_id,
            device_id=catalog_id(self.device_name),
            precision=self.precision,
            runtime=self.runtime,
            layout=self.layout,
            batch=self.batch,
            resolution=self.resolution,
            value=self.value,
            unit=self.unit,
            source=self.source,
            mode=self.mode,
        )

    def figure(self) -> Figure:
        """The batch's time with the interval that holds four fifths of the runs."""
        plain = measured(
            "latency" if self.mode == "inference" else "training_step",
            self.value,
            "ms",
            self.source,
            device=self.device_name,
            batch=str(self.batch),
            precision=self.precision,
            resolution=self.resolution,
        )
        return plain.model_copy(update={"interval": Interval(low=self.low, high=self.high)})


def read_probe_row(text: str) -> ProbeRow:
    """The row in what a person pastes back; errors: ToolError naming the first field that is wrong."""
    try:
        return ProbeRow.model_validate(json.loads(text[:_MOST_CHARS]))
    except (json.JSONDecodeError, RecursionError) as problem:
        raise ToolError("hardware.row_not_json", problem=problem) from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "row"
        raise ToolError("hardware.row_wrong", where=where, problem=first["msg"]) from problem


def probe_script() -> str:
    """The text of `time_model.py`, to be run on the machine in question."""
    return Path(__file__).with_name("time_model.py").read_text(encoding="utf-8")
