"""The real command line, in this process: its arguments, input, output and exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What the shell sees."""

    exit_code: int
    stdout: str
    stderr: str


def run_command(arguments: Sequence[str], folder: Path, store: Path) -> Ran:
    """`dl-expert ARGUMENTS` in a folder, with its own session store; after "<" comes the file for standard input."""
    from deep_learning_expert.skill.interfaces.cli import main

    words, given = list(arguments), b""
    if "<" in words:
        place = words.index("<")
        given = (folder / words[place + 1]).read_bytes()
        del words[place : place + 2]
    out, errors = io.StringIO(), io.StringIO()
    with _shell(words, given, folder, store), redirect_stdout(out), redirect_stderr(errors):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Ran(code, out.getvalue(), errors.getvalue())


@contextmanager
def _shell(words: list[str], given: bytes, folder: Path, store: Path) -> Iterator[None]:
    argv, stdin, environment = sys.argv, sys.stdin, dict(os.environ)
    sys.argv, sys.stdin = ["dl-expert", *words], io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    os.environ.update({"DL_EXPERT_STORE": str(store), "COLUMNS": "100", "LANG": "C.UTF-8"})
    try:
        with chdir(folder):
            yield
    finally:
        sys.argv, sys.stdin = argv, stdin
        os.environ.clear()
        os.environ.update(environment)
