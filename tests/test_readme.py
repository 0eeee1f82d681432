"""The README shows what really happens: its plan is the plan, its commands exist."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console
from typer.main import get_command

from deep_learning_expert.skill import Expert
from deep_learning_expert.skill.interfaces.cli import app
from deep_learning_expert.skill.interfaces.report_view import print_report

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def printed(task: str, width: int = 120) -> str:
    report = Expert().plan(json.loads((ROOT / task).read_text(encoding="utf-8")))
    out = io.StringIO()
    print_report(report, Console(file=out, width=width, highlight=False))
    return out.getvalue()


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_plan_shown_is_the_plan_printed() -> None:
    match = re.search(r"\$ dl-expert plan (\S+)\n(.*?)\n```", README, re.DOTALL)
    assert match is not None
    plan = one_line(printed(match.group(1)))
    pieces = [one_line(piece) for line in match.group(2).splitlines() for piece in line.split("[...]")]
    assert len(pieces) > 20
    assert [piece for piece in pieces if piece not in plan] == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"dl-expert ([a-z]+(?: [a-z]+)?)", README))))
def test_every_command_named_exists(command: str) -> None:
    first, _, second = command.partition(" ")
    commands = get_command(app).commands
    assert first in commands
    below = getattr(commands[first], "commands", None)
    if below is not None and second:
        assert second in below


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+)\)", README))))
def test_every_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_code_is_printed_whole_on_a_narrow_terminal() -> None:
    narrow = printed("examples/tasks/pets_on_phone.json", width=60)
    assert "num_classes=37)" in re.sub(r"\s", "", narrow)
