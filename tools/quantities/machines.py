"""Computing devices in a text: which words name one, how many, with how much memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from deep_learning_expert.tools.catalog import devices
from deep_learning_expert.tools.quantities import lexicon

_MOST_CHUNKS = 9
_CARD_MEASURES = ("张", "块", "片")  # 3 张手机照片 are three photos
_OTHER_CARDS = ("卡片", "卡通", "卡牌", "卡车", "卡证")
_WRITTEN = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8}
_CARDS = ("gpu", "npu", "tpu", "jetson")


@dataclass(frozen=True)
class Machine:
    """words at [start, end); id: catalog id or ""; kind: "gpu", "cpu" ...; count None: not stated; several: many, but
    not how many; memory_gb per device or None."""

    start: int
    end: int
    id: str
    kind: str
    count: float | None = None
    several: bool = False
    memory_gb: float | None = None


@cache
def _chunk() -> re.Pattern[str]:
    return re.compile(r"[a-z]+|[0-9]+|[^\W_]")


@cache
def device_starts() -> frozenset[str]:
    """The first three characters of every device's name, in each way of parting its letters from its digits."""
    found: set[str] = set()
    for name in devices.spellings():
        head = _chunk().match(name)
        if head:
            tail = name[head.end() :]
            found.update((head.group() + mark + tail)[:3] for mark in (("", " ", "-", "/") if tail else ("",)))
    return frozenset(found)


def named_device(text: str, start: int, *, glued: bool = False) -> tuple[int, str] | None:
    """(end, catalog id) of the longest device name that begins at `start` of a folded text."""
    if not glued and start and lexicon.is_latin(text[start]) and lexicon.is_latin(text[start - 1]):
        return None
    if text.startswith("a ", start):
        return None  # the article: "a 10 s clip" is no A10
    joined, at, best = "", start, None
    for _ in range(_MOST_CHUNKS):
        found = _chunk().match(text, at)
        if not found or len(joined) > 40:
            break
        joined += found.group()
        at = found.end()
        if joined in devices.spellings() and not _glued(text, at):
            best = (at, devices.spellings()[joined])
        while text[at : at + 1] in (" ", "-", "/") and at < len(text):
            at += 1
    return best


def _glued(text: str, end: int) -> bool:
    """Whether the word goes on: "4090D" is not a 4090; "A100x8" and "3090s" are."""
    if not (lexicon.is_latin(text[end : end + 1] or " ") and lexicon.is_latin(text[end - 1])):
        return False
    tail = text[end : end + 2]
    return not (tail[0] == "x" and tail[1:].isdigit()) and not (
        tail[0] == "s" and not lexicon.is_latin(tail[1:] or " ")
    )


@cache
def _memory() -> re.Pattern[str]:
    return re.compile(
        r"[ \-(]{0,2}([0-9]{1,4}) ?(?:g|gb|gib)(?![a-z0-9])\)?(?: ?(?:显存|内存|vram|ram|memory|版本|版))?"
    )


@cache
def _count_behind() -> re.Pattern[str]:
    return re.compile(
        r" ?(?:[x×*] ?([0-9]{1,5})(?![0-9.])|[,，]? ?([0-9]{1,5}|[两二三四五六八]) ?(?:张|块|卡|台|片)(?![a-z0-9]))"
    )


@cache
def _memory_in_front() -> re.Pattern[str]:
    return re.compile(r"([0-9]{1,4}) ?(?:g|gb) ?(?:显存|内存)? ?(?:的|版)? ?")


def machine_at(text: str, start: int) -> Machine | None:
    """The device at `start`: with a count word ("单卡 3090", "dual GPU"), a name, or a general word ("手机")."""
    worded = lexicon.grouped("signs", "device_counts").match(text, start)
    if worded:
        end, count = worded
        inner = _bare(text, _past(text, end))
        if inner is None:
            inner = Machine(end, end, "", "gpu") if text[end - 1] == "卡" else None
        if inner is None:
            return None
        several = count == "several"
        return _dressed(
            text, Machine(start, inner.end, inner.id, inner.kind, None if several else float(count), several)
        )
    found = _bare(text, start)
    return _dressed(text, found) if found else None


def machine_behind(text: str, count_start: int, at: int, count: float) -> Machine | None:
    """The device counted by a number that ends at `at`: "8×A100", "2 块 3090", "8 卡", "2 张 80G 的 A100"."""
    at = _past(text, at)
    word = text[at : at + 1]
    measured = word in lexicon.table("counts")["device_measures"]["words"]
    end = _past(text, at + 1 if measured or word in ("x", "×", "*") else at)
    front = _memory_in_front().match(text, end)
    memory = float(front.group(1)) if front else None
    inner = _bare(text, front.end() if front else end, glued=word == "x")
    if inner is None and word == "卡":
        inner = Machine(at, at + 1, "", "gpu")
    if inner is None and measured and text[end : end + 1] == "卡" and text[end : end + 2] not in _OTHER_CARDS:
        inner = Machine(end, end + 1, "", "gpu")  # 八张卡
    if inner is None or (word in _CARD_MEASURES and inner.kind not in _CARDS):
        return None
    return _dressed(text, Machine(count_start, inner.end, inner.id, inner.kind, count, False, memory))


def _past(text: str, at: int) -> int:
    while at < len(text) and text[at] in " -":
        at += 1
    return at


def _bare(text: str, at: int, *, glued: bool = False) -> Machine | None:
    """A name or a general word, joined with general words right behind it ("laptop CPU", "A10 GPU", "edge ARM")."""
    if at >= len(text):
        return None
    named = named_device(text, at, glued=glued) if _may_be_named(text, at) else None
    if named:
        end, device_id = named
        kind = devices.device_kind(device_id)
        mobile = _mobile_end(text, end)
        if mobile:  # laptop chips share a desktop card's name, not its speed
            end, device_id = mobile, ""
    else:
        general = lexicon.grouped("signs", "devices").match(text, at)
        if not general:
            return None
        end, kind, device_id = general[0], general[1], ""
    behind = lexicon.grouped("signs", "devices").match(text, _past(text, end))
    if behind and text[end : behind[0]].strip(" -") and (named or behind[1] in (kind, "npu", "gpu", "cpu")):
        end = behind[0]
    return Machine(at, end, device_id, kind)


def _may_be_named(text: str, at: int) -> bool:
    """A cheap first look: whether some device's name begins as the text does."""
    if text[at].isdigit():
        pair = text[at : at + 2]
        return pair[1:] in _PARTED or pair in _numbered_starts()  # digits may be parted anywhere: "30-90"
    starts = device_starts()
    return text[at : at + 3] in starts or text[at : at + 2] in starts


_PARTED = (" ", "-", "/")


@cache
def _numbered_starts() -> frozenset[str]:
    return frozenset(name[:2] for name in devices.spellings() if name[0].isdigit())


def _mobile_end(text: str, end: int) -> int | None:
    """The end of a word such as "Laptop" behind a card's name, or None."""
    found = lexicon.listed("mobile").match(text, _past(text, end))
    return found[0] if found else None


def _dressed(text: str, machine: Machine) -> Machine:
    """With the memory and the count that stand behind it."""
    end, memory, count = machine.end, machine.memory_gb, machine.count
    end += text[end : end + 1] == "+"  # "Xeon Platinum 8480+"
    found = _memory().match(text, end)
    if found and memory is None:
        memory, end = float(found.group(1)), found.end()
    counted = _count_behind().match(text, end) if count is None and not machine.several else None
    if counted:
        said = counted.group(1) or counted.group(2)
        count, end = float(_WRITTEN.get(said, said)), counted.end()
        found = _memory().match(text, end)
        if found and memory is None:
            memory, end = float(found.group(1)), found.end()
    return Machine(machine.start, end, machine.id, machine.kind, count, machine.several, memory)
