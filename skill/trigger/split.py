"""Splits a message into what is asked and what was pasted, and says what the pasted blocks are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "blocks.toml"
_HEAD_CHARS, _TAIL_CHARS = 16_000, 4_000  # a longer paste is judged by its two ends
_QUESTION_CHARS = 1_800
_BLOCK_CHARS = 3_000
_FENCE = re.compile(r'```|"""|~~~')
_SHORT_MESSAGE_CHARS = 160  # below this nothing is taken for a paste
_MOST_BLOCKS, _MOST_PIECES = 12, 40
_LEAST_LINES = 3
_DENSE = 0.28  # share of digits and punctuation above which a line was hardly written by hand
_ASSIGNMENT = re.compile(r"[A-Za-z_][\w.]{0,60} ?= ?\S{1,60}$")  # a line of code, with few digits though it may be
_PROSE = re.compile(r"[A-Za-z]{2,}[ ,.?!]|[\u4e00-\u9fff]")
_WITHOUT_MACHINE_CHARS = str.maketrans("", "", "0123456789{}[]()<>=;_/\\|:*#\"'@%&+$^~")


@dataclass(frozen=True)
class Block:
    """A pasted part [start, end) of the message and its kinds (names in blocks.toml)."""

    start: int
    end: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """question: the pieces (start, end) that were written by the person; blocks: the first pasted parts, with their
    kinds; background: a chat client's own prompt; pasted: all pasted parts, also those not looked into."""

    question: tuple[tuple[int, int], ...]
    blocks: tuple[Block, ...]
    background: bool = False
    pasted: tuple[tuple[int, int], ...] = ()


@cache
def _table() -> Mapping[str, Mapping[str, object]]:
    with _FILE.open("rb") as stream:
        return tomllib.load(stream)


def split(message: str) -> Split:
    """The parts of `message`; linear in its length, and constant beyond some twenty thousand characters."""
    if _is_background(message):
        return Split((), (), background=True)
    start, wrapped = _unwrap(message)
    pasted = list(wrapped)
    question: list[tuple[int, int]] = []
    for piece in _without_fences(message, _ends_of(start, len(message)), pasted):
        question.extend(_without_machine_lines(message, piece, pasted))
    question = _clipped(question)
    worth_a_look = [(begin, end) for begin, end in pasted if end - begin > 1][:_MOST_BLOCKS]
    blocks = [Block(begin, end, block_kinds(message[begin:end])) for begin, end in worth_a_look]
    looked_at = question[:_MOST_PIECES]
    whole = [Block(begin, end, kinds) for begin, end in looked_at if (kinds := _kinds_of_prose(message[begin:end]))]
    return Split(tuple(question), (*blocks, *whole), pasted=tuple(pasted))


def _is_background(message: str) -> bool:
    """A client's own housekeeping prompt (title, tags, follow-ups, search queries), not a user's message."""
    head, tail = message[:400].lstrip().lower(), message[-200:].rstrip().lower()
    table = _table()["background"]
    openings, closings = table["openings"], table["closings"]
    assert isinstance(openings, list) and isinstance(closings, list)
    if head.startswith("### task:"):
        return any(tail.endswith(closing) for closing in closings)
    return any(head.startswith(opening) for opening in openings)


def _unwrap(message: str) -> tuple[int, list[tuple[int, int]]]:
    """Where the person's words begin behind a client's wrapping, and the attached sources in it."""
    if not message.lstrip()[:16].startswith(("### Task:", "<context>", "<attached_files>", "<source")):
        return 0, []
    ends = [message.rfind(tag) + len(tag) for tag in ("</context>", "</attached_files>") if tag in message]
    if not ends:
        return 0, []
    start = max(ends)
    sources = []
    context = message.find("\n<context>", 0, start)  # the instructions before it only speak of <source> tags
    begin = message.find("<source", max(context, 0), start)
    while begin >= 0:
        body = message.find(">", begin, start) + 1
        end = message.find("</source>", body, start)
        if body == 0 or end < 0:
            break
        sources.append((body, end))
        begin = message.find("<source", end, start)
    return start, sources[-3:]


def _ends_of(start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= _HEAD_CHARS + _TAIL_CHARS:
        return [(start, end)]
    return [(start, start + _HEAD_CHARS), (end - _TAIL_CHARS, end)]


def _without_fences(
    message: str, pieces: list[tuple[int, int]], pasted: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for start, end in pieces:
        at, opened = start, ""
        for match in _FENCE.finditer(message, start, end):
            if not opened:
                opened = match.group()
                yield at, match.start()
                at = match.end()
            elif match.group() == opened:
                pasted.append((at, match.start()))
                at, opened = match.end(), ""
        if opened:
            pasted.append((at, end))
        else:
            yield at, end


def _without_machine_lines(
    message: str, piece: tuple[int, int], pasted: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The lines a person wrote; runs of lines that look like code, a log or a table go to `pasted`."""
    start, end = piece
    if end - start < _SHORT_MESSAGE_CHARS:
        yield piece
        return
    run: list[tuple[int, int]] = []
    at = start
    for line in message[start:end].splitlines(keepends=True):
        span = (at, at + len(line))
        at = span[1]
        if _looks_pasted(line) or (run and not line.strip()):
            run.append(span)
            continue
        yield from _end_run(run, pasted)
        run = []
        yield span
    yield from _end_run(run, pasted)


def _end_run(run: list[tuple[int, int]], pasted: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(run) >= _LEAST_LINES:
        pasted.append((run[0][0], run[-1][1]))
    else:
        yield from run


def _looks_pasted(line: str) -> bool:
    text = line[:120].strip()
    if not text:
        return False
    starts = _table()["pasted"]["starts"]
    assert isinstance(starts, list)
    if text.startswith(tuple(starts)):
        return True
    odd = len(text) - len(text.translate(_WITHOUT_MACHINE_CHARS))
    if odd / len(text) > _DENSE or _PROSE.search(text) is None or _ASSIGNMENT.match(text):
        return True
    return line.startswith(("    ", "\t")) and text[-1] in "(){}[];:,"


def _clipped(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most `_QUESTION_CHARS` of the person's words: two thirds from the front, the rest from the end."""
    merged: list[tuple[int, int]] = []
    for start, end in pieces:
        if end <= start:
            continue
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    if sum(end - start for start, end in merged) <= _QUESTION_CHARS:
        return merged
    front, back = _taken(merged, _QUESTION_CHARS * 2 // 3), _taken_from_end(merged, _QUESTION_CHARS // 3)
    return [*front, *((max(start, front[-1][1]), end) for start, end in back if end > front[-1][1])]


def _taken(pieces: list[tuple[int, int]], budget: int) -> list[tuple[int, int]]:
    taken = []
    for start, end in pieces:
        if budget <= 0:
            break
        taken.append((start, min(end, start + budget)))
        budget -= end - start
    return taken


def _taken_from_end(pieces: list[tuple[int, int]], budget: int) -> list[tuple[int, int]]:
    taken = []
    for start, end in reversed(pieces):
        if budget <= 0:
            break
        taken.append((max(start, end - budget), end))
        budget -= end - start
    return taken[::-1]


def block_kinds(text: str) -> tuple[str, ...]:
    """Which kinds of paste `text` is; judged by its first and last characters, empty when none is recognised."""
    return _kinds(text, "block")


def statement_kinds(text: str) -> tuple[str, ...]:
    """Kinds of task statement that come as plain prose (contest problems, exam questions)."""
    return _kinds(text, "statement")


def _kinds_of_prose(text: str) -> tuple[str, ...]:
    """Kinds of what was written, or pasted without line breaks, between the blocks."""
    if len(text) < _SHORT_MESSAGE_CHARS:
        return statement_kinds(text)
    return (*statement_kinds(text), *(kind for kind in block_kinds(text) if kind.startswith(("log_", "trace_"))))


def _kinds(text: str, group: str) -> tuple[str, ...]:
    sample = text if len(text) <= 2 * _BLOCK_CHARS else f"{text[:_BLOCK_CHARS]}\n{text[-_BLOCK_CHARS:]}"
    sample = sample.lower()
    found = []
    for name, row in _table()[group].items():
        assert isinstance(row, dict)
        marks: list[str] = row["marks"]
        if sum(min(sample.count(mark), row.get("at_most", 1)) for mark in marks) >= row["least"]:
            found.append(name)
    return tuple(found)
