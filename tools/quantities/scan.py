"""Cuts a text into the tokens that carry meaning for quantities: numbers with their units, names, signs, machines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, NamedTuple

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.machines import Machine, device_starts, machine_at, machine_behind
from deep_learning_expert.tools.quantities.measures import Amount, read_amount
from deep_learning_expert.tools.quantities.numerals import NUMBER_CHARACTERS, Numeral, number_words, read_range

TokenKind = Literal[
    "amount", "ratio", "resolution", "machine", "name", "sign", "percentile", "break", "stop", "vague", "word"
]


class Token(NamedTuple):
    """kind decides the payload: amount -> Amount, machine -> Machine, name -> Name, the rest -> text or numbers."""

    kind: TokenKind
    start: int
    end: int
    amount: Amount | None = None
    machine: Machine | None = None
    name: lexicon.Name | None = None
    text: str = ""
    numbers: tuple[float, ...] = ()


_NUM = r"[0-9]{1,7}(?:\.[0-9]{1,4})?"
_PATTERNS = {
    "percentile": r"p([0-9]{2}(?:\.[0-9]{1,3})?)(?![0-9a-z%])"
    r"|([0-9]{2}(?:\.[0-9]{1,3})?)(?:th)? ?(?:percentile|分位数?|百分位)",
    "ratio": rf"({_NUM}) ?(?::|比) ?({_NUM})(?! ?: ?[0-9])(?![0-9])",
    "split": rf"{_NUM}(?: ?[:/] ?{_NUM}){{2,5}}",
    "resolution": r"([0-9]{2,5}) ?[x×*] ?([0-9]{2,5})(?: ?[x×*] ?[0-9]{1,5})?(?![0-9])(?: ?(?:px|pixels|像素))?",
    "pixels": r"([0-9]{2,5}) ?(?:px|pixels?|像素)(?![a-z])",
    "identifier": r"[a-z][a-z0-9]*(?:[-_./+][a-z0-9]+){0,8}",
    "digit": r"[0-9]",
    "version": r"[0-9]+(?:\.[0-9]+){2,6}|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|(?:19|20)[0-9]{2} ?年",
    "behind_digits": r"[0-9]+(?:\.[0-9]+)? ?(.)",
    "model_size": r" ?(?:参数|params?|parameters?|模型|大模型|models?|llms?)(?![a-z])",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name])


@cache
def _plain_word() -> re.Pattern[str]:
    return re.compile(r"[a-z][a-z0-9]*")


_STOPS = frozenset(";；。!！?？\n\r|")
_BREAKS = frozenset(",，、()（）/&[]【】")
_JOINTS = frozenset("-_./+")  # between the pieces of a name


def scan(text: str) -> list[Token]:
    """The tokens of a folded text, in order and without overlap; each position costs a bounded number of steps."""
    tokens: list[Token] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] == " ":
            at += 1
            continue
        token = _token_at(text, at)
        tokens.append(token)
        at = token.end  # every token takes a character at least
    return tokens


def _token_at(text: str, at: int) -> Token:
    char = text[at]
    if char.isalpha():
        return _worded_token(text, at)
    if char in _STOPS or (char == "." and text[at + 1 : at + 2] in ("", " ", "\n")):
        return Token("stop", at, at + 1, text=char)
    if char in _BREAKS or (char == "+" and text[at - 1 : at] in ("", " ")):
        return Token("break", at, at + 1, text=char)
    if (char.isascii() and char.isdigit()) or char == ".":
        return _number_token(text, at) or Token("word", at, at + 1, text=char)
    return _worded_token(text, at)


_START = 3  # characters by which a plain word is told from one that may mean something
_NAME, _SIGN, _VAGUE, _MACHINE, _NUMBER = 1, 2, 4, 8, 16  # what a word that begins so may be


@cache
def _starts() -> Mapping[str, int]:
    """How every word begins that means something here, and what it may mean; all other places need no closer look."""
    words: Mapping[int, Iterable[str]] = {
        _NAME: lexicon.names().words(),
        _SIGN: (*lexicon.grouped("signs", "before").words(), *lexicon.grouped("signs", "after").words()),
        _VAGUE: lexicon.listed("vague").words(),
        _MACHINE: (
            *lexicon.grouped("signs", "device_counts").words(),
            *lexicon.grouped("signs", "devices").words(),
            *device_starts(),
        ),
        _NUMBER: (*number_words().words(), "百分之", *NUMBER_CHARACTERS),
    }
    found: dict[str, int] = {}
    for meaning, starting in words.items():
        for word in starting:
            found[word[:_START]] = found.get(word[:_START], 0) | meaning
    return found


def _worded_token(text: str, at: int) -> Token:
    starts = _starts()
    start = text[at : at + _START]
    may_be = starts.get(start, 0) | starts.get(start[:2], 0) | starts.get(start[0], 0)
    if not may_be and not _may_be_percentile(start):
        return _word(text, at)
    found = _pattern("percentile").match(text, at) if start[0] == "p" else None
    if found and not (at and lexicon.is_latin(text[at - 1])):
        return Token("percentile", at, found.end(), numbers=(float(found.group(1)),))
    named = lexicon.names().match(text, at) if may_be & _NAME else None
    sign = _sign(text, at) if may_be & _SIGN else None
    if named and not (sign and sign.end > named[0]):
        return Token("name", at, named[0], name=named[1])
    vague = lexicon.listed("vague").match(text, at) if may_be & _VAGUE else None
    if vague:
        return Token("vague", at, vague[0])
    machine = machine_at(text, at) if may_be & _MACHINE else None
    if machine:
        return Token("machine", at, machine.end, machine=machine)
    amount = _worded_amount(text, at) if may_be & _NUMBER else None
    return amount or sign or _word(text, at)


def _worded_amount(text: str, at: int) -> Token | None:
    """An amount whose number is written in words, or 百分之 and a number."""
    percent_of = text.startswith("百分之", at)
    number = read_range(text, at + 3 if percent_of and at + 3 < len(text) else at)
    amount = _spelled(text, number, percent_of) if number else None
    return amount if amount is None or amount.start == at else Token("amount", at, amount.end, amount=amount.amount)


def _may_be_percentile(start: str) -> bool:
    return start[0] == "p" and start[1:2].isdigit()


def _spelled(text: str, number: Numeral, percent_of: bool) -> Token | None:
    """A number in words counts only with what it counts behind it: "two weeks", 五千条, 一张 3090."""
    if percent_of:
        unit = lexicon.Unit("percent", "%", "%", 1.0)
        return Token("amount", number.start, number.end, amount=Amount(number, number.end, unit=unit))
    machine = machine_behind(text, number.start, number.end, number.value)
    if machine:
        return Token("machine", number.start, machine.end, machine=machine)
    amount = read_amount(text, number)
    understood = amount.unit is not None or amount.noun
    return Token("amount", number.start, amount.end, amount=amount) if understood or not number.spelled else None


def _sign(text: str, at: int) -> Token | None:
    best: tuple[int, str] | None = None
    for section in ("before", "after"):
        found = lexicon.grouped("signs", section).match(text, at)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], found[1])
    return Token("sign", at, best[0], text=best[1]) if best else None


def _word(text: str, at: int) -> Token:
    """A Latin word; with its hyphens and dots when digits follow, for such are names ("ViT-B/16", "ResNet-50")."""
    plain = _plain_word().match(text, at)
    if not plain:
        return Token("word", at, at + 1, text=text[at])
    end = plain.end()
    if text[end : end + 1] in _JOINTS:
        whole = _pattern("identifier").match(text, at)
        if whole and _pattern("digit").search(text, at, whole.end()):
            end = whole.end()
    return Token("word", at, end, text=text[at:end])


# What stands behind digits where they are no plain number: a look at it spares the patterns of `_special_number`.
_SPECIAL = frozenset("tp分百:/比x×*像.-年")


def _number_token(text: str, at: int) -> Token | None:
    behind = _pattern("behind_digits").match(text, at)
    special = behind is not None and behind.group(1) in _SPECIAL
    token = _written_specially(text, at) if special else None
    if token:
        return token
    machine = machine_at(text, at)
    if machine and not _is_count(text, at, machine):
        return Token("machine", at, machine.end, machine=machine)
    token = _named_resolution(text, at) or (_measured_out(text, at) if special else None)
    if token:
        return token
    number = read_range(text, at)
    return _amount_token(text, number) if number else None


def _written_specially(text: str, at: int) -> Token | None:
    """Versions, dates and percentiles."""
    found = _pattern("version").match(text, at)
    if found:
        return Token("word", at, found.end(), text="version")
    found = _pattern("percentile").match(text, at)
    if found:
        return Token("percentile", at, found.end(), numbers=(float(found.group(1) or found.group(2)),))
    return None


def _measured_out(text: str, at: int) -> Token | None:
    """Two numbers or more that belong together: a resolution, a split, a ratio."""
    sized = _resolution(text, at)
    if sized:
        return sized
    found = _pattern("split").match(text, at)
    if found:
        return Token("vague", at, found.end())
    found = _pattern("ratio").match(text, at)
    if found and float(found.group(1)) > 0 and float(found.group(2)) > 0:
        return Token("ratio", at, found.end(), numbers=(float(found.group(1)), float(found.group(2))))
    return None


def _amount_token(text: str, number: Numeral) -> Token | None:
    if number.low is None and number.value == int(number.value if number.value < 1e15 else 0) and not number.letter:
        machine = machine_behind(text, number.start, number.end, number.value)
        if machine and not _is_device_time(text, number):
            return Token("machine", number.start, machine.end, machine=machine)
    sized = _pattern("model_size").match(text, number.end) if number.letter in ("b", "m") else None
    if sized:
        unit = lexicon.Unit("parameters", "params", "params", 1.0)
        return Token("amount", number.start, sized.end(), amount=Amount(number, sized.end(), unit=unit))
    amount = read_amount(text, number)
    return Token("amount", number.start, amount.end, amount=amount)


def _is_device_time(text: str, number: Numeral) -> bool:
    """Whether "100 GPU" goes on as "100 GPU hours"."""
    unit = read_amount(text, number).unit
    return unit is not None and unit.kind == "device_time"


_DASHES = str.maketrans("", "", "-–—~ ")


def _is_count(text: str, at: int, machine: Machine) -> bool:
    """Whether digits that look like a device ("3090", "20-60") rather count something: "20-60 agents"."""
    if not text[at : machine.end].translate(_DASHES).strip().isdigit():
        return False
    number = read_range(text, at)
    if number is None:
        return False
    amount = read_amount(text, number)
    return (amount.noun != "" and not amount.loose) or amount.unit is not None


def _named_resolution(text: str, at: int) -> Token | None:
    named = lexicon.table("signs")["named_resolutions"]
    if not text.startswith(_resolution_names(), at):
        return None
    for word, sides in named.items():
        if text.startswith(word, at):
            end = at + len(word)
            behind = lexicon.listed("resolution_nouns").match(text, end + (text[end : end + 1] == " "), glued=True)
            if behind or word.endswith("p"):
                return Token("resolution", at, end, numbers=(float(sides[0]), float(sides[1])))
    return None


@cache
def _resolution_names() -> tuple[str, ...]:
    return tuple(lexicon.table("signs")["named_resolutions"])


def _resolution(text: str, at: int) -> Token | None:
    found = _pattern("resolution").match(text, at)
    if found and float(found.group(1)) >= 8 and float(found.group(2)) >= 8:
        return Token("resolution", at, found.end(), numbers=(float(found.group(1)), float(found.group(2))))
    found = _pattern("pixels").match(text, at)
    if found:
        return Token("resolution", at, found.end(), numbers=(float(found.group(1)), float(found.group(1))))
    return None
