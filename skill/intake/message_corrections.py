"""What a message takes back or changes of what was said before: "sorry, I mean", "not 700, 7000", "make that p99"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from deep_learning_expert.skill.intake.clauses import HEAD_CHARS, Prose
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.hearing import any_holds

_LATENCY, _TARGET, _BUDGET = "constraints.latencyRequirement", "constraints.accuracyTarget", "constraints.budget"
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?\s?(?:k\b|万|千|百|%)?)"


def changed_facts(prose: Prose, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """Facts that only make sense together with what was said in earlier turns."""
    pasted = min((start for start, _ in (*prose.logs, *prose.code)), default=HEAD_CHARS)
    text = prose.text[: min(pasted, HEAD_CHARS)]
    yield from _percentile(text, turn, draft)
    yield from _moved_target(text, turn, draft)
    yield from _replaced_number(text, turn, draft)
    yield from _scaled(text, turn, draft)
    yield from _bare_number(text, turn, draft)
    yield from _bare_target(prose, turn)


@cache
def _percentile_words() -> re.Pattern[str]:
    return re.compile(r"(?i)\bp(50|90|95|99)\b")


def _percentile(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "make that p99": a percentile without a time belongs to the latency said before."""
    found = _percentile_words().search(text)
    before = _last(draft, _LATENCY, "latency")
    if found and before and not re.search(r"\d\s*(?:ms|毫秒|s\b|秒)", text):
        old = _percentile_words().sub("", before.text).strip()
        yield Fact(_LATENCY, "latency", f"{old} {found.group()}", turn, found.span())


def _last(draft: TaskDraft, path: str, key: str | None = None) -> Fact | None:
    found = (fact for fact in reversed(draft.facts) if fact.path == path and key in (None, fact.key))
    return next(found, None)


def _moved_target(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "raise the target to 95%", "target 90 instead", 目标提高到95%: the new value of the target said before."""
    found = _moved().search(text)
    before = _last(draft, _TARGET)
    if found and before:
        value = next(group for group in found.groups() if group).strip()
        percent = "%" if "%" in before.text and "%" not in value and float(value) > 1 else ""
        yield Fact(_TARGET, before.key, f"{before.key} >= {value}{percent}", turn, found.span())


@cache
def _moved() -> re.Pattern[str]:
    value = r"(\d+(?:\.\d+)?\s*%?)(?![\d.]|\s*(?:ms|s\b|fps|mb|gb|k\b|images|张|条|万|千|秒|毫秒))"
    return re.compile(
        rf"(?i)(?:target|accuracy|goal|目标|精度|准确率)[^\d\n]{{0,14}}?(?:\bto\b|\bof\b|\bis\b|到|成|为|改|\s|是)\s*{value}"
        rf"|(?:aim for|settle for|be happy with|做到|达到)\s*{value}(?:\s*(?:instead|就行|就好|即可|就够))"
    )


def _replaced_number(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "not 700, 7000", "7000, not 700", 不是700，是7000: the number takes the other's place in what was said."""
    for pattern, old, new in _swaps():
        found = pattern.search(text)
        if not found:
            continue
        one, other = found.group(old).strip(), found.group(new).strip()
        for before in _holding(draft, one):
            yield Fact(before.path, before.key, before.text.replace(one, other, 1), turn, found.span())
        return


@cache
def _swaps() -> tuple[tuple[re.Pattern[str], int, int], ...]:
    instead = r"\s*[,，;；]?\s*(?:but|it's|it is|rather|而是|应该是|是)?\s*"
    taken_back = r"\s*[,，]?\s*(?:and not|not|instead of|rather than|而不是|不是)\s*"
    first = re.compile(r"(?i)(?:\bnot|n't|不是|并非|不是说)\s*" + _NUMBER + instead + _NUMBER)
    second = re.compile(r"(?i)" + _NUMBER + taken_back + _NUMBER)
    return (first, 1, 2), (second, 2, 1)


def _bare_number(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "no, make it 12,000": a number alone takes the place of the only one said in the message before."""
    found = _nothing_but_a_number().match(text.strip())
    numbered = [fact for fact in draft.facts if fact.turn == turn - 1 and fact.path in _NUMBERED]
    held = [(fact, place) for fact in numbered for place in re.finditer(_NUMBER, fact.text)]
    if found and len(held) == 1:
        fact, place = held[0]
        words = fact.text[: place.start()] + found.group(1).strip() + fact.text[place.end() :]
        yield Fact(fact.path, fact.key, words, turn, (0, len(text)))


_NUMBERED = ("data.size", _LATENCY, _TARGET, _BUDGET, "constraints.modelSizeLimit")


@cache
def _nothing_but_a_number() -> re.Pattern[str]:
    opening = r"(?:(?:no|nope|sorry|actually|oops|不对|不是|更正|错了|哦)[,，:：\s]+)"
    verb = r"(?:(?:make (?:it|that)|it's|it is|i meant|改成|应该是|其实是)\s*)"
    return re.compile(rf"(?i)(?:{opening}{verb}?|{verb}){_NUMBER}\s*[.。!！]?$")  # a number alone answers a question


def _bare_target(prose: Prose, turn: int) -> Iterator[Fact]:
    """ "mAP50 is only 0.41, need at least 0.6": a number without a name is the goal for the metric named before it."""
    for item in prose.unread:
        clause = prose.clause_at(item.span[0])
        metric = next((one for one in prose.quantities if one.kind == "target" and one.name), None)
        near = metric is not None and 0 <= item.span[0] - metric.span[1] <= _NEAR_METRIC
        if (
            clause
            and metric
            and near
            and any_holds(clause.folded, ("need|want|at least|should|至少|要到|需要|希望|达到",))
        ):
            yield Fact(_TARGET, metric.name, f"{metric.name} >= {item.words}", turn, item.span)


_NEAR_METRIC = 40  # characters


def _holding(draft: TaskDraft, number: str) -> list[Fact]:
    """The facts whose words hold a number as written."""
    place = re.compile(rf"(?<![\d.,]){re.escape(number)}(?![\d])")
    return [fact for fact in draft.facts if place.search(fact.text)]


def _scaled(text: str, turn: int, draft: TaskDraft) -> Iterator[Fact]:
    """ "my budget is halved", 预算减半, "twice the data": a known amount times a factor in words."""
    for path, key, subject in _SCALED:
        before = _last(draft, path, key)
        factor = _factor(text, subject) if before else None
        number = re.search(_NUMBER, before.text) if before and factor else None
        if before and factor and number:
            value = _value(number.group(1))
            scaled = f"{value * factor:g}{_tail(number.group(1))}"
            words = before.text[: number.start()] + scaled + before.text[number.end(1) :]
            yield Fact(before.path, before.key, words, turn, (0, len(text)))


_SCALED = (
    (_BUDGET, "money", r"budget|money|预算|经费|钱"),
    (_BUDGET, "time", r"deadline|time|时间|期限|工期"),
    ("data.size", "samples", r"data|samples|images|photos|texts|数据|样本|图片|照片"),
    (_LATENCY, "latency", r"latency|latency limit|延迟|时延"),
    ("constraints.modelSizeLimit", "size", r"size limit|model size|size|模型大小|体积"),
)
_FACTORS = (
    (0.5, r"halved|in half|half (?:of )?(?:the|my|our|that)|is half|减半|砍半|砍了一半|少了一半|只有一半|一半"),
    (2.0, r"doubled|twice|double the|两倍|翻倍|翻一番|加倍"),
    (3.0, r"tripled|three times|三倍"),
)


def _factor(text: str, subject: str) -> float | None:
    for factor, words in _FACTORS:
        before, behind = r"[^.\n。；;]{0,24}?", r"[^.\n。；;]{0,12}?"
        if re.search(rf"(?i)(?:{subject}){before}(?:{words})|(?:{words}){behind}(?:{subject})", text):
            return factor
    return None


def _value(number: str) -> float:
    return float(re.sub(r"[^\d.]", "", number))


def _tail(number: str) -> str:
    return re.sub(r"^[\d,.]+", "", number)


def one_correction(facts: Sequence[Fact], text: str) -> list[Fact]:
    """Within a message, what follows "sorry, I mean" replaces the same thing said before it."""
    mark = _mark().search(text[:HEAD_CHARS])
    if not mark:
        return list(facts)
    after = {(fact.path, fact.key) for fact in facts if fact.span[0] >= mark.end()}
    return [fact for fact in facts if fact.span[0] >= mark.start() or (fact.path, fact.key) not in after]


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(
        r"(?i)不对|说错了|更正|写错了|sorry|correction|i mean\b|i meant|scratch that|make that|no wait|oh wait"
    )
