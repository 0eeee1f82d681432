"""Finding vocabulary terms in free text, Chinese and English, without regular expressions.

A term is written as people say it. In Latin script it must start at a word's beginning and may go on ("detect" finds
"detection"); up to four letters it must be the whole word, a plural ending aside ("ner", "gan"). A term in
Chinese is found anywhere. "a|b" means either, "a + b" means both in the text, "!a" means that a is absent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

_SHORT_WORD = 4  # Latin terms up to this length are acronyms or would match inside too many words


_SEPARATORS = str.maketrans({char: " " for char in "-_/\\\t\r\n\u3000‐‑–—"})


@cache
def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().translate(_SEPARATORS).split())


def fold(text: str) -> str:
    """Lower case, full width to half width, hyphens, slashes and line breaks to single spaces."""
    return _folded(text) if len(text) < 2_000 else _folded.__wrapped__(text)


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
    if term[0].isascii() and term[0].isalnum() and start and _is_word_char(text[start - 1]):
        return False
    if not (term[-1].isascii() and term[-1].isalnum()):
        return True
    end = start + len(term)
    if end >= len(text) or not _is_word_char(text[end]):
        return True
    if term[-1].isdigit():
        return not text[end].isdigit()
    last_word = term.rsplit(" ", 1)[-1]
    if len(last_word) > _SHORT_WORD:
        return True
    for plural in ("s", "es"):
        after = end + len(plural)
        if text.startswith(plural, end) and (after >= len(text) or not _is_word_char(text[after])):
            return True
    return False


def _is_word_char(char: str) -> bool:
    return char.isascii() and char.isalnum()


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
