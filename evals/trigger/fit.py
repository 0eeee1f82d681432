"""Fits the trigger's weights to the project's own sentences: `python -m deep_learning_expert.evals.trigger.fit`.

Logistic regression with fixed signs: use frames may only add, the others only take away, the intercept stays negative.
The penalty pulls each weight to the strength written in frames.toml, so a frame without examples keeps it. Plain
gradient steps in a fixed order: the same sentences give the same weights. The two thresholds are the cheapest ones on
probabilities that were cross-validated, each message judged by weights fitted without it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deep_learning_expert.skill.trigger.decide import Evidence, gather
from deep_learning_expert.skill.trigger.frames import frames

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parents[1] / "skill" / "trigger" / "weights.json"
TARGETS = {"use": 1.0, "dont_use": 0.0, "ambiguous": 0.45}
_PENALTY = 1.0  # per weight, against the log-likelihood of all sentences
_START_INTERCEPT = -2.4
_HIGHEST_INTERCEPT = -1.8  # no evidence means no: at most a probability of 0.14
_ROUNDS, _STEP = 2_000, 0.01
_FOLDS = 5
# What a decision costs: taking a stranger's message is the worst, then turning away our own, then asking needlessly.
_COSTS = {
    ("dont_use", "use"): 4.0,
    ("use", "dont_use"): 3.0,
    ("use", "ask"): 1.0,
    ("dont_use", "ask"): 1.0,
    ("ambiguous", "use"): 1.0,
    ("ambiguous", "dont_use"): 1.0,
}


@dataclass(frozen=True)
class Message:
    """One labelled message: label use, dont_use or ambiguous; rule as in the skill document, or "none"."""

    text: str
    lang: str
    label: str
    rule: str
    hard: bool
    long: bool


@dataclass(frozen=True)
class Fitted:
    """Intercept and weights (by frame id) of one fit."""

    intercept: float
    weights: Mapping[str, float]


def read_messages(path: Path) -> list[Message]:
    """The messages of one JSON-lines file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Message(row["text"], row["lang"], row["label"], row["rule"], row["hard"], row["long"]) for row in rows]


def own_messages() -> list[Message]:
    """All messages of this folder."""
    return [message for path in sorted(HERE.glob("*.jsonl")) for message in read_messages(path)]


def fit(messages: Sequence[Message], evidence: Sequence[Evidence]) -> Fitted:
    """Weights by penalised maximum likelihood with fixed signs; evidence: `gather` of each message.

    Ambiguous messages that an ask frame settles are left out: their probability decides nothing.
    """
    signs = {frame.id: 1.0 if frame.side == "use" else -1.0 for frame in frames() if frame.side != "ask"}
    prior = {frame.id: frame.weight for frame in frames() if frame.side != "ask"}
    rows = [
        (_names(found), TARGETS[message.label])
        for message, found in zip(messages, evidence, strict=True)
        if message.label != "ambiguous" or not found.side("ask")
    ]
    weights = dict(prior)
    intercept = _START_INTERCEPT
    for _ in range(_ROUNDS):
        slopes = {name: _PENALTY * (weights[name] - prior[name]) for name in weights}
        slope = 0.0
        for names, target in rows:
            error = _chance(intercept + sum(signs[name] * weights[name] for name in names)) - target
            slope += error
            for name in names:
                slopes[name] += signs[name] * error
        intercept = min(intercept - _STEP * 0.1 * slope, _HIGHEST_INTERCEPT)
        weights = {name: max(weights[name] - _STEP * slopes[name], 0.0) for name in weights}
    return Fitted(round(intercept, 3), {name: round(value, 3) for name, value in weights.items()})


def _names(found: Evidence) -> list[str]:
    return [match.frame.id for match in found.matches if match.frame.side != "ask"]


def _chance(total: float) -> float:
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def held_out_probabilities(messages: Sequence[Message], evidence: Sequence[Evidence]) -> list[float]:
    """Probability of each message by weights that were fitted without its fold (every `_FOLDS`-th message)."""
    chances = [0.0] * len(messages)
    signs = {frame.id: 1.0 if frame.side == "use" else -1.0 for frame in frames()}
    for fold in range(_FOLDS):
        kept = [index for index in range(len(messages)) if index % _FOLDS != fold]
        fitted = fit([messages[index] for index in kept], [evidence[index] for index in kept])
        for index in range(fold, len(messages), _FOLDS):
            total = sum(signs[name] * fitted.weights[name] for name in _names(evidence[index]))
            chances[index] = _chance(fitted.intercept + total)
    return chances


def verdict(chance: float, found: Evidence, surely_not: float, surely: float) -> str:
    """The decision at these thresholds, as in `decide`."""
    if found.side("ask"):
        return "ask"
    return "use" if chance >= surely else "dont_use" if chance < surely_not else "ask"


def cheapest_thresholds(
    messages: Sequence[Message], evidence: Sequence[Evidence], chances: Sequence[float]
) -> tuple[float, float]:
    """(surely_not, surely) with the least summed cost; among equals the narrowest band."""
    lows = [step / 100 for step in range(20, 50, 2)]  # certain of no: below even odds
    highs = [step / 100 for step in range(52, 86, 2)]  # certain of yes: above them
    best = (math.inf, 0.0, 0.0, 0.0)
    for low in lows:
        for high in highs:
            cost = sum(
                _COSTS.get((message.label, verdict(chance, found, low, high)), 0.0)
                for message, found, chance in zip(messages, evidence, chances, strict=True)
            )
            best = min(best, (cost, high - low, low, high))
    return best[2], best[3]


def main() -> None:
    """Fits on all own messages and writes skill/trigger/weights.json; prints how the held-out folds were judged."""
    messages = own_messages()
    evidence = [gather(message.text) for message in messages]
    chances = held_out_probabilities(messages, evidence)
    surely_not, surely = cheapest_thresholds(messages, evidence, chances)
    fitted = fit(messages, evidence)
    table = {"intercept": fitted.intercept, "weights": fitted.weights, "surely_not": surely_not, "surely": surely}
    WEIGHTS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    outcomes = Counter(
        (message.label, verdict(chance, found, surely_not, surely))
        for message, found, chance in zip(messages, evidence, chances, strict=True)
    )
    for (label, said), count in sorted(outcomes.items()):
        print(f"{label:>10} -> {said:<8} {count}")


if __name__ == "__main__":
    main()
