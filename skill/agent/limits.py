"""One budget for a whole session: calls, tokens, seconds and calls made again. Counted from the events, so it survives
a restart, and charged before an answer is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.skill.workflow.events import ModelTurn


@dataclass(frozen=True)
class Limits:
    """calls and tokens (in and out) of a session; calls_per_step: of one visit to a step; seconds: in calls, summed.

    identical_calls: how often the same function may be called with the same arguments before the model is stopped.
    usd_per_million_in, usd_per_million_out: the price of tokens, None when unknown; usd: the most a session may cost.
    """

    calls: int = 30
    calls_per_step: int = 4
    tokens: int = 300_000
    output_tokens_per_call: int = 1_000
    seconds: float = 300.0
    identical_calls: int = 2
    usd: float | None = None
    usd_per_million_in: float | None = None
    usd_per_million_out: float | None = None


@dataclass(frozen=True)
class Spent:
    """What the model's calls have cost so far. cached_tokens: None when no server said; usd: None without prices."""

    calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int | None
    seconds: float
    usd: float | None


def spent(turns: Iterable[ModelTurn], limits: Limits) -> Spent:
    """The sums over all calls."""
    turns = list(turns)
    sent, written = sum(turn.input_tokens for turn in turns), sum(turn.output_tokens for turn in turns)
    cached = [turn.cached_tokens for turn in turns if turn.cached_tokens is not None]
    per_in, per_out = limits.usd_per_million_in, limits.usd_per_million_out
    usd = None if per_in is None or per_out is None else (sent * per_in + written * per_out) / 1e6
    seconds = sum(turn.seconds for turn in turns)
    return Spent(len(turns), sent, written, sum(cached) if cached else None, seconds, usd)


def reached(turns: Iterable[ModelTurn], limits: Limits) -> str:
    """The name of the limit that is reached ("limit_calls" ...), empty while there is room."""
    turns = list(turns)
    cost = spent(turns, limits)
    again = most_repeated(turns)
    checks = {
        "limit_calls": cost.calls >= limits.calls,
        "limit_tokens": cost.input_tokens + cost.output_tokens >= limits.tokens,
        "limit_seconds": cost.seconds >= limits.seconds,
        "limit_money": limits.usd is not None and cost.usd is not None and cost.usd >= limits.usd,
        "limit_repeated": again > limits.identical_calls,
    }
    return next((name for name, hit in checks.items() if hit), "")


# Meant each time.
_REPEATABLE = {"accept", "more"}


def most_repeated(turns: Iterable[ModelTurn]) -> int:
    """How often the most repeated function call was made within the last exchange, about a step or a message."""
    calls: Counter[tuple[object, str]] = Counter()
    before: ModelTurn | None = None
    for turn in turns:
        if before is None or before.closes or before.step != turn.step or (turn.prompt and not before.fault):
            calls.clear()
        calls.update(
            (function.get("name"), _canonical(function.get("arguments")))
            for function in _functions(turn.assistant)
            if function.get("name") not in _REPEATABLE
        )
        before = turn
    return max(calls.values(), default=0)


def _functions(message: Mapping[str, Any] | None) -> Iterable[Mapping[str, Any]]:
    return (call["function"] for call in (message or {}).get("tool_calls", ()))


def _canonical(arguments: object) -> str:
    try:
        return json.dumps(json.loads(str(arguments)), sort_keys=True)
    except ValueError:
        return str(arguments)
