"""The proper names in a comparison: models, data sets, weights, licences. Numerals in them are names, not figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deep_learning_expert.tools.architecture.candidate import Candidate, Comparison
from deep_learning_expert.tools.architecture.facts import code_licence


def proper_names(comparison: Comparison) -> tuple[str, ...]:
    """Every name of the comparison, once, in order of appearance."""
    names = [*_of_candidates(comparison.candidates), *(loser.name for loser in comparison.rejected)]
    return tuple(dict.fromkeys(name for name in names if name))


def _of_candidates(candidates: Iterable[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        yield candidate.name
        yield candidate.id
        yield code_licence(candidate.id)
        if candidate.weights is not None:
            yield from (candidate.weights.name, candidate.weights.license, candidate.weights.code_license)
            yield candidate.weights.pretrained_on
        for metric in candidate.metrics:
            dataset = metric.conditions.get("dataset", "")
            yield dataset.partition(",")[0].partition(" (")[0]
