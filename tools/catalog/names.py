"""Finds the row a person means: "ResNet-50", "timm/resnet50.a1_in1k" and "ViT-B/16" are names too."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache

from deep_learning_expert.tools.catalog import tables

_NOISE = {ord(char): None for char in " -_./()[]:"}


def normal(name: str) -> str:
    """A name without case, spaces and punctuation: "ViT-B/16" -> "vitb16"; "+" is kept ("DeepLabV3+")."""
    return name.strip().lower().translate(_NOISE)


@cache
def _curated_names() -> Mapping[str, str]:
    """Normalised id, name, alias or hub name -> id, for the curated part."""
    found: dict[str, str] = {}
    weaker: list[tuple[str, str]] = []
    for row_id, lines in tables.lines_by_id("curated", "architecture").items():
        cells = tables.cells("curated", "architecture", lines[0])
        found[normal(row_id)] = row_id
        weaker += [(name, row_id) for name in (cells["name"], *cells["aliases"].split("|")) if name]
    for row_id, lines in tables.lines_by_id("curated", "weights").items():
        weaker += [(cells["hub"], row_id) for cells in map(_weights_cells, lines) if cells["hub"]]
    for name, row_id in weaker:
        found.setdefault(normal(name), row_id)
    return found


def _weights_cells(line: str) -> dict[str, str]:
    return tables.cells("curated", "weights", line)


@cache
def _bulk_names() -> Mapping[str, str]:
    """Normalised id or alias -> id, for timm and torchvision."""
    found: dict[str, str] = {}
    for row_id in (*_ids("torchvision"), *_ids("timm")):
        other = found.setdefault(normal(row_id), row_id)
        if other != row_id:
            # Two ids of one spelling, such as 3.2 and 32 GF: each keeps its own and the one with its decimal mark.
            found |= {other: other, row_id: row_id, _with_decimals(row_id): row_id, _with_decimals(other): other}
    with (tables.DATA / "aliases.csv").open(encoding="utf-8", newline="") as stream:
        for alias, row_id in list(csv.reader(stream))[1:]:
            found.setdefault(normal(alias), row_id)
    return found


def _with_decimals(name: str) -> str:
    """As `normal`, but a mark between digits stays: "RegNetX-3.2GF" -> "regnetx3_2gf"."""
    lower = name.strip().lower()
    inside = zip(" " + lower, lower, lower[1:] + " ", strict=False)
    kept = ("\0" if char in "._" and a.isdigit() and b.isdigit() else char for a, char, b in inside)
    return normal("".join(kept)).replace("\0", "_")


def _ids(part: str) -> Iterable[str]:
    return tables.lines_by_id("timm" if part == "timm" else "torchvision", "architecture")


@cache
def starts() -> frozenset[str]:
    """The first three characters of every known normalised spelling: a cheap first look before `find`."""
    return frozenset(spelling[:3] for spelling in (*_curated_names(), *_bulk_names()))


def find(name: str) -> str | None:
    """The id behind a name, or None. Curated rows come first, then exact bulk ids, then names without their tag."""
    for spelling in _spellings(name):
        key = normal(spelling)
        if not key or _begins_like_none(spelling, key):
            continue
        bulk = _bulk_names()
        marked = bulk.get(spelling.strip().lower()) or bulk.get(_with_decimals(spelling))
        row_id = _curated_names().get(key) or marked or bulk.get(key)
        if row_id:
            return row_id
    return None


def _begins_like_none(spelling: str, key: str) -> bool:
    """Whether no known name begins like this one; spares most words of a text the longer look."""
    head = spelling.strip().lower()[:_MARKED]
    marked = any(char.isdigit() for char in head)  # may keep its decimal mark, and so begin otherwise
    return not marked and key[:3] not in starts() and head[:3] not in starts()


_MARKED = 5  # characters of a spelling that may give the first three of a normalised one


def _spellings(name: str) -> Iterable[str]:
    """The name as given, then without the hub's owner, then without the weight tag."""
    yield name
    bare = name.rpartition("/")[2] if name.count("/") == 1 else name
    yield bare
    if "." in bare:
        yield bare.partition(".")[0]


def nearest(name: str, k: int = 3) -> tuple[str, ...]:
    """The k catalog ids whose spelling is nearest to `name`, best first."""
    key = normal(name.rpartition("/")[2])
    every = {**_bulk_names(), **_curated_names()}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    scored = []
    for spelling, row_id in every.items():
        matcher.set_seq1(spelling)
        bound = matcher.quick_ratio() if matcher.real_quick_ratio() > 0.3 else 0.0
        scored.append((bound, spelling, row_id))
    scored.sort(reverse=True)
    exact = sorted(((_ratio(matcher, spelling), row_id) for _, spelling, row_id in scored[: 8 * k]), reverse=True)
    return tuple(dict.fromkeys(row_id for _, row_id in exact))[:k]


def _ratio(matcher: SequenceMatcher[str], spelling: str) -> float:
    matcher.set_seq1(spelling)
    return matcher.ratio()
