"""What the numbers of a message count where the quantity reader has no noun: classes, samples of each class, samples.

A noun nobody listed is read by its company: things that samples are told "per", that things are sorted "into", or that
are what is to be recognised, are the classes; a great number of anything else is the data.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from deep_learning_expert.skill.intake.clauses import Clause, Prose, Span
from deep_learning_expert.skill.intake.hearing import any_holds
from deep_learning_expert.skill.intake.matching import find_term, fold
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.quantities import Quantity, read_quantities

_REACH = 24  # characters behind a number in which its noun stands
_COMPANY_CHARS = 3_000  # of a message in which a noun finds its company
_NEAR = 6  # Chinese characters between a number and what it counts
_MOST_NUMBERS = 60  # looked at in one message
_MOST_CLASSES = 20_000
_SHORT_ANSWER, _MOST_TOLD_SHORT = 32, 500  # characters of a clause; classes
_MEASURES_OF_KINDS = ("类", "档", "级", "种")  # 分6档: nothing else is said
_MANY = 1_000  # of things without a name
_FEWEST_SAMPLES = 30  # of things nobody listed: fewer are hardly the data
_SHORT_RESOLUTIONS = ("2k", "4k", "8k")


@dataclass(frozen=True)
class Counted:
    """What a number counts: key as in `message_numbers` ("classes", "samples", "per class"), text for the task."""

    key: str
    text: str
    span: Span


def is_of_each(quantity: Quantity, prose: Prose, clause: Clause) -> bool:
    """Whether a count holds for each class: "1,100 photos of each", "50 clips per letter", 每个字母50段."""
    behind = fold(prose.text[quantity.span[1] : min(quantity.span[1] + _REACH, clause.end)])
    before = prose.text[max(clause.start, quantity.span[0] - 8) : quantity.span[0]]
    found = _each_behind().match(behind)
    nouns = {one for one in found.groups() if one} if found else set()
    if found and (not nouns or _names_classes(nouns) or nouns & _classes_of_company(prose.text[:_COMPANY_CHARS])):
        return True
    named = _each_before().search(before)
    noun = (named.group(1) or "") if named else ""
    if named and named.group().startswith("各") and not _tells_classes().search(prose.text[:_COMPANY_CHARS]):
        return False  # 越南语和泰语，各3万句
    if not named or not noun or noun in ("级", "类", "种", "档", "款"):
        return bool(named)
    return noun in _classes_of_company(prose.text[:_COMPANY_CHARS])


@cache
def _tells_classes() -> re.Pattern[str]:
    return re.compile(r"类|种|级|档|款|品种|class|kind|species")


def _names_classes(nouns: set[str]) -> bool:
    """Whether things that samples are told of each are classes by their own name: "per finding"."""
    heads = word_lists("message_words", "class_nouns")["words"]
    return any(noun in heads or f"{noun}s" in heads or f"{noun[:-1]}ies" in heads for noun in nouns)


@cache
def _each_behind() -> re.Pattern[str]:
    return re.compile(r"\s*(?:of\s+)?(?:each$|each(?=\s*[.,;)])|(?:per|each|every|for each)\s+([a-z]+)(?: ([a-z]+))?)")


@cache
def _each_before() -> re.Pattern[str]:
    return re.compile(
        r"每(?:个|种|类|款|位|档)?([\u4e00-\u9fff]{0,3}?)(?:有|只有|约|大约|各|拍了|录了|收了|采了|采集了|大概|平均|才|大概有|平均才)?\s*$|各(?:有)?()\s*$"
    )


@lru_cache(maxsize=16)
def _classes_of_company(message: str) -> frozenset[str]:
    """Nouns of which some number is told and of each of which samples are told: those are the classes."""
    text = fold(message)
    told: set[str] = set()
    for noun in {one for found in _per().finditer(text) for one in found.groups() if one}:
        plural = noun[:-1] + "ies" if noun.endswith("y") else noun
        if re.search(rf"\d[\d,.]*k? (?:[a-z-]+ )?{re.escape(plural)}(?:s|es)?\b", text):
            told.add(noun)
    for noun in {found.group(1) for found in _per_chinese().finditer(text)}:
        if re.search(rf"[\d一二三四五六七八九十百]\s*(?:个|种|类|款|位|档)?\s*{noun}", text):
            told.add(noun)
    return frozenset(told - set(vocabulary("message_words")["not_classes"]["words"]))


@cache
def _per() -> re.Pattern[str]:
    return re.compile(r"\b(?:per|each|every) ([a-z]{3,})(?: ([a-z]{3,}))?\b")


@cache
def _per_chinese() -> re.Pattern[str]:
    return re.compile(
        r"每(?:个|种|类|款|位|档)([\u4e00-\u9fff]{1,3}?)(?=有|只有|约|大约|\s*\d|各|[一二三四五六七八九十百])"
    )


def counts_classes(quantity: Quantity, prose: Prose, clause: Clause) -> bool:
    """Whether a count with a known noun counts classes by its company: "12 words, 2.5k clips per word"."""
    if not 2 <= quantity.value <= _MOST_CLASSES or quantity.value != int(quantity.value):
        return False
    end = min(quantity.span[1] + _REACH, clause.end)
    behind = fold(prose.text[quantity.span[1] : end])
    words = fold(prose.text[quantity.span[0] : end])
    whole = _counted_words().sub("", words)  # 40个文件夹: the noun that was read is only the beginning of this one
    heads = word_lists("message_words", "class_nouns")["words"]
    if behind.startswith(heads) or whole.startswith(_chinese_heads()):
        return True  # 语音 + 命令词: the last noun of a compound is what is counted
    return _is_of_company(words, prose)


@cache
def _chinese_heads() -> tuple[str, ...]:
    return tuple(noun for noun in word_lists("message_words", "class_nouns")["words"] if not noun.isascii())


@cache
def _counted_words() -> re.Pattern[str]:
    return re.compile(r"^[\d,.]*\s?(?:k|万|千)?\s*(?:个|种|类|款)?\s*")


def counts_data(quantity: Quantity, prose: Prose, clause: Clause) -> bool:
    """Whether "3万种备件" counts things that are the data, not kinds of them."""
    behind = fold(prose.text[quantity.span[1] : min(quantity.span[1] + _REACH, clause.end)])
    nouns = word_lists("message_words", "data_nouns")["words"]
    return quantity.unit == "classes" and behind.startswith(nouns)


def _is_of_company(words: str, prose: Prose) -> bool:
    found = re.match(r"[\d,.]*k?\s*(?:个|种|类|款|位|档)?\s*((?:[a-z-]+ )?)([a-z]+|[\u4e00-\u9fff]+)", words)
    if not found:
        return False
    noun = found.group(2)
    singular = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    company = _classes_of_company(prose.text[:_COMPANY_CHARS])
    return singular in company or any(noun.startswith(one) for one in company if not one.isascii())


def counted_nouns(prose: Prose, has_samples: bool, *, lacks_classes: bool = False) -> Iterator[Counted]:
    """What the numbers count that the quantity reader could not place. has_samples: the data's amount is known;
    lacks_classes: a classification whose number of classes has not been told."""
    for span, number in _numbers(prose):
        clause = prose.clause_at(span[0])
        if clause is None:
            continue
        short = lacks_classes and len(clause.text) <= _SHORT_ANSWER
        found = _classes(span, number, prose, clause, short=short) or _samples(span, number, prose, clause, has_samples)
        if found:
            has_samples = has_samples or found.key == "samples"
            yield found


def _numbers(prose: Prose) -> Iterator[tuple[Span, float]]:
    """(place, value) of the numbers without a known noun, and of picture counts written like a resolution."""
    known = [item.span for item in prose.quantities if not _like_thousands(item) and not _is_no_data(item)]
    starts = [start for start, _ in known]
    found_in = (found for part in prose.parts for found in _number().finditer(prose.text, part.start, part.end))
    for found in islice(found_in, _MOST_NUMBERS):
        span = found.span()
        at = bisect_left(starts, span[1])  # the last known quantity that begins before this number's end
        if at and known[at - 1][1] > span[0]:
            continue
        value = next((item.value for item in read_quantities(f"{found.group(1)} samples", "count").of("count")), 0.0)
        if value > 0:
            yield span, value


@cache
def _number() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?<![A-Za-z0-9_.,-])([二三四五六七八九十两]{1,3}(?=个|种|类|款|位|档|级)|[一二两三四五六七八九][十百千]?[千万](?!分之)|\d[\d,]{0,12}(?:\.\d+)?(?:\s?(?:k|m|mn|million|thousand)\b|万|千|百万|亿)?)(?![\d.,%:×])"
        r"\s*(?:个|种|类|款|位|档)?"
    )


def _is_no_data(item: Quantity) -> bool:
    """A count of what is no data, which may be half a word: the 列 (columns) of 队列 (queues)."""
    return item.kind == "count" and item.unit in vocabulary("message_words")["not_data"]["units"]


def _like_thousands(item: Quantity) -> bool:
    return item.kind == "resolution" and item.words.strip().lower() in _SHORT_RESOLUTIONS


def _classes(span: Span, value: float, prose: Prose, clause: Clause, *, short: bool) -> Counted | None:
    if not 2 <= value <= _MOST_CLASSES or value != int(value):
        return None
    behind = fold(prose.text[span[1] : min(span[1] + _REACH, clause.end)])
    worked_on = _worked_on().match(behind)  # "1.4k annotated letters" are texts, not the alphabet
    end = None if worked_on else _noun_end(behind, word_lists("message_words", "class_nouns")["words"])
    company = end is None and _is_of_company(fold(prose.text[span[0] : span[1] + _REACH]), prose)
    if end is None and short and value <= _MOST_TOLD_SHORT:
        end = _unlisted_noun_end(behind)  # "about 25 shapes", said of a classification
    end = _kinds_end(behind) if end is None else end
    if end is None and _kinds_before().search(prose.text[max(span[0] - _REACH, clause.start) : span[0]]):
        end = 0
    if end is None and not company and not _is_sorted_into(prose.text[clause.start : span[0]], behind, clause):
        return None
    return Counted("classes", f"{value:.0f} classes", (span[0], min(span[1] + (end or 0), clause.end)))


@cache
def _worked_on() -> re.Pattern[str]:
    return re.compile(r"\s*(?:hand[ -]?)?(?:annotated|labell?ed|transcribed|scanned|handwritten|tagged)\b")


@cache
def _kinds_before() -> re.Pattern[str]:
    return re.compile(r"(?:类别|编码|标签|意图|主题|品种|种类|科目|类目)(?:一共|总共|大概|大约|共|有|约)*$")


@cache
def _kinds() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:most common|most frequent|distinct|different) ([a-z]+)|\s*(?:最)?常见的?([\u4e00-\u9fff]{1,4})"
    )


def _kinds_end(behind: str) -> int | None:
    """The end of "200 most common parts", which are kinds; "200 different photos" are not."""
    found = _kinds().match(behind)
    pictures = tuple(vocabulary("message_words")["pictures"]["begin"])
    if not found or (found.group(1) or found.group(2)).startswith(pictures):
        return None
    return found.end()


def _is_sorted_into(before: str, behind: str, clause: Clause) -> bool:
    """Whether things are told apart, sorted or routed into that many: "route them to 14 teams", 新闻分8个主题."""
    if behind.startswith(tuple(vocabulary("message_words")["not_classes"]["parts"])):
        return False
    if not behind and not clause.text.endswith(_MEASURES_OF_KINDS):
        return False
    into = _into().search(before)
    if not into:
        return False
    return not into.group().isascii() or any_holds(clause.folded, word_lists("message_words", "sorting")["words"])


@cache
def _into() -> re.Pattern[str]:
    return re.compile(r"(?i)(?:\b(?:into|to|among|between|as one of|one of|of)\s+(?:the\s+|our\s+|these\s+)?|"
                      r"分(?:成|为|到|给|出|进)?(?:这|了)?|归(?:为|到|入)(?:这)?|区分(?:出)?(?:这)?)$")  # fmt: skip


def _samples(span: Span, value: float, prose: Prose, clause: Clause, has_samples: bool) -> Counted | None:
    words = prose.text[span[0] : span[1]].strip()
    behind = fold(prose.text[span[1] : min(span[1] + _REACH, clause.end)])
    if words.lower() in _SHORT_RESOLUTIONS:
        if _noun_end(behind, tuple(vocabulary("message_words")["pictures"]["words"])) is None:
            return None
        return Counted("samples", f"{words[0]}000 images", (span[0], span[1]))
    if _each().search(clause.text):
        return None
    end = _noun_end(behind, word_lists("message_words", "data_nouns")["words"])
    if end is None and not has_samples and value >= _FEWEST_SAMPLES:
        end = _unlisted_noun_end(behind)
        end = _unlisted_chinese_end(prose.text, span, value) if end is None else end
    if end is None:
        return None
    return Counted("samples", f"{value:.0f} samples", (span[0], min(span[1] + end, clause.end)))


@cache
def _each() -> re.Pattern[str]:
    return re.compile(r"(?i)\bper\b|\beach\b|每")


def _noun_end(behind: str, nouns: Iterable[str]) -> int | None:
    """Where the first of the nouns ends, when at most two words and no number stand before it."""
    for noun in nouns:
        start = find_term(behind, noun)
        if start >= 0 and behind[:start].count(" ") <= 2 and not any(char.isdigit() for char in behind[:start]):
            return start + len(noun) + 1 if start <= _NEAR or behind.isascii() else None
    return None


def _unlisted_chinese_end(text: str, span: Span, value: float) -> int | None:
    """The end of a Chinese noun nobody listed: behind its measure word, or before its number (样本大概五万)."""
    found = _measured().match(text, span[1] - 1) or _measured().match(text, span[1])
    table = vocabulary("message_words")["not_data"]
    if found and not found.group(1).startswith(tuple(table["chinese"])):
        return max(found.end() - span[1], 0) if found.group(1) or value >= _MANY else None
    before = text[max(span[0] - _REACH, 0) : span[0]]
    return 0 if _before_number().search(before) else None


@cache
def _measured() -> re.Pattern[str]:
    return re.compile(r"[个家座块次套辆艘口栋支根颗头棵株场]([\u4e00-\u9fff]{0,4})")


@cache
def _before_number() -> re.Pattern[str]:
    return re.compile(
        r"(?:问答对?|图片|照片|图像|样本|数据|录音|文本|评论|工单|病例|记录|句子|对话|视频|语料)(?:一共|总共|大概|大约|也就|差不多|有|约|共|才|就|是)*$"
    )


@cache
def _plural() -> re.Pattern[str]:
    return re.compile(r"(?:of (?:my|our|their|his|her) )?((?:[a-z]+ ){0,2}?)([a-z]{3,}s)\b")


def _unlisted_noun_end(behind: str) -> int | None:
    """The end of a plural nobody listed, which things people count beside data are not."""
    found = _plural().match(behind.strip())
    words = set(behind[: found.end()].split()) if found else set()
    if not found or words & set(vocabulary("message_words")["not_data"]["beside"]):
        return None
    return found.end() + 1
