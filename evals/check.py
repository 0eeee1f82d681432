"""One thing looked at, and how a wanted value is compared with a found one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.evals.conversation import Bounds, Holding, Wanted

Kind = Literal[
    "trigger", "status", "questions", "path", "tools", "decisions", "figures", "plan", "notices", "changes", "reply",
    "usage", "sound", "resumed", "script",
]  # fmt: skip


@dataclass(frozen=True)
class Check:
    """kind: the row of the table it counts in; what: what was looked at; expected, found: shown when it failed."""

    kind: Kind
    what: str
    passed: bool
    expected: str = ""
    found: str = ""


def fits(wanted: Wanted, found: object) -> bool:
    """Whether a value is the wanted one, one of the wanted ones, within bounds, or holds what it must."""
    match wanted:
        case Bounds():
            low = -math.inf if wanted.min is None else wanted.min
            high = math.inf if wanted.max is None else wanted.max
            return isinstance(found, int | float) and low <= found <= high
        case Holding():
            return holds(wanted, found)
        case list():
            return any(fits(one, found) for one in wanted)
        case bool() | str() | None:
            return type(found) is type(wanted) and found == wanted
        case _:
            number = isinstance(found, int | float) and not isinstance(found, bool)
            return number and math.isclose(float(str(found)), wanted, rel_tol=1e-6)


def holds(wanted: Holding, found: object) -> bool:
    """Whether a text or a list of texts holds and lacks what it must; nothing at all holds nothing."""
    if found is None:
        return wanted.contains is None
    members = [str(item) for item in found] if isinstance(found, list) else None
    text = str(found)
    inside = wanted.contains is None or (wanted.contains in members if members is not None else wanted.contains in text)
    outside = wanted.lacks is None or not (wanted.lacks in members if members is not None else wanted.lacks in text)
    return inside and outside


def shown(wanted: object) -> str:
    """A wanted value for its reader."""
    match wanted:
        case Bounds(min=low, max=high):
            return f"{'' if low is None else f'at least {low}'}{' ' if None not in (low, high) else ''}" + (
                "" if high is None else f"at most {high}"
            )
        case Holding():
            parts = (f"contains {wanted.contains!r}" if wanted.contains is not None else "",
                     f"lacks {wanted.lacks!r}" if wanted.lacks is not None else "")  # fmt: skip
            return ", ".join(part for part in parts if part)
        case list():
            return " or ".join(map(repr, wanted))
        case _:
            return repr(wanted)


def subsequence(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Whether the wanted items appear in this order among the found ones."""
    left = iter(found)
    return all(item in left for item in wanted)
