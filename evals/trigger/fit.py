"""Fits the trigger's weights to the project's own sentences: `python -m deep_learning_expert.evals.trigger.fit`.

Logistic regression with fixed signs: use frames may only add, the others only take away, the intercept stays negative.
The penalty pulls each weight to the strength written in frames.toml, so a frame without examples keeps it. Plain
gradient steps in a fixed order: the same sentences give the same weights. Then the two thresholds are chosen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deep_learning_expert.skill.trigger.decide import gather
from deep_learning_expert.skill.trigger.frames import frames

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parents[1] / "skill" / "trigger" / "weights.json"
TARGETS = {"use": 1.0, "dont_use": 0.0, "ambiguous": 0.45}
_PENALTY = 0.6  # per weight, against the log-likelihood of all sentences
_START_INTERCEPT = -2.4
_HIGHEST_INTERCEPT = -1.8  # no evidence means no: at most a probability of 0.14
_ROUNDS, _STEP = 3_000, 0.01


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


def fit(messages: Sequence[Message]) -> Fitted:
    """Weights by penalised maximum likelihood with fixed signs."""
    signs = {frame.id: 1.0 if frame.side == "use" else -1.0 for frame in frames() if frame.side != "ask"}
    prior = {frame.id: frame.weight for frame in frames() if frame.side != "ask"}
    rows = [
        (
            [match.frame.id for match in gather(message.text).matches if match.frame.side != "ask"],
            TARGETS[message.label],
        )
        for message in messages
    ]
    weights = dict(prior)
    intercept = _START_INTERCEPT
    for _ in range(_ROUNDS):
        slopes = {name: _PENALTY * (weights[name] - prior[name]) for name in weights}
        slope = 0.0
        for names, target in rows:
            total = intercept + sum(signs[name] * weights[name] for name in names)
            error = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0))) - target
            slope += error
            for name in names:
                slopes[name] += signs[name] * error
        intercept = min(intercept - _STEP * 0.1 * slope, _HIGHEST_INTERCEPT)
        weights = {name: max(weights[name] - _STEP * slopes[name], 0.0) for name in weights}
    return Fitted(intercept, {name: round(value, 3) for name, value in weights.items()})


def main() -> None:
    """Fits on all own messages and writes skill/trigger/weights.json."""
    fitted = fit(own_messages())
    table = {
        "intercept": round(fitted.intercept, 3),
        "weights": fitted.weights,
        "surely_not": 0.3,
        "surely": 0.55,
    }
    WEIGHTS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
