"""The Pareto front of quality, speed, memory and data need, and when two models cannot be told apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.architecture.limits import rules

# How much labelled data a mode asks for, least first.
_DATA_NEED = {"zero-shot": 0, "frozen-features": 1, "lora": 2, "finetune": 3, "scratch": 4}
_LOWER_IS_BETTER = {
    "FID", "WER", "CER", "EER", "DER", "MSE", "RMSE", "MAD", "minADE", "FAD", "quantile_loss", "ND", "MASE", "val_loss",
    "WRMSSE",
}  # fmt: skip
_MOST_CANDIDATES = 3


def quality_gap(first: Candidate, second: Candidate) -> float | None:
    """How much better the first published result is than the second's on the same data set, in its unit; else None."""
    for mine in first.metrics:
        for theirs in second.metrics:
            if mine.quantity == theirs.quantity and mine.conditions["dataset"] == theirs.conditions["dataset"]:
                sign = -1 if mine.quantity in _LOWER_IS_BETTER else 1
                return sign * (mine.value - theirs.value)
    return None


def cost(candidate: Candidate) -> float | None:
    """Latency where known, else MACs, else parameters: what makes one run slower than another."""
    for figure in (candidate.latency, candidate.macs, candidate.params):
        if figure is not None:
            return figure.value
    return None


def dominated(candidate: Candidate, by: Candidate) -> bool:
    """Whether `by` is at least as good on every axis that can be compared, and better on one."""
    gap = quality_gap(by, candidate)
    if gap is None:
        return False
    pairs = [(-gap, 0.0), (_need(by), _need(candidate))]
    for mine, theirs in ((by.macs, candidate.macs), (by.params, candidate.params), (by.latency, candidate.latency)):
        if mine is not None and theirs is not None:
            pairs.append((mine.value, theirs.value))
    return all(mine <= theirs for mine, theirs in pairs) and any(mine < theirs for mine, theirs in pairs)


def _need(candidate: Candidate) -> float:
    return _DATA_NEED[candidate.mode]


def shortlist(
    survivors: list[Candidate], ranks: Mapping[str, int], asked: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """The first choice, then those asked about, then others that none dominates: of the same group first, and there of
    other families first.

    ranks: position of each candidate's group; asked: ids that the user wants compared, dominated or not; two or three
    come back where there are as many.
    """
    winner = survivors[0]
    wanted = [other for other in survivors[1:] if other.id in asked]
    others = [other for other in survivors[1:] if other.id not in asked]
    front = [other for other in others if not any(dominated(other, by) for by in survivors if by is not other)]
    # Another family says more than another size; but a fall-back group is a fall-back.
    front.sort(key=lambda other: (ranks[other.id], other.family == winner.family))
    chosen = [*wanted, *front][: _MOST_CANDIDATES - 1]
    if not chosen:
        chosen = others[:1]
    return (winner, *chosen)


def is_tie(first: Candidate, second: Candidate) -> bool:
    """Whether the costs are within the tie ratio and the published results do not separate the two."""
    mine, theirs = cost(first), cost(second)
    if mine is None or theirs is None or first.mode != second.mode:
        return False
    ratio = max(mine, theirs) / max(min(mine, theirs), 1e-9)
    gap = quality_gap(first, second)
    separated = gap is not None and abs(gap) >= float(rules()["comparison"]["same_quality_points"]["value"])
    return ratio <= float(rules()["comparison"]["tie_ratio"]["value"]) and not separated
