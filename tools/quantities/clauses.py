"""A text with its tokens: clauses, the parts between commas, and the words in them."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.scan import Token

_CLAUSE_REACH = 80  # characters to either side
_PER_MARKS = ("每", "each ", "every ", "per ")


class Clauses:
    """A text, its folded form and its tokens."""

    def __init__(self, text: str, folded: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.folded = folded
        self.tokens = tokens

    def clause(self, index: int) -> tuple[int, int]:
        """Token indices [first, last) of the clause around a token: between full stops and semicolons."""
        first = last = index
        place = self.tokens[index].start
        while (
            first > 0 and self.tokens[first - 1].kind != "stop" and place - self.tokens[first - 1].end < _CLAUSE_REACH
        ):
            first -= 1
        while (
            last < len(self.tokens)
            and self.tokens[last].kind != "stop"
            and self.tokens[last].start - place < _CLAUSE_REACH
        ):
            last += 1
        return first, last

    def part(self, index: int, breaks: str = ",，、;；()（）+") -> tuple[int, int]:
        """Token indices of the part between commas and brackets."""
        first = last = index
        while first > 0 and not self._breaks(first - 1, breaks) and index - first < 40:
            first -= 1
        while last < len(self.tokens) and not self._breaks(last, breaks) and last - index < 40:
            last += 1
        return first, last

    def _breaks(self, index: int, breaks: str) -> bool:
        token = self.tokens[index]
        return token.kind == "stop" or (token.kind == "break" and token.text in breaks)

    def crosses(self, one: int, two: int) -> bool:
        """Whether a comma or a stop stands between two tokens."""
        between = self.tokens[min(one, two) + 1 : max(one, two)]
        return any(token.kind == "stop" or token.text in (",", "，", "、", "+") for token in between)

    def mentions(self, section: str, text: str, key: str = "words") -> bool:
        """Whether any word of a list of signs.toml stands in `text`."""
        return lexicon.listed(section, key).stands_in(text)

    def per_before(self, index: int) -> str:
        """每类 160 张, "each class has 160": what the number in front of which it stands is per."""
        start = self.tokens[index].start
        window = max(0, start - 16)
        marks = [(self.folded.rfind(mark, window, start + len(mark) - 1), mark) for mark in _PER_MARKS]
        at, mark = max(marks)
        if at < 0:
            return ""
        found = lexicon.per_words().match(self.folded, at + len(mark), glued=True)
        crossed = any(char in ",，;；。()" for char in self.folded[at:start])
        return found[1] if found and not crossed else ""
