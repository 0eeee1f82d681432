"""Finding vocabulary terms in free text, Chinese and English, without regular expressions.

A term is written as people say it. In Latin script it must start at a word's beginning and may go on ("detect" finds
"detection"); up to four letters it must be the whole word, a plural ending aside ("ner", "gan"). A term in
Chinese is found anywhere. "a|b" means either, "a + b" means both in the text, "!a" means that a is absent.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

_WORD_CHARS = frozenset(string.ascii_letters + string.digits)
_SHORT_WORD = 4  # Latin terms up to this length are acronyms or would match inside too many words


_SEPARATORS = str.maketrans({char: " " for char in "-_/\\"})
_WIDER_SEPARATORS = "-_/\\‐‑–—"  # blanks of all kinds part words anyway


@cache
def _folded(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if text.isascii():  # Python translates these much faster, and they are in normal form
        return " ".join(text.lower().translate(_SEPARATORS).split())
    folded = unicodedata.normalize("NFKC", text).lower()
    for char in _WIDER_SEPARATORS:
        folded = folded.replace(char, " ")
    return " ".join(folded.split())


def fold(text: str) -> str:
    """Lower case, full width to half width, hyphens, slashes and line breaks to single spaces."""
    if len(text) < 2_000:
        return _folded(text)
    parts = (" ".join(lines) for _, lines in groupby(text.split("\n"), str.isascii))
    return " ".join(filter(None, map(_fold, parts)))  # what is pasted is mostly lines of ASCII


def find_term(text: str, term: str, begin: int = 0) -> int:
    """Index from `begin` on at which the single `term` (folded) occurs in the folded `text`, or -1."""
    start = text.find(term, begin)
    if start < 0:
        return -1
    if not (term[0].isascii() and term[0].isalnum()) and not (term[-1].isascii() and term[-1].isalnum()):
        return start
    while start >= 0:
        if _at_word(text, term, start):
            return start
        start = text.find(term, start + 1)
    return -1


def _at_word(text: str, term: str, start: int) -> bool:
    if term[0].isascii() and term[0].isalnum() and start and text[start - 1] in _WORD_CHARS:
        return False
    if not (term[-1].isascii() and term[-1].isalnum()):
        return True
    end = start + len(term)
    if end >= len(text) or text[end] not in _WORD_CHARS:
        return True
    if term[-1].isdigit():
        return not text[end].isdigit()
    last_word = term.rsplit(" ", 1)[-1]
    if len(last_word) > _SHORT_WORD:
        return True
    for plural in ("s", "es"):
        after = end + len(plural)
        if text.startswith(plural, end) and (after >= len(text) or text[after] not in _WORD_CHARS):
            return True
    return False


@cache
def _parsed(expression: str) -> tuple[tuple[bool, tuple[str, ...]], ...]:
    groups = []
    for group in expression.split(" + "):
        wanted = not group.startswith("!")
        groups.append((wanted, tuple(_folded(term) for term in group.lstrip("!").split("|"))))
    return tuple(groups)


def occurs(text: str, expression: str) -> bool:
    """Whether the folded `text` satisfies a term expression (see the module's docstring)."""
    # Plain loops and a substring test first: this runs thousands of times a task, and nearly every term is absent.
    for wanted, terms in _parsed(expression):
        found = False
        for term in terms:
            if term in text and find_term(text, term) >= 0:
                found = True
                break
        if found is not wanted:
            return False
    return True


def terms_of(expression: str) -> tuple[str, ...]:
    """The folded terms of which one must stand in a text for the expression to hold: its first positive group."""
    return next(terms for wanted, terms in _parsed(expression) if wanted)


def which_occur(text: str, expressions: Iterable[str]) -> tuple[str, ...]:
    """The expressions that hold in the folded `text`, in their order."""
    return tuple(expression for expression in expressions if occurs(text, expression))
