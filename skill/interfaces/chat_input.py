"""Lines to messages: a fenced block, or a run of training-log lines, is one message; any other line is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deep_learning_expert.skill.intake.pasted import is_log_line

_FENCE = "```"


def messages(read_line: Callable[[], str | None]) -> Iterator[str]:
    """Messages until the lines end; blank lines are none. A fence left open is closed by the end."""
    held: list[str] = []
    fenced = False
    while (line := read_line()) is not None:
        line = line.rstrip("\r\n")
        if fenced or (_FENCE in line and line.count(_FENCE) % 2 == 1):
            if not fenced and held and not line.startswith(_FENCE):
                yield "\n".join(held)
                held = []
            held.append(line)
            fenced = not fenced if _FENCE in line else fenced
            if not fenced:
                yield "\n".join(held)
                held = []
        elif is_log_line(line):
            held.append(line)
        else:
            if held:
                yield "\n".join(held)
                held = []
            if line.strip():
                yield line
    if held:
        yield "\n".join(held)
