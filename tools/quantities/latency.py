"""Under which conditions a latency holds: percentile, batch, device, resolution, sequence length, per what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.clauses import Clauses
from deep_learning_expert.tools.quantities.quantity import Quantity


class LatencyConditions:
    """Adds to each latency of a text what the rest of its clause says about it."""

    def __init__(self, clauses: Clauses, quantities: Sequence[Quantity]) -> None:
        self.clauses = clauses
        self.quantities = quantities
        self._starts = [item.span[0] for item in quantities]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {token.start: index for index, token in enumerate(self.clauses.tokens)}

    def applied(self) -> list[Quantity]:
        """Latencies with what holds for them: percentile, batch, per, device, resolution, sequence length."""
        return [self._conditioned(item) if item.kind == "latency" else item for item in self.quantities]

    def _conditioned(self, latency: Quantity) -> Quantity:
        index = self._places[latency.span[0]]
        first, last = self.clauses.clause(index)
        begin, end = self.clauses.tokens[first].start, self.clauses.tokens[last - 1].end
        conditions = dict(latency.conditions)
        percentile = self._percentile(index)
        if percentile:
            conditions["percentile"] = percentile
        if self.clauses.mentions("latency", self.clauses.folded[begin:end], "first_token"):
            conditions["per"] = "first_token"
        elif "per" not in conditions:
            per = self.clauses.per_before(index) or self._single(begin, end)
            if per:
                conditions["per"] = per
        near = list(self.quantities[bisect_left(self._starts, begin) : bisect_left(self._starts, end)])
        near.sort(key=lambda item: abs(item.span[0] - latency.span[0]))
        for item in near:
            self._add_condition(conditions, item)
        return replace(latency, conditions=conditions)

    def _percentile(self, index: int) -> str:
        """The percentile in the number's own part of the sentence, else the only one in its clause."""
        for first, last in (self.clauses.part(index, ",，、;；"), self.clauses.clause(index)):
            found = [token.numbers[0] for token in self.clauses.tokens[first:last] if token.kind == "percentile"]
            if len(found) == 1:
                return f"{found[0]:g}"
        return ""

    def _single(self, begin: int, end: int) -> str:
        """单张, 单条: one item at a time."""
        for at in range(begin, end):
            if self.clauses.folded[at] == "单":
                found = lexicon.per_words().match(self.clauses.folded, at)
                if found:
                    return found[1]
        return ""

    def _add_condition(self, conditions: dict[str, str], item: Quantity) -> None:
        if item.kind == "setting" and item.name == "batch_size":
            conditions.setdefault("batch", f"{item.value:g}")
        elif item.kind == "resolution":
            conditions.setdefault("resolution", f"{item.conditions['width']}x{item.conditions['height']}")
        elif item.kind == "sequence_length":
            conditions.setdefault("sequence_length", f"{item.value:g}")
        elif item.kind == "device" and item.conditions.get("role") != "train":
            conditions.setdefault("device", item.name or item.words)
