"""Cuts a text into the tokens that carry meaning for quantities: numbers with their units, names, signs, machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.machines import Machine, device_starts, machine_at, machine_behind
from deep_learning_expert.tools.quantities.measures import Amount, read_amount
from deep_learning_expert.tools.quantities.numerals import NUMBER_CHARACTERS, Numeral, number_words, read_range

TokenKind = Literal[
    "amount", "ratio", "resolution", "machine", "name", "sign", "percentile", "break", "stop", "vague", "word"
]


@dataclass(frozen=True)
class Token:
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
    "plain_word": r"[a-z][a-z0-9]*",
    "version": r"[0-9]+(?:\.[0-9]+){2,6}|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|(?:19|20)[0-9]{2} ?年",
    "model_size": r" ?(?:参数|params?|parameters?|模型|大模型|models?|llms?)(?![a-z])",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name])


_STOPS = frozenset(";；。!！?？\n\r|")
_BREAKS = frozenset(",，、()（）/&[]【】")


def scan(text: str) -> list[Token]:
    """The tokens of a folded text, in order and without overlap; each position costs a bounded number of steps."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        token = _token_at(text, at)
        tokens.append(token)
        at = max(token.end, at + 1)
    return tokens


def _token_at(text: str, at: int) -> Token:
    char = text[at]
    if char in _STOPS or (char == "." and text[at + 1 : at + 2] in ("", " ", "\n")):
        return Token("stop", at, at + 1, text=char)
    if char in _BREAKS or (char == "+" and text[at - 1 : at] in ("", " ")):
        return Token("break", at, at + 1, text=char)
    if (char.isascii() and char.isdigit()) or char == ".":
        return _number_token(text, at) or Token("word", at, at + 1, text=char)
    return _worded_token(text, at)


_START = 3  # characters by which a plain word is told from one that may mean something


@cache
def _starts() -> frozenset[str]:
    """How every word begins that means something here; a place that begins otherwise needs no closer look."""
    sections = ("before", "after", "device_counts", "devices")
    words = {word for section in sections for word in lexicon.grouped("signs", section).words()}
    words.update(lexicon.names().words(), lexicon.listed("vague").words(), number_words().words())
    words.update(("百分之", *NUMBER_CHARACTERS))
    return frozenset(word[:_START] for word in (*words, *device_starts()))


def _worded_token(text: str, at: int) -> Token:
    starts = _starts()
    start = text[at : at + _START]
    if start not in starts and start[:2] not in starts and start[0] not in starts and not _may_be_percentile(start):
        return _word(text, at)
    found = _pattern("percentile").match(text, at) if text[at] == "p" else None
    if found and not (at and lexicon.is_latin(text[at - 1])):
        return Token("percentile", at, found.end(), numbers=(float(found.group(1)),))
    named = lexicon.names().match(text, at)
    sign = _sign(text, at)
    if named and not (sign and sign.end > named[0]):
        return Token("name", at, named[0], name=named[1])
    vague = lexicon.listed("vague").match(text, at)
    if vague:
        return Token("vague", at, vague[0])
    machine = machine_at(text, at)
    if machine:
        return Token("machine", at, machine.end, machine=machine)
    percent_of = text.startswith("百分之", at)
    number = read_range(text, at + 3 if percent_of and at + 3 < len(text) else at)
    if number:
        amount = _spelled(text, number, percent_of)
        if amount:
            return amount if amount.start == at else Token("amount", at, amount.end, amount=amount.amount)
    return sign or _word(text, at)


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
    plain = _pattern("plain_word").match(text, at)
    if not plain:
        return Token("word", at, at + 1, text=text[at])
    whole = _pattern("identifier").match(text, at)
    if whole and any(char.isdigit() for char in whole.group()):
        return Token("word", at, whole.end(), text=whole.group())
    return Token("word", at, plain.end(), text=plain.group())


def _number_token(text: str, at: int) -> Token | None:
    found = _pattern("version").match(text, at)
    if found:
        return Token("word", at, found.end(), text="version")
    found = _pattern("percentile").match(text, at)
    if found:
        return Token("percentile", at, found.end(), numbers=(float(found.group(1) or found.group(2)),))
    machine = machine_at(text, at)
    if machine and not _is_count(text, at, machine):
        return Token("machine", at, machine.end, machine=machine)
    sized = _resolution(text, at)
    if sized:
        return sized
    found = _pattern("split").match(text, at)
    if found:
        return Token("vague", at, found.end())
    found = _pattern("ratio").match(text, at)
    if found and float(found.group(1)) > 0 and float(found.group(2)) > 0:
        return Token("ratio", at, found.end(), numbers=(float(found.group(1)), float(found.group(2))))
    number = read_range(text, at)
    return _amount_token(text, number) if number else None


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


def _resolution(text: str, at: int) -> Token | None:
    named = lexicon.table("signs")["named_resolutions"]
    for word, sides in named.items():
        if text.startswith(word, at):
            end = at + len(word)
            behind = lexicon.listed("resolution_nouns").match(text, end + (text[end : end + 1] == " "), glued=True)
            if behind or word.endswith("p"):
                return Token("resolution", at, end, numbers=(float(sides[0]), float(sides[1])))
    found = _pattern("resolution").match(text, at)
    if found and float(found.group(1)) >= 8 and float(found.group(2)) >= 8:
        return Token("resolution", at, found.end(), numbers=(float(found.group(1)), float(found.group(2))))
    found = _pattern("pixels").match(text, at)
    if found:
        return Token("resolution", at, found.end(), numbers=(float(found.group(1)), float(found.group(1))))
    return None
