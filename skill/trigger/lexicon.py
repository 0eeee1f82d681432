"""Finds the concepts of lexicon.toml in a text: words by their stem, Chinese by its characters, in one linear scan."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from deep_learning_expert.skill.trigger.normalise import Folded

_FILE = Path(__file__).resolve().parent / "lexicon.toml"
_OTHER_SENSE = "other"  # mentions of this concept hide the mentions inside them
_NO_SENSE = "neutral"  # those of this one hide words of elsewhere and of choosing inside them, and say nothing
_CHOOSING = ("choice", "compare")
_TASK, _SYMPTOM = "task", "symptom"  # a task's name hides a symptom in it: 异常检测
COUNTED = {"countable": "counted", "size_unit": "sized", "time_unit": "timed"}  # nouns, and what a number makes them
_THINGS, _NUMBER_REACH = "countable", 3  # words between a number and the things: "12,000 handwritten delivery notes"
_CHINESE_NUMBERS = frozenset("二两三四五六七八九十百千万亿几")  # "one picture" is no amount
_STRONG, _AGAINST = "strong", "against"  # groups of the file: a strong word hides words of elsewhere inside it
# Letters in one run, digits in one run, any other letter (Chinese, kana ...) alone, and the symbols of C++ and C#.
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[à-ɏ\u0370-\u052fa-z]+|[\u3040-\u9fff\uac00-\ud7af]|[+#]")
_PAUSE = re.compile(r"[,;:!?()\n\u3001-\u3011\uff01-\uff1f]")  # a term does not run across one
_SHORTEST_STEMMED = 5
_SHORTEST_MENDED, _LONGEST_MENDED = 7, 24
_MOST_WORDS = 16_384  # whose stems are kept
# Ending -> what stands for it; the first that fits counts, so families such as classify/classifier/classification meet.
_ENDINGS = (
    *((ending, "if") for ending in ("ifications", "ification", "ifiers", "ifier", "ifying", "ified", "ifies", "ify")),
    *((ending, "iz") for ending in ("izations", "isations", "ization", "isation", "izing", "ising", "ized", "ised")),
    *((ending, "iz") for ending in ("izes", "ises", "ize", "ise")),
    *((ending, "at") for ending in ("ations", "ation", "ating", "ated", "ates", "ate")),
    *((ending, "") for ending in ("ings", "ing", "ed", "es", "s", "e")),
)


class Mention(NamedTuple):
    """A concept at a place: token indices [first, last], character span [start, end) in the folded text."""

    concept: str
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True)
class _Lexicon:
    single: Mapping[str, tuple[str, ...]]  # a one-token term -> its concepts
    longer: Mapping[str, Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]]  # first two tokens -> terms
    known: frozenset[str]
    strong: frozenset[str]  # concepts of the two groups
    against: frozenset[str]
    deletions: Mapping[str, str]  # a mendable name with one letter left out -> the name's stem


@lru_cache(maxsize=_MOST_WORDS)
def _stem(word: str) -> str:
    if len(word) < _SHORTEST_STEMMED or word.endswith("ss") or not word.isascii():
        return word
    for ending, stand_in in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + stand_in
    return word


def _tokens(text: str) -> list[str]:
    return [_stem(match.group()) for match in _TOKEN.finditer(text)]


@cache
def _lexicon() -> _Lexicon:
    with _FILE.open("rb") as stream:
        groups = tomllib.load(stream)
    concepts: dict[tuple[str, ...], list[str]] = {}
    mendable = groups.pop("mendable")["names"].split()
    for group in groups.values():
        for concept, terms in group.items():
            for term in terms.lower().split(" | "):
                key = tuple(_tokens(term))
                if key and concept not in concepts.setdefault(key, []):
                    concepts[key].append(concept)
    longer: dict[str, dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]] = {}
    for key, names in concepts.items():
        if len(key) > 1:
            longer.setdefault(key[0], {}).setdefault(key[1], []).append((key, tuple(names)))
    deletions = {gap: _stem(name) for name in mendable for gap in _with_one_letter_less(name)}
    known = frozenset(token for key in concepts for token in key)
    return _Lexicon(
        single={key[0]: tuple(names) for key, names in concepts.items() if len(key) == 1},
        longer={first: {second: tuple(rows) for second, rows in seconds.items()} for first, seconds in longer.items()},
        known=known,
        strong=frozenset(groups[_STRONG]),
        against=frozenset(groups[_AGAINST]),
        deletions=deletions,
    )


def _with_one_letter_less(word: str) -> Iterator[str]:
    yield word
    for index in range(1, len(word)):  # the first letter is hardly ever the wrong one
        yield word[:index] + word[index + 1 :]


@lru_cache(maxsize=_MOST_WORDS)
def _mended(word: str) -> str:
    """The stem of the name that `word` misspells by one letter, or the word's own stem."""
    lexicon, stem = _lexicon(), _stem(word)
    if not _SHORTEST_MENDED <= len(word) <= _LONGEST_MENDED or stem in lexicon.known:
        return stem
    return next((lexicon.deletions[gap] for gap in _with_one_letter_less(word) if gap in lexicon.deletions), stem)


def mentions(folded: Folded) -> tuple[Mention, ...]:
    """All mentions in reading order; what lies inside a word of another sense is left out."""
    lexicon, text = _lexicon(), folded.text
    single, longer = lexicon.single, lexicon.longer
    places = [match.span() for match in _TOKEN.finditer(text)]
    words = [_mended(text[start:end]) for start, end in places]
    found: list[Mention] = []
    for index, word in enumerate(words):
        if word in single:
            start, end = places[index]
            found += [Mention(concept, index, index, start, end) for concept in single[word]]
        if word not in longer or index + 1 == len(words):
            continue
        for key, concepts in longer[word].get(words[index + 1], ()):
            last = index + len(key) - 1
            if last >= len(words) or (last > index + 1 and tuple(words[index : last + 1]) != key):
                continue
            start, end = places[index][0], places[last][1]
            if _PAUSE.search(text, start, end) is None:
                found += [Mention(concept, index, last, start, end) for concept in concepts]
    return tuple(_unhidden(_with_counts(found, words), lexicon))


def _with_counts(found: Iterable[Mention], words: Sequence[str]) -> list[Mention]:
    """Countable things become counted ones where a number stands before them, and are left out where none does."""
    kept = []
    for item in found:
        counted = COUNTED.get(item.concept)
        if counted is None:
            kept.append(item)
        elif _has_number_before(item.first, words, _NUMBER_REACH if item.concept == _THINGS else 1):
            kept.append(item._replace(concept=counted))
    return kept


def _has_number_before(first: int, words: Sequence[str], reach: int) -> bool:
    if first and not words[first].isascii():
        return words[first - 1].isdigit() or words[first - 1] in _CHINESE_NUMBERS
    return any(words[index].isdigit() for index in range(max(first - reach, 0), first))


def _unhidden(found: list[Mention], lexicon: _Lexicon) -> Iterator[Mention]:
    other_sense = _Cover(item for item in found if item.concept == _OTHER_SENSE)
    no_sense = _Cover(item for item in found if item.concept == _NO_SENSE)
    strong = _Cover(item for item in found if item.concept in lexicon.strong and item.last > item.first)
    tasks = _Cover(item for item in found if item.concept == _TASK)
    for item in found:
        if item.concept == _SYMPTOM and tasks.hides(item):
            continue
        if item.concept == _NO_SENSE or (item.concept != _OTHER_SENSE and other_sense.hides(item)):
            continue
        if item.concept in lexicon.against and (strong.hides(item) or no_sense.hides(item)):
            continue
        if item.concept in _CHOOSING and no_sense.hides(item):
            continue
        yield item


class _Cover:
    """Which mentions lie inside a longer one of a set, answered in constant time."""

    def __init__(self, longer: Iterable[Mention]) -> None:
        self._reach: dict[int, tuple[int, int]] = {}  # token -> furthest last token of a mention over it, its length
        for item in longer:
            span = (item.last, item.last - item.first)
            for token in range(item.first, item.last + 1):
                self._reach[token] = max(self._reach.get(token, span), span)

    def hides(self, item: Mention) -> bool:
        """Whether a mention of the set contains `item` and is longer."""
        last, length = self._reach.get(item.first, (-1, 0))
        return last >= item.last and length > item.last - item.first
