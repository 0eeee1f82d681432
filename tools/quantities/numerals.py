"""Numbers as people write them: 1,281,167 / 1.2万 / 10k / 五千 / 一万二 / 3e-4 / 5-10k / 两三百."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import NamedTuple

from deep_learning_expert.tools.quantities import lexicon

_MOST_DIGITS = 40


class Numeral(NamedTuple):
    """A number at [start, end). plain: digits only, no separator, point or multiplier; spelled: needs a unit behind it
    to count as a number at all ("one", "五"); letter: its multiplier letter, which may really be a unit ("100M")."""

    value: float
    start: int
    end: int
    plain: bool = False
    spelled: bool = False
    letter: str = ""
    low: float | None = None
    high: float | None = None
    approximate: bool = False
    at_least: bool = False


@cache
def _digits() -> re.Pattern[str]:
    return re.compile(
        r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,3}(?:_[0-9]{3})+(?![0-9])|[0-9]{1,3}(?: 000)+(?![0-9])|[0-9]+)"
        r"(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3}(?![0-9a-z]))?|\.[0-9]+(?![0-9])"
    )


_CN_DIGITS = dict(zip("零〇一二两三四五六七八九俩", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_CN_UNITS = {"十": 10, "百": 100, "千": 1000}
_CN_LARGE = {"万": 10**4, "亿": 10**8}
NUMBER_CHARACTERS = frozenset([*_CN_DIGITS, *_CN_UNITS, *_CN_LARGE, "半"])
# A numeral after these is part of a word (第一, 统一, 唯一, 归一化 ...), not a number.
_CN_NOT_AFTER = frozenset("第单统唯同逐归每某另任万专划均如不进其")


def read_numeral(text: str, start: int) -> Numeral | None:
    """The number that begins exactly at `start` of a folded text, or None."""
    first = text[start]
    if (first.isdigit() and first.isascii()) or (first == "." and text[start + 1 : start + 2].isdigit()):
        return _read_digits(text, start)
    if first in NUMBER_CHARACTERS:
        return _read_chinese(text, start)
    return _read_word(text, start) if first.isalpha() and first.isascii() else None


def _read_digits(text: str, start: int) -> Numeral | None:
    found = _digits().match(text, start)
    if not found:
        return None
    written = found.group()
    if len(written) > _MOST_DIGITS:
        return Numeral(math.inf, start, found.end())
    value = float(written.replace(",", "").replace("_", "").replace(" ", ""))
    number = Numeral(value, start, found.end(), plain=written.isdigit())
    return _multiplied(text, number)


def _multiplied(text: str, number: Numeral) -> Numeral:
    """The number with the multipliers behind it: 1.2万, 10 k, 3 million, 1万2, 3亿5000万, 100多万."""
    at = number.end
    more = (
        text[at : at + 1]
        if text[at : at + 1] in ("多", "余", "来", "几") and text[at + 1 : at + 2] in "百千万亿"
        else ""
    )
    found = _multiplier(text, at + len(more))
    if not found:
        return number
    end, factor, letter = found
    value = number.value * factor
    number = number._replace(
        value=value, end=end, plain=False, letter=letter, at_least=bool(more), approximate=bool(more)
    )
    if letter:
        return number
    return _compound(text, number, factor)


def _multiplier(text: str, at: int) -> tuple[int, float, str] | None:
    gap = 1 if text[at : at + 1] == " " else 0
    found = _multipliers().match(text, at + gap, glued=not gap)
    if not found:
        return None
    end, word = found
    letter = word if len(word) <= 2 and word.isascii() else ""
    if gap and letter in ("t", "w", "b", "mn"):  # "3 b", "3 t": too short to trust when apart
        return None
    return end, float(lexicon.table("signs")["multipliers"][word]), letter


@cache
def _multipliers() -> lexicon.Lexicon[str]:
    return lexicon.Lexicon((word, word) for word in lexicon.table("signs")["multipliers"])


def _compound(text: str, number: Numeral, factor: float) -> Numeral:
    """1万2 (= 12,000), 1万2千, 3亿5000万: a smaller part written right behind a Chinese multiplier."""
    found = _digits().match(text, number.end)
    if not found or not found.group().isdigit() or len(found.group()) > 4:
        return number
    following = _multiplier(text, found.end())
    part = float(found.group())
    if following and following[1] < factor:
        return number._replace(value=number.value + part * following[1], end=following[0])
    if (
        following is None
        and len(found.group()) == 1
        and not lexicon.is_latin(text[found.end() : found.end() + 1] or " ")
    ):
        return number._replace(value=number.value + part * factor / 10, end=found.end())
    return number


def _read_chinese(text: str, start: int) -> Numeral | None:
    if start and (text[start - 1] in _CN_NOT_AFTER or text[start - 1] in NUMBER_CHARACTERS):
        return None
    end = start
    while end < len(text) and text[end] in NUMBER_CHARACTERS and end - start < 20:
        end += 1
    written = text[start:end]
    if written == "半":
        return Numeral(0.5, start, end, spelled=True)
    written, half = (written[:-1], 0.5) if written.endswith("半") else (written, 0.0)
    span = _vague_pair(written)
    if span:
        low, high = span
        return Numeral((low + high) / 2, start, end, spelled=True, low=low, high=high, approximate=True)
    value = chinese_value(written)
    if text.startswith("个半", end):  # 一个半小时, 两个半月: half a unit more
        half, end = 0.5, end + 2
    return None if value is None else Numeral(value + half, start, end, spelled=True)


def chinese_value(written: str) -> float | None:
    """三百五 -> 350, 一万二 -> 12000, 二〇二四 -> 2024; None if it is no well-formed numeral."""
    if not written or "半" in written:
        return None
    if all(char in _CN_DIGITS for char in written):
        return float("".join(str(_CN_DIGITS[char]) for char in written))
    total, section, digit, last = 0, 0, -1, 0
    for char in written:
        if char in _CN_DIGITS:
            if digit > 0:
                return None
            digit = _CN_DIGITS[char]
        elif char in _CN_UNITS:
            last = _CN_UNITS[char]
            section += (1 if digit < 0 and not section else max(digit, 0)) * last
            digit = -1
        else:
            last = _CN_LARGE[char]
            section += max(digit, 0)
            if section == 0 and total == 0:
                return None
            total, section, digit = (total + section) * last if last > 10**4 else total + section * last, 0, -1
    if digit > 0:  # a digit left over stands one place below the last unit: 三百五, 一万二
        after_zero = len(written) > 1 and written[-2] in "零〇"
        section += digit if after_zero or last <= 10 else digit * last // 10
    return float(total + section)


def _vague_pair(written: str) -> tuple[float, float] | None:
    """两三百 -> (200, 300), 三五千, 十五六: two neighbouring digits mean "from one to the other"."""
    for at in range(len(written) - 1):
        one, two = _CN_DIGITS.get(written[at], 0), _CN_DIGITS.get(written[at + 1], 0)
        if 0 < one < two <= one + 2 and at + 1 < len(written):
            head, tail = written[:at], written[at + 2 :]
            if head and head[-1] in _CN_DIGITS:
                return None
            low, high = chinese_value(head + written[at] + tail), chinese_value(head + written[at + 1] + tail)
            return (low, high) if low is not None and high is not None else None
    return None


def _read_word(text: str, start: int) -> Numeral | None:
    found = number_words().match(text, start)
    if not found:
        return None
    end, value = found
    number = _multiplied(text, Numeral(value, start, end, spelled=True))
    return number._replace(spelled=True, letter="")


@cache
def number_words() -> lexicon.Lexicon[float]:
    """Numbers in English words."""
    return lexicon.Lexicon((word, float(value)) for word, value in lexicon.table("signs")["number_words"].items())


def read_range(text: str, start: int) -> Numeral | None:
    """A number or a range such as 5-10k, 3 到 5, 0.5~0.8; a range has low and high and its middle as value."""
    one = read_numeral(text, start)
    if one is None or one.low is not None:
        return one
    two = _range_end(text, one.end) or _between_end(text, start, one.end)
    if two is None:
        return one
    low = one.value
    if one.plain or not one.letter:
        scale = _scale_of(text, two)
        low = (
            one.value * scale
            if one.end - one.start and one.value * scale < two.value and one.value < 1000
            else one.value
        )
    if not low < two.value:
        return one
    return two._replace(value=(low + two.value) / 2, start=start, low=low, high=two.value, plain=False)


def _scale_of(text: str, number: Numeral) -> float:
    found = _digits().match(text, number.start)
    bare = float(found.group().replace(",", "").replace("_", "").replace(" ", "")) if found else 0.0
    return number.value / bare if bare else 1.0


def _range_end(text: str, at: int) -> Numeral | None:
    """The second number of a range whose first ends at `at`."""
    while text[at : at + 1] == " ":
        at += 1
    found = lexicon.listed("range").match(text, at, glued=True)
    if not found:
        return None
    at, word = found
    return _second_number(text, at, word)


def _second_number(text: str, at: int, word: str) -> Numeral | None:
    while text[at : at + 1] == " ":
        at += 1
    if at >= len(text):
        return None
    two = read_numeral(text, at)
    if two is None or two.low is not None or (two.spelled and word in ("-", "–", "—")):
        return None
    return two


_BETWEEN = ("between ", "介于")


def _between_end(text: str, start: int, end: int) -> Numeral | None:
    """ "between 30k and 40k": an "and" that joins the ends of a range only behind "between"."""
    if not text[max(start - 8, 0) : start].endswith(_BETWEEN):
        return None
    word = next((word for word in (" and ", "和", "与") if text.startswith(word, end)), None)
    return _second_number(text, end + len(word), "and") if word else None


def range_end(text: str, at: int) -> Numeral | None:
    """Public form of the lookup behind a unit: "5 ms - 10 ms"."""
    return _range_end(text, at)
