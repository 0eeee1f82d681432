"""What a message says of the user's set-up: framework, model in use, what goes wrong, settings in pasted code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

from deep_learning_expert.skill.intake.clauses import Clause, Prose, Span
from deep_learning_expert.skill.intake.draft import Fact
from deep_learning_expert.skill.intake.hearing import may_hold, said, touched, touches
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.message_numbers import ISSUES, says
from deep_learning_expert.skill.intake.pasted import model_in, settings_in
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.catalog import names

_LONG_NAME = 6  # shorter names without a digit are too often ordinary words
_SHORTEST_ACRONYM = 4
_FRAMEWORK, _MODEL = "existingSetup.framework", "existingSetup.baseModel"
_UNNAMED = ("no ", "not ", "不用", "不要", "别用", "without ", "不想用")


def setup_facts(prose: Prose, turn: int) -> Iterator[Fact]:
    """Framework, model and issues in the person's own words, then what pasted code sets."""
    yield from _split_issues(prose, turn)
    for part in prose.parts:
        for _, terms in touched(part.folded, "facts", "framework"):
            if said(part.folded, terms):
                place = next((place for term in terms if (place := _word(part, term))), None)
                if place:
                    yield Fact(_FRAMEWORK, "", prose.text[slice(*place)], turn, place)
        if _goes_wrong(part):
            yield Fact(ISSUES, part.folded, part.text, turn, (part.start, part.end))
        if not says(part, "choosing"):
            yield from (Fact(_MODEL, "", prose.text[slice(*place)], turn, place) for place in _models(part))
    for place in prose.code[:_MOST_BLOCKS]:
        yield from _code(prose.text, place, turn)


def _split_issues(prose: Prose, turn: int) -> Iterator[Fact]:
    """ "training loss falls, validation loss rises": a symptom told over two clauses."""
    overfitting = word_lists("facts", "issues")["overfitting"]
    for first, second in pairwise(prose.parts):
        if second.end - first.start > _LONGEST_SYMPTOM or _hardly_says(prose, first, second):
            continue
        joined = prose.text[first.start : second.end]
        if said(first.folded, overfitting) or said(second.folded, overfitting):
            continue
        if said(fold(joined), overfitting):
            yield Fact(ISSUES, "overfitting", joined, turn, (first.start, second.end))


def _hardly_says(prose: Prose, first: Clause, second: Clause) -> bool:
    """A cheap first look: no clause has a word of the symptom, and no word runs across the mark between them."""
    overfitting = word_lists("facts", "issues")["overfitting"]
    parted = not _PARTS.isdisjoint(prose.text[first.end : second.start])
    return parted and not may_hold(first.folded, overfitting) and not may_hold(second.folded, overfitting)


_PARTS = frozenset(",，、;；。!！?？()（）")  # none of them stands inside a term (held by a test)
_MOST_BLOCKS = 12  # of pasted code that are looked into
_LONGEST_SYMPTOM = 240  # characters


def _goes_wrong(part: Clause) -> bool:
    if not touches(part.folded, "facts", "issues") or part.folded.startswith(_meaning()):
        return False
    for issue, terms in touched(part.folded, "facts", "issues"):
        if said(part.folded, terms) and (issue != "production-gap" or says(part, "bad")):
            return True
    return False


@cache
def _meaning() -> tuple[str, ...]:
    """How a question about a word begins; what it asks about is not what happens here."""
    return tuple(vocabulary("message_words")["meaning"]["openings"])


def _word(part: Clause, term: str) -> Span | None:
    start = part.text.lower().find(term)
    if start < 0:
        return None
    end = start + len(term)
    before, after = part.text[start - 1 : start], part.text[end : end + 1]
    if (before.isascii() and before.isalnum()) or (len(term) <= 4 and after.isascii() and after.isalpha()):
        return None
    return part.start + start, part.start + end


@cache
def _run() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9.+/-]*(?:[ _-](?=[A-Za-z0-9])[A-Za-z0-9.+/-]+){0,3}")


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9.+/-]+")


def _models(part: Clause) -> Iterator[Span]:
    """The first run of Latin words that the catalog knows as a model, longest first."""
    for run in _run().finditer(part.text):
        words = [found.span() for found in _piece().finditer(part.text, *run.span())]
        begins = [first for first, place in enumerate(words) if _begins_a_model(part.text, *place, run.end())]
        if not begins:
            continue
        for length in range(len(words), 0, -1):
            for first in begins:
                if first + length > len(words):
                    continue
                start, end = words[first][0], words[first + length - 1][1]
                name = part.text[start:end].rstrip(".")
                if len(name) < 3 or part.text[max(start - 8, 0) : start].lower().endswith(_UNNAMED):
                    continue
                if _is_model(name):
                    yield part.start + start, part.start + start + len(name)
                    return


_TELLING = 3  # characters by which a model's name is looked up first
_HEAD = 7  # characters in which a name of several words shows how it begins


def _begins_a_model(text: str, start: int, end: int, run_end: int) -> bool:
    """A cheap first look: whether some model's name begins with this word, or with it and what follows."""
    if end - start >= _TELLING:
        return _may_begin_a_model(text[start:end])
    if run_end - start <= _HEAD:
        return True
    return _words_may_begin_a_model(text[start : start + _HEAD]) or "/" in text[start:run_end]


@lru_cache(maxsize=4096)
def _words_may_begin_a_model(head: str) -> bool:
    low, key, known = head.lower(), names.normal(head), names.starts()
    if len(key) < _TELLING or any(char.isdigit() for char in low):
        return True
    if not known.isdisjoint((key[:3], key[:2], key[:1], low[:3], low[:2])):
        return True
    return low[:3].replace("_", "-") in _family_starts()


@lru_cache(maxsize=4096)
def _may_begin_a_model(word: str) -> bool:
    """Whether some model's name begins with the three characters that the word begins with."""
    begins = {names.normal(one)[:3] for one in (word, word.rpartition("/")[2])} | {word.lower()[:3]}
    return not begins.isdisjoint(names.starts()) or not begins.isdisjoint(_family_starts())


@cache
def _family_starts() -> frozenset[str]:
    return frozenset(prefix[:3] for prefix in vocabulary("message_words")["families"]["prefixes"])


@lru_cache(maxsize=4096)
def _is_model(name: str) -> bool:
    """Known to the catalog, or a family's name with a size behind it."""
    low = name.lower().replace("_", "-")
    if low in word_lists("message_words", "not_models")["words"]:
        return False
    digits = any(char.isdigit() for char in name)
    rest = low.split()[1:]
    fits = all(word[0].isdigit() or word in word_lists("message_words", "size_words")["words"] for word in rest)
    if (digits or "-" in name) and fits and low.startswith(word_lists("message_words", "families")["prefixes"]):
        return True
    if rest and "." in name:
        return False  # the catalog would drop what follows the dot
    if low in word_lists("message_words", "plain_models")["words"] and names.find(name) is not None:
        return True
    acronym = name.isupper() and len(name) >= _SHORTEST_ACRONYM
    return (digits or "-" in name or acronym or len(name) >= _LONG_NAME) and names.find(name) is not None


def _code(text: str, place: Span, turn: int) -> Iterator[Fact]:
    for key, words, span in settings_in(text, place):
        yield Fact(ISSUES, key, words, turn, span)
    model = model_in(text, place)
    if model:
        yield Fact(_MODEL, "", model[0], turn, model[1])
    for terms in word_lists("facts", "framework").values():
        for term in terms[:2]:
            start = text.find(f"import {term}", *place)
            if start >= 0:
                start += len("import ")
                yield Fact(_FRAMEWORK, "", term, turn, (start, start + len(term)))
                break
