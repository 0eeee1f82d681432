"""Frames (frames.toml): which concepts must meet for a rule to speak, and how strongly (weights.json)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from deep_learning_expert.skill.trigger.lexicon import Mention

Side = Literal["use", "against", "ask"]
_FOLDER = Path(__file__).resolve().parent
_MOST_MENTIONS = 24  # of one concept; more adds nothing and would cost time on long pastes


@dataclass(frozen=True)
class Frame:
    """One row of frames.toml. parts: alternatives of concepts, all needed; window: in words, None for anywhere.

    among and least: instead of parts, at least so many different concepts of a set.
    """

    id: str
    side: Side
    rule: str
    parts: tuple[frozenset[str], ...]
    window: int | None
    weight: float
    unless: frozenset[str]
    among: frozenset[str]
    least: int


@dataclass(frozen=True)
class Match:
    """A frame that speaks, and the mentions that made it speak."""

    frame: Frame
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class Scale:
    """The fitted model: intercept (negative: no evidence means no), weight per frame, and the thresholds.

    surely_not, surely: probabilities below and above which nothing is asked.
    """

    intercept: float
    weights: Mapping[str, float]
    surely_not: float
    surely: float


@cache
def frames() -> tuple[Frame, ...]:
    """All frames in the order of the file."""
    with (_FOLDER / "frames.toml").open("rb") as stream:
        table = tomllib.load(stream)
    sides: tuple[Side, ...] = ("use", "against", "ask")
    return tuple(
        Frame(
            id=row["id"],
            side=side,
            rule=row["rule"],
            parts=tuple(frozenset(part.split("|")) for part in row.get("parts", ())),
            window=row.get("window"),
            weight=row.get("weight", 0.0),
            unless=frozenset(row.get("unless", ())),
            among=frozenset(row.get("among", ())),
            least=row.get("least", 0),
        )
        for side in sides
        for row in table.get(side, ())
    )


@cache
def scale() -> Scale:
    """The fitted weights (made by evals/trigger/fit.py)."""
    return Scale(**json.loads((_FOLDER / "weights.json").read_text(encoding="utf-8")))


def matches(found: Iterable[Mention]) -> tuple[Match, ...]:
    """The frames that speak on these mentions."""
    by_concept: dict[str, list[Mention]] = {}
    for item in found:
        places = by_concept.setdefault(item.concept, [])
        if len(places) < _MOST_MENTIONS:
            places.append(item)
    speaking = []
    for frame in frames():
        if frame.unless and not frame.unless.isdisjoint(by_concept):
            continue
        chosen = _fill(frame, by_concept)
        if chosen:
            speaking.append(Match(frame, chosen))
    return tuple(speaking)


def _fill(frame: Frame, by_concept: Mapping[str, Sequence[Mention]]) -> tuple[Mention, ...]:
    """One mention per part, all different and each within the window of the first; empty when a part stays open."""
    if frame.among:
        return _different(frame, by_concept) if len(frame.among & by_concept.keys()) >= frame.least else ()
    for part in frame.parts:
        if part.isdisjoint(by_concept):
            return ()
    options = [_options(part, by_concept) for part in frame.parts]
    for anchor in options[0]:
        chosen = [anchor]
        for choices in options[1:]:
            partner = next((item for item in choices if _may_join(item, chosen, frame.window)), None)
            if partner is None:
                break
            chosen.append(partner)
        else:
            return tuple(chosen)
    return ()


def _options(part: frozenset[str], by_concept: Mapping[str, Sequence[Mention]]) -> list[Mention]:
    found = [item for concept in part for item in by_concept.get(concept, ())]
    return sorted(found, key=lambda item: (item.first, item.concept))[:_MOST_MENTIONS]


def _different(frame: Frame, by_concept: Mapping[str, Sequence[Mention]]) -> tuple[Mention, ...]:
    """One mention of each concept of `among`, none of them on the same words; empty when they are too few."""
    chosen: list[Mention] = []
    for concept, places in by_concept.items():
        if concept in frame.among:
            free = next((item for item in places if _may_join(item, chosen, None)), None)
            if free is not None:
                chosen.append(free)
    return tuple(chosen) if len(chosen) >= frame.least else ()


def _may_join(item: Mention, chosen: Sequence[Mention], window: int | None) -> bool:
    if any(item.first <= other.last and other.first <= item.last for other in chosen):
        return False  # the same words cannot play two parts
    if window is None or not chosen:
        return True
    anchor = chosen[0]
    return max(item.first - anchor.last, anchor.first - item.last) <= window
