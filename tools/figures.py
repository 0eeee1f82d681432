"""A number with its source: the only form in which a number may enter a plan.

A `Figure` says what was counted, its value and unit, under which conditions, how it came about (`kind`) and from
where (`source`), with an interval where it is not exact. Its `id` is made from its content, so equal figures are one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

Kind = Literal["given", "computed", "cited", "measured", "estimated", "assumed"]


class Interval(BaseModel):
    """Where the true value lies with the stated probability (0.8 = four times in five)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    high: float
    coverage: float = Field(default=0.8, gt=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if not self.low <= self.high:
            raise ValueError("interval: low must not exceed high")
        return self


class Figure(BaseModel):
    """One number with everything needed to defend it.

    quantity: what was counted, a snake_case name ("parameters", "learning_rate", "top1_accuracy").
    value: in `unit`; units are spelled as in `units.py` ("ms", "MB", "images", "%", "" for pure numbers).
    kind: given (by the user), computed (exact), cited, measured, estimated (by a model of ours), assumed.
    source: the publication, repository path, method name, or where in the task the user said it.
    conditions: what the value depends on, e.g. {"device": "RTX 4090", "batch": "1"}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quantity: str
    value: float
    unit: str = ""
    kind: Kind
    source: str
    conditions: Mapping[str, str] = Field(default_factory=dict)
    interval: Interval | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_id(cls, data: object) -> object:
        """A dumped figure carries its id; it is made anew from the content when read back."""
        if isinstance(data, Mapping) and "id" in data:
            return {key: value for key, value in data.items() if key != "id"}
        return data

    @model_validator(mode="after")
    def _finite(self) -> Figure:
        if not math.isfinite(self.value):
            raise ValueError(f"figure {self.quantity}: value must be finite")
        return self

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented pattern for cached computed fields
    @cached_property
    def id(self) -> str:
        """Stable name made from the content: equal figures have equal ids."""
        content = self.model_dump(exclude={"id"}, mode="json")
        digest = hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=4).hexdigest()
        return f"{self.quantity}-{digest}"

    def __hash__(self) -> int:
        return hash(self.id)


def given(quantity: str, value: float, unit: str, where: str, **conditions: str) -> Figure:
    """A figure the user stated; `where` is the task's JSON path or the quoted words."""
    return Figure(quantity=quantity, value=value, unit=unit, kind="given", source=where, conditions=conditions)


def computed(quantity: str, value: float, unit: str, method: str, **conditions: str) -> Figure:
    """An exact result; `method` names the formula or program."""
    return Figure(quantity=quantity, value=value, unit=unit, kind="computed", source=method, conditions=conditions)


def cited(quantity: str, value: float, unit: str, source: str, **conditions: str) -> Figure:
    """A published value; `source` is a publication or repository path."""
    return Figure(quantity=quantity, value=value, unit=unit, kind="cited", source=source, conditions=conditions)


def measured(quantity: str, value: float, unit: str, source: str, **conditions: str) -> Figure:
    """A value observed in a run; `source` names the log or the machine and program."""
    return Figure(quantity=quantity, value=value, unit=unit, kind="measured", source=source, conditions=conditions)


def assumed(quantity: str, value: float, unit: str, reason: str, **conditions: str) -> Figure:
    """A stand-in for a missing fact; it must also be listed among the report's assumptions."""
    return Figure(quantity=quantity, value=value, unit=unit, kind="assumed", source=reason, conditions=conditions)


def estimated(
    quantity: str,
    value: float,
    unit: str,
    method: str,
    *,
    low: float,
    high: float,
    coverage: float = 0.8,
    **conditions: str,
) -> Figure:
    """A result of one of our models, never without its interval."""
    interval = Interval(low=low, high=high, coverage=coverage)
    return Figure(
        quantity=quantity,
        value=value,
        unit=unit,
        kind="estimated",
        source=method,
        conditions=conditions,
        interval=interval,
    )
