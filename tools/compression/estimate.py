"""What a compression is likely to cost and gain, from the calibrated table of published before/after results.

The tables are built by build/table.py. Where they are silent the answer is an error, never a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from deep_learning_expert.tools.compression.strata import Severity, stratum
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.figures import Figure, cited, estimated

MetricKind = Literal["score", "error"]
_COVERAGE = 0.8  # the tables hold the 10th, 50th and 90th percentiles


@dataclass(frozen=True)
class DropEstimate:
    """drop: relative loss of the metric in %, positive is worse; size_ratio: before / after, unit "x".

    worst: the largest drop among the published rows, of the model `worst_model`; rows: of this very family;
    borrowed: of families and techniques close to it.
    """

    drop: Figure
    size_ratio: Figure | None
    worst: Figure
    worst_model: str
    rows: int
    borrowed: int


@cache
def _table(name: str) -> tuple[dict[str, Any], ...]:
    """A JSON table of this folder (its records hold strings, numbers and lists)."""
    return tuple(json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8")))


@cache
def _drops() -> Mapping[tuple[str, str, str, str], dict[str, Any]]:
    return {
        (cell["technique"], cell["family"], cell["stratum"], cell["kind"]): cell for cell in _table("drop_table.json")
    }


def known_techniques() -> tuple[str, ...]:
    """Row names of all techniques in the table, sorted."""
    return tuple(sorted({cell["technique"] for cell in _table("drop_table.json")}))


def known_families() -> tuple[str, ...]:
    """All families in the table, sorted."""
    return tuple(sorted({cell["family"] for cell in _table("drop_table.json")}))


def estimate_drop(
    technique: str, family: str, severity: Severity | None = None, kind: MetricKind = "score"
) -> DropEstimate:
    """The likely relative loss of the metric for a technique ("ptq_int8_static") on a family ("cnn").

    kind: "score" when more is better, "error" for perplexity, loss or word error rate (the loss is then the rise).
    Errors: CannotSayError when too few published rows speak of it.
    """
    name = stratum(technique, severity or Severity())
    cell = _drops().get((technique, family, "any" if name is None else name, kind))
    if cell is None:
        raise CannotSayError("compression.silent", technique=technique, family=family)
    low, middle, high = (_tidy(value) for value in cell["drop_pct"])
    rows, borrowed = int(cell["rows"]), int(cell["borrowed"])
    source = _source(cell, rows, borrowed)
    worst = cell["worst"]
    drop = estimated(
        "relative_metric_drop",
        middle,
        "%",
        source,
        low=low,
        high=high,
        coverage=_COVERAGE,
        technique=technique,
        family=family,
        metric=kind,
    )
    most = cited("relative_metric_drop", _tidy(worst["drop_pct"]), "%", worst["source"], model=worst["model"])
    return DropEstimate(drop, _ratio(cell, source), most, worst["model"], rows, borrowed)


def estimate_speedup(technique: str, device: str) -> Figure:
    """How many times faster, unit "x", for a technique ("int8_vs_fp32") on a kind of device ("cpu").

    Errors: CannotSayError when too few published timings speak of it.
    """
    for cell in _table("speed_table.json"):
        if (cell["technique"], cell["device"]) == (technique, device):
            low, middle, high = (_tidy(value) for value in cell["speedup"])
            source = _source(cell, int(cell["rows"]), 0)
            return estimated(
                "speedup",
                middle,
                "x",
                source,
                low=low,
                high=high,
                coverage=_COVERAGE,
                baseline=cell["baseline"],
                hardware=", ".join(cell["hardware"]),
            )
    raise CannotSayError("compression.silent_speed", technique=technique, device=device)


def _ratio(cell: Mapping[str, Any], source: str) -> Figure | None:
    if not cell["size_ratio"]:
        return None
    low, middle, high = (_tidy(value) for value in cell["size_ratio"])
    return estimated("size_ratio", middle, "x", source, low=low, high=high, coverage=_COVERAGE)


def _source(cell: Mapping[str, Any], rows: int, borrowed: int) -> str:
    near = f" and {borrowed} of related families or techniques" if borrowed else ""
    return f"{rows} published rows{near}: {'; '.join(cell['sources'])}"


def _tidy(value: float) -> float:
    """Two significant digits: the tables promise no more. Less than a twentieth of a point shows as zero."""
    return 0.0 if abs(value) < 0.05 else float(f"{value:.2g}")
