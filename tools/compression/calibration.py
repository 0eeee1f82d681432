"""From published rows to a predictive distribution: a kernel mixture over own rows and, weakly, those of their kin.

Pure functions without dependencies, used by the table's build script and by its cross-validation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

_KERNEL = NormalDist()


@dataclass(frozen=True)
class Row:
    """One published before/after pair. drop: relative loss of the metric in %, positive is worse.

    kind: "score" (more is better) or "error" (perplexity, loss, word error rate).
    """

    technique: str
    family: str
    stratum: str
    kind: str
    model: str
    source: str
    drop: float
    points: float
    gated: bool
    size_ratio: float | None = None


@dataclass(frozen=True)
class Settings:
    """See evidence.toml [statistics]."""

    parent_weight: float
    gated_weight: float
    bandwidth: float
    fewest_rows: int


@dataclass(frozen=True)
class Evidence:
    """own: rows of the very cell; kin: rows that may lend strength."""

    own: tuple[Row, ...]
    kin: tuple[Row, ...]


def squash(drop: float) -> float:
    """asinh scale: linear near zero, logarithmic in the tail, defined for gains."""
    return math.asinh(drop)


def gather(
    rows: Iterable[Row],
    technique: str,
    family: str,
    stratum: str,
    kind: str,
    kin: Mapping[str, Sequence[str]],
    siblings: Mapping[str, Sequence[str]],
) -> Evidence:
    """Own and kin rows of a cell; stratum "any" pools all strata."""
    own, near = [], []
    for row in rows:
        if row.kind != kind:
            continue
        same_stratum = stratum == "any" or row.stratum == stratum
        same_technique = row.technique == technique and same_stratum
        close_technique = row.technique in siblings.get(technique, ()) and row.stratum in ("", stratum)
        if same_technique and row.family == family:
            own.append(row)
        elif (same_technique and row.family in kin.get(family, ())) or (close_technique and row.family == family):
            near.append(row)
    return Evidence(tuple(own), tuple(near))


def weights(rows: Sequence[Row], gated_weight: float) -> list[float]:
    """One weight per row: rows of one model in one source share theirs by the square root of their number."""
    sizes = Counter((row.model, row.source) for row in rows)
    return [(gated_weight if row.gated else 1.0) / math.sqrt(sizes[row.model, row.source]) for row in rows]


def quantiles(evidence: Evidence, settings: Settings, levels: Sequence[float]) -> list[float]:
    """Quantiles of the predictive distribution of the relative drop in %; errors: ValueError without rows."""
    own_weights = weights(evidence.own, settings.gated_weight)
    kin_weights = weights(evidence.kin, settings.gated_weight)
    total_kin = sum(kin_weights)
    share = min(settings.parent_weight, total_kin) / total_kin if total_kin else 0.0
    centres = [squash(row.drop) for row in (*evidence.own, *evidence.kin)]
    mixture = own_weights + [weight * share for weight in kin_weights]
    mass = sum(mixture)
    if not mass:
        raise ValueError("no rows")
    width = settings.bandwidth / max(mass, 1.0) ** (1 / 3)
    return [math.sinh(_mixture_quantile(centres, mixture, mass, width, level)) for level in levels]


def _mixture_quantile(
    centres: Sequence[float], mixture: Sequence[float], mass: float, width: float, level: float
) -> float:
    low, high = min(centres) - 8 * width, max(centres) + 8 * width
    for _ in range(50):
        middle = (low + high) / 2
        below = sum(
            weight * _KERNEL.cdf((middle - centre) / width) for centre, weight in zip(centres, mixture, strict=True)
        )
        low, high = (middle, high) if below / mass < level else (low, middle)
    return (low + high) / 2


def plain_quantile(values: Sequence[float], level: float) -> float:
    """Linear-interpolated sample quantile; errors: ValueError when empty."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = level * (len(ordered) - 1)
    left = math.floor(place)
    right = min(left + 1, len(ordered) - 1)
    return ordered[left] + (ordered[right] - ordered[left]) * (place - left)
