"""What a number counts or measures: the unit, the Chinese measure word or the noun behind it."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.numerals import Numeral, range_end

# Words between a number and its noun that say the noun is not what is counted.
_STOP_WORDS = frozenset(
    [
        "of",
        "from",
        "with",
        "and",
        "or",
        "for",
        "in",
        "on",
        "at",
        "per",
        "each",
        "by",
        "to",
        "the",
        "x",
        "vs",
        "is",
        "are",
        "was",
        "has",
        "have",
        "that",
        "which",
        "than",
        "over",
        "under",
        "without",
        "but",
        "we",
    ]
)
_MOST_ADJECTIVES = 3
_NOUN_REACH = 10  # Chinese characters between a measure word and the noun
_KINDS = "种款类"  # measure words that count kinds of things
_WEAK = frozenset({"samples", "labels", "files"})  # a more telling noun or measure word wins over these


class Amount(NamedTuple):
    """A number with its unit or noun, ending at `end`; loose: the noun stands behind adjectives, not at once;
    per: what "/", "per" or 每 behind the unit names; at_least: 1000多张 and "10k+ users";
    hedged: 1000多张 only."""

    number: Numeral
    end: int
    unit: lexicon.Unit | None = None
    noun: str = ""
    loose: bool = False
    per: str = ""
    at_least: bool = False
    hedged: bool = False


def read_amount(text: str, number: Numeral) -> Amount:
    """The number with whatever unit or noun follows it."""
    at = number.end
    more = text[at : at + 1] in ("多", "余", "来", "+") and text[at : at + 1] != ""
    hedged = more and text[at] != "+"
    at += more
    start = _gap(text, at)
    unit = lexicon.units().match(text, start, glued=True)
    noun = _noun(text, start, at)
    if noun and noun[2] and _is_part_of_a_word(text, number, start):
        noun = None
    if unit and _is_piece(text, number, unit, noun):
        unit = None
    if unit and not (noun and not noun[2] and noun[0] > unit[0]) and _unit_fits(text, number, unit):
        number, end = _second_end(text, number, unit)
        end, per = _per(text, end)
        return Amount(number, end, unit=unit[1], per=per, at_least=more, hedged=hedged)
    if noun:
        end, per = _per(text, noun[0])
        return Amount(number, end, noun=noun[1], loose=noun[2], per=per, at_least=more, hedged=hedged)
    end, per = _per(text, number.end)
    return Amount(number, end, per=per, at_least=more, hedged=hedged)


def _is_part_of_a_word(text: str, number: Numeral, start: int) -> bool:
    """Whether a Chinese numeral opens a name: 四川话录音 are not four; who counts says 四条川话录音."""
    written = text[number.start : number.end]
    return (
        len(written) == 1
        and not written.isascii()
        and not written.isdigit()
        and start == number.end
        and text[start : start + 1] not in lexicon.measures()
    )


def _gap(text: str, at: int) -> int:
    """Past one space or hyphen: "5 ms", "4-class"."""
    if text[at : at + 1] == "-" and text[at + 1 : at + 2].isalpha():
        return at + 1
    while text[at : at + 1] == " ":
        at += 1
    return at


def _unit_fits(text: str, number: Numeral, unit: tuple[int, lexicon.Unit]) -> bool:
    """Some short units are other words as well: x (times or by), g, d, s."""
    end, meaning = unit
    word = text[end - 1 : end]
    if meaning.kind == "multiple" and word == "x":
        return not lexicon.is_latin(text[end : end + 1] or " ") and not text[end : end + 2].strip()[:1].isalnum()
    return not (meaning.id in ("s", "day", "h") and word in "sdh" and number.letter and number.end == end - 1)


_MONEY_REACH = 8  # characters in front of a number in which money is spoken of


def _is_piece(text: str, number: Numeral, unit: tuple[int, lexicon.Unit], noun: tuple[int, str, bool] | None) -> bool:
    """Whether 块 counts pieces, not yuan: what is counted stands behind it, and no word of money in front."""
    end = unit[0]
    if text[number.end : end].strip() != "块" or not _is_cjk(text[end : end + 1] or " "):
        return False
    if lexicon.listed("piece", "after").match(text, end):
        return False
    if noun and noun[1] not in _WEAK:
        return True
    before = text[max(number.start - _MONEY_REACH, 0) : number.start]
    return not any(lexicon.listed("piece", "money").match(before, at) for at in range(len(before)))


def _second_end(text: str, number: Numeral, unit: tuple[int, lexicon.Unit]) -> tuple[Numeral, int]:
    """ "5 ms - 10 ms": the range written with the unit twice."""
    end, meaning = unit
    if number.low is not None:
        return number, end
    other = range_end(text, end)
    again = lexicon.units().match(text, _gap(text, other.end), glued=True) if other else None
    if other is None or again is None or again[1].kind != meaning.kind:
        return number, end
    high = other.value * again[1].factor / meaning.factor
    if not number.value < high:
        return number, end
    middle = (number.value + high) / 2
    return Numeral(middle, number.start, again[0], low=number.value, high=high), again[0]


_PER_OPENINGS = frozenset("p/ae每")


def _per(text: str, at: int) -> tuple[int, str]:
    """(end, what) of "/页", "per image", "each", 每张 behind a unit; (at, "") if there is none."""
    start = at
    while text[start : start + 1] == " ":
        start += 1
    if text[start : start + 1] not in _PER_OPENINGS:
        return at, ""
    for mark in ("per ", "/ ", "/", "a ", "every ", "each ", "每"):
        if text.startswith(mark, start) and (mark != "a " or text[at : at + 1] == " "):
            found = lexicon.per_words().match(text, start + len(mark), glued=True)
            if found:
                return found
    return at, ""


def _noun(text: str, start: int, number_end: int) -> tuple[int, str, bool] | None:
    """(end, noun, loose) of what is counted."""
    direct = lexicon.nouns().match(text, start, glued=True)
    measured = lexicon.measures().get(text[start : start + 1])
    if direct and (direct[1] not in _WEAK or measured is None) and not _bare_measure(text, start, direct):
        later = _chinese_noun(text, direct[0]) if direct[1] in _WEAK else None
        return later or (*direct, False)
    if measured is not None:
        return _behind_measure(text, start + 1, measured)
    if text[start : start + 1].isascii():
        return _latin_noun(text, start)
    return _chinese_noun(text, start) or ((*direct, False) if direct else None)


def _bare_measure(text: str, start: int, direct: tuple[int, str]) -> bool:
    """Whether the noun is just a measure word that a real noun may follow: 条 in 条边 is not, 对 in 对图文 is."""
    return direct[0] == start + 1 and text[start] in lexicon.measures()


def _behind_measure(text: str, at: int, default: str) -> tuple[int, str, bool] | None:
    spaced = at + (text[at : at + 1] == " ")
    direct = lexicon.nouns().match(text, spaced, glued=True)
    found: tuple[int, str, bool] | None = (*direct, False) if direct else _chinese_noun(text, at)
    if direct and direct[1] in _WEAK:
        later = _chinese_noun(text, direct[0])
        found = later if later and later[1] not in _WEAK else found
    if found and text[at - 1] in _KINDS and "的" in text[at : found[0]]:
        return at, "classes", False  # 十种布料的照片: the kinds are counted, not the photos
    if found and (found[1] not in _WEAK or not default or default in _WEAK):
        return found
    if direct and default == "":
        return (*direct, False)
    if default == "" and text[at - 1] == "种":
        default = "classes"
    return (at, default, False) if default else None


def _chinese_noun(text: str, at: int) -> tuple[int, str, bool] | None:
    """The first telling noun within reach, before any break, digit or Latin word; else the first weak one."""
    weak: tuple[int, str, bool] | None = None
    for place in range(at, min(at + _NOUN_REACH, len(text))):
        if not _is_cjk(text[place]):
            break
        found = lexicon.nouns().match(text, place)
        if found and (found[0] > place + 1 or place == at):
            if found[1] not in _WEAK:
                return found[0], found[1], place > at
            weak = weak or (found[0], found[1], place > at)
    return weak


def _is_cjk(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


@cache
def _adjective() -> re.Pattern[str]:
    return re.compile(r"[a-zA-Z'-]{0,30}")


def _adjective_end(text: str, at: int) -> int:
    found = _adjective().match(text, at)
    return found.end() if found else at


def _latin_noun(text: str, at: int) -> tuple[int, str, bool] | None:
    """The noun behind at most three adjectives: "6,000 clean labelled images"."""
    weak: tuple[int, str, bool] | None = None
    for step in range(_MOST_ADJECTIVES + 1):
        found = lexicon.nouns().match(text, at, glued=True)
        if found:
            if found[1] not in _WEAK:
                return found[0], found[1], step > 0
            weak = weak or (found[0], found[1], step > 0)
        end = _adjective_end(text, at)
        if end == at or text[at:end] in _STOP_WORDS or text[end : end + 1] != " " or (step and weak and step > 1):
            break
        at = end + 1
    return weak
