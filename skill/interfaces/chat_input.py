"""Lines to messages: a fenced block, a run of training-log lines, or what is pasted at once, is one message."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator

from deep_learning_expert.skill.intake.pasted import is_log_line

_FENCE = "```"
_PASTE_PAUSE_S = 0.03  # nobody types the next line that soon

ReadLine = Callable[[], str | None]


def read_line() -> str | None:
    """The next line of standard input, whatever bytes are in it; None at its end."""
    raw = getattr(sys.stdin, "buffer", None)
    if raw is None:
        return sys.stdin.readline() or None
    line: bytes = raw.readline()
    return line.decode("utf-8", errors="replace") if line else None


def pasting() -> bool:
    """Whether more of a paste is waiting at a terminal; a pipe's lines are messages of their own."""
    if not sys.stdin.isatty():
        return False
    return bool(select.select([sys.stdin], [], [], _PASTE_PAUSE_S)[0])


def messages(read: ReadLine, more_at_once: Callable[[], bool] = lambda: False) -> Iterator[str]:
    """Messages until the lines end; blank lines are none. A fence left open is closed by the end.

    more_at_once: whether the next line has come together with the last one, which makes both one message.
    """
    held: list[str] = []
    fenced = False
    while (line := read()) is not None:
        line = line.rstrip("\r\n")
        if fenced or (_FENCE in line and line.count(_FENCE) % 2 == 1):
            if not fenced and held and not line.startswith(_FENCE) and not more_at_once():
                yield "\n".join(held)
                held = []
            held.append(line)
            fenced = not fenced if _FENCE in line else fenced
            if not fenced and not more_at_once():
                yield "\n".join(held)
                held = []
        elif is_log_line(line) or more_at_once():
            held.append(line)
        elif held and not is_log_line(held[-1]):
            yield "\n".join((*held, line)).strip()  # the last line of a paste
            held = []
        else:
            if held:
                yield "\n".join(held)
                held = []
            if line.strip():
                yield line
    if held:
        yield "\n".join(held)
