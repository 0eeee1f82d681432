"""What stands around a number: its sign, its name, what it is about and what it is per."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.machine_context import MachineContext
from deep_learning_expert.tools.quantities.quantity import Direction
from deep_learning_expert.tools.quantities.scan import Token

_NAME_REACH = 48  # characters between a metric's name and its number
_NAME_REACH_BEHIND = 8
_SUBSET_REACH = 14
_MACHINE_REACH = 8
_SINGULAR = {"series": "series", "classes": "class", "queries": "query", "identities": "identity", "boxes": "box"}
# What can have a length or a duration of its own: "2,000 clips of 5 s".
_OWNERS = frozenset(
    [
        "clips",
        "segments",
        "windows",
        "videos",
        "series",
        "texts",
        "documents",
        "sentences",
        "conversations",
        "songs",
        "episodes",
        "samples",
        "pages",
        "sequences",
        "files",
        "rows",
    ]
)


class Sign(NamedTuple):
    """direction "", "<", "<=", ">" or ">="; approximate: hedged; negative: a minus stands before the digits."""

    direction: Direction = ""
    approximate: bool = False
    negative: bool = False


class Context(MachineContext):
    """Look-ups around one number's token."""

    def __init__(self, text: str, folded: str, tokens: Sequence[Token]) -> None:
        super().__init__(text, folded, tokens)
        self._name_used: set[int] = set()

    # -- signs ---------------------------------------------------------------------------------------------------------

    def sign(self, index: int) -> Sign:
        """Comparison and hedging words in front of and behind a number."""
        direction, approximate, negative = "", False, self._negative(index)
        at = index - 1
        while at >= 0 and (self.tokens[at].kind == "sign" or self._bridges(at, index)):
            mark = self.tokens[at].text
            if mark == "~":
                approximate = True
            elif mark in ("<", "<=", ">", ">=") and not direction:
                direction = mark
            at -= 1
        behind = self._behind(index)
        if behind == "~":
            approximate = True
        elif behind and not direction:
            direction = behind
        return Sign(_direction(direction), approximate, negative)

    def _bridges(self, at: int, index: int) -> bool:
        """A name or a machine's place between the sign and the number: "< WER 8%" is rare, "超过 (约) 5" is not."""
        token = self.tokens[at]
        return (
            token.kind == "word"
            and token.text in ("$", "¥", "€", "£", "要", "求", "的", "可", "以", "be")
            and index - at <= 4
        )

    def _negative(self, index: int) -> bool:
        start = self.tokens[index].start
        if start == 0 or self.folded[start - 1] not in "-":
            return False
        before = self.folded[start - 2 : start - 1]
        return before in ("", " ", "=", ":", "<", ">", "≥", "≤", "(") or not before.isalnum()

    def _behind(self, index: int) -> str:
        """The sign right behind: "8% 以下", "50ms 以内", "90%+", "5 个左右"."""
        end = self.tokens[index].end
        at = end
        while at < len(self.folded) and self.folded[at] == " ":
            at += 1
        found = lexicon.grouped("signs", "after").match(self.folded, at, glued=True)
        if not found or found[1] == "more" or (self.folded[at] == "+" and at > end):
            return ""
        return found[1]

    # -- names ---------------------------------------------------------------------------------------------------------

    def name_of(self, index: int) -> lexicon.Name | None:
        """The metric or setting this number belongs to: the nearest free one before it, else one right behind it."""
        token = self.tokens[index]
        best: int | None = None
        at = index - 1
        while at >= 0 and token.start - self.tokens[at].end <= _NAME_REACH:
            before = self.tokens[at]
            if before.kind in ("amount", "ratio", "stop", "vague") or before.text in ("(", ")", "；"):
                break
            if before.kind == "name" and at not in self._name_used:
                best = at
                if before.name and before.name.kind != "resolution":
                    break
            at -= 1
        if best is None:
            best = self._name_behind(index)
        if best is None:
            return None
        self._name_used.add(best)
        return self.tokens[best].name

    def _name_behind(self, index: int) -> int | None:
        """ "90% top-1", "95% 的准确率": a name behind that no sign or number of its own follows."""
        token = self.tokens[index]
        for at in range(index + 1, min(index + 4, len(self.tokens))):
            following = self.tokens[at]
            if following.start - token.end > _NAME_REACH_BEHIND or following.kind in ("amount", "break", "stop"):
                return None
            if following.kind == "name" and following.name and following.name.kind == "target":
                return None if self._has_own_number(at) else at
        return None

    def _has_own_number(self, index: int) -> bool:
        for following in self.tokens[index + 1 : index + 3]:
            if following.kind == "amount":
                return True
            if following.kind != "sign":
                return False
        return False

    # -- meaning of units ----------------------------------------------------------------------------------------------

    def says_latency(self, index: int) -> bool:
        """Whether the part of the sentence speaks of latency, inference, response or one item at a time."""
        first, last = self.part(index)
        return self.mentions("latency", self.folded[self.tokens[first].start : self.tokens[last - 1].end])

    def is_recording(self, index: int) -> bool:
        """Whether hours are hours of recordings: "35 hours of speech", "2,000 小时语音", "语音 2,000 小时"."""
        token = self.tokens[index]
        first, last = self.part(index)
        behind = self.folded[token.end : min(self.tokens[last - 1].end, token.end + 24)]
        before = self.folded[max(self.tokens[first].start, token.start - 8) : token.start]
        return self.mentions("recordings", behind) or self.mentions("recordings", before)

    def is_memory(self, index: int) -> bool:
        """Whether a size is working memory: "显存 24G", "16GB RAM"."""
        for at in (index - 1, index - 2, index - 3, index + 1):
            if 0 <= at < len(self.tokens) and not self.crosses(at, index):
                token = self.tokens[at]
                near = abs(token.start - self.tokens[index].end) < 3 or self.tokens[index].start - token.end < 8
                if token.kind == "name" and token.name and token.name.kind == "memory" and near:
                    return True
        return any(
            self.tokens[at].kind == "machine" and self.tokens[index].start - self.tokens[at].end < _MACHINE_REACH
            for at in range(max(0, index - 3), index)
        )

    def owner(self, index: int) -> str:
        """The counted thing whose own length or duration this is: "clips of 5 s", "窗口（2.56 秒", "5 s clips"."""
        at = index - 1
        while at >= 0 and (
            self.tokens[at].kind == "sign" or self.tokens[at].text in ("(", ",", "，", "each", "长", "时")
        ):
            at -= 1
        token = self.tokens[index]
        if at >= 0 and at < index - 1 and self.tokens[at].amount and token.start - self.tokens[at].end <= 12:
            noun = self.tokens[at].amount.noun if self.tokens[at].amount else ""  # type: ignore[union-attr]  # checked above
            between = self.folded[self.tokens[at].end : token.start]
            if noun in _OWNERS and ("of" in between or "(" in between or "each" in between or "长" in between):
                return singular(noun)
        behind = lexicon.nouns().match(self.folded, min(token.end + 1, len(self.folded)), glued=True)
        if (
            behind
            and self.folded[token.end : token.end + 1] in (" ", "-")
            and behind[1] in ("clips", "segments", "windows")
        ):
            return singular(behind[1])
        return ""

    def subset(self, index: int, *, beside: bool = False) -> str:
        """What a share or a count is about: right behind it, else before it in the same part; beside: only touching."""
        token = self.tokens[index]
        words = lexicon.grouped("counts", "subsets")
        first, last = self.part(index)
        reach = 1 if beside else _SUBSET_REACH
        behind = range(token.end, min(token.end + reach + 1, self.tokens[last - 1].end))
        inside = range(token.start, token.end) if not beside else ()
        for _, meaning in words.matches(self.folded, (*behind, *inside)):
            return meaning
        begin = max(self.tokens[first].start, token.start - (_SUBSET_REACH if not beside else 11))
        for end, meaning in words.matches(self.folded, range(token.start - 1, begin - 1, -1)):
            if not beside or not self.folded[end : token.start].strip(" :约<>≈="):
                return meaning
        return ""

    def is_change(self, index: int) -> bool:
        """Whether a percentage is a gain or a loss against something: "精度损失 <1%", "improve by 2 points"."""
        start = self.tokens[index].start
        first, _ = self.part(index)
        begin = max(self.tokens[first].start, start - 14)
        changes, reached = lexicon.listed("changes"), lexicon.listed("changes", "reached")
        return any(changes.matches(self.folded, range(begin, start))) and not any(
            reached.matches(self.folded, range(begin, start))
        )

    def currency(self, index: int) -> str:
        """The currency whose sign or word touches the number from the front: "$500", "¥ 3000", "USD 20"."""
        start = self.tokens[index].start
        for length in (1, 2, 3, 4):
            at = start - length
            found = lexicon.grouped("signs", "currency").match(self.folded, at, glued=True) if at >= 0 else None
            if found and not self.folded[found[0] : start].strip():
                return found[1]
        return ""

    def opens(self, index: int) -> bool:
        """Whether nothing but signs, names and brackets stands before the number: the field's one plain answer."""
        return all(token.kind in ("sign", "name", "break") for token in self.tokens[:index])


def _direction(mark: str) -> Direction:
    if mark == "<":
        return "<"
    if mark == "<=":
        return "<="
    if mark == ">":
        return ">"
    return ">=" if mark == ">=" else ""


def singular(noun: str) -> str:
    """ "clips" -> "clip"."""
    return _SINGULAR.get(noun) or noun.removesuffix("s")
