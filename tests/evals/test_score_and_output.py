"""Shares carry Wilson's interval; the three outputs say the same, and failures stand out in each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deep_learning_expert.evals.score import wilson

_CONVERSATION = """
id: {id}
language: {language}
title: Turned away
tests: [N4]
{more}
turns:
  - say: {say}
    expect: {{trigger: {{decision: {decision}}}}}
"""
_SAY = {"en": "Reverse a linked list in place in C++, please", "zh": "用 C++ 写一个原地反转链表的函数"}


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"), [(44, 44, 0.9197, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634)]
)
def test_wilson_interval_has_its_published_values(passed: int, total: int, low: float, high: float) -> None:
    assert wilson(passed, total) == pytest.approx((low, high), abs=1e-4)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from deep_learning_expert.skill.interfaces.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, "eval", *arguments], capture_output=True, text=True)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()

    def write(name: str, language: str, decision: str, more: str = "") -> None:
        text = _CONVERSATION.format(id=name, language=language, say=_SAY[language], decision=decision, more=more)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    write("right", "en", "dont_use")
    write("rightzh", "zh", "dont_use")
    write("wrong", "en", "use")
    write("known", "zh", "use", "known_defect: it is too strict")
    return folder


def test_the_outputs_agree(suite: Path, tmp_path: Path) -> None:
    lines, junit = tmp_path / "out.jsonl", tmp_path / "out.xml"
    done = run(str(suite), "--jsonl", str(lines), "--junit", str(junit))
    assert done.returncode == 1, done.stderr
    assert "FAILED wrong" in done.stdout and "expected use; found dont_use" in done.stdout
    assert "known defect known: it is too strict" in done.stdout
    records = {record["id"]: record for record in map(json.loads, lines.read_text(encoding="utf-8").splitlines())}
    assert {name: record["verdict"] for name, record in records.items()} == {
        "right": "passed", "rightzh": "passed", "wrong": "failed", "known": "known_defect",
    }  # fmt: skip
    assert records["wrong"]["failures"][0]["what"] == "trigger decision"
    root = ElementTree.parse(junit).getroot()
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "1")
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == ["wrong"]


def test_success_is_exit_code_zero_and_the_page_speaks_chinese(suite: Path) -> None:
    done = run(str(suite), "--only", "right*", "--lang", "zh")
    assert done.returncode == 0
    assert "Wilson 区间" in done.stdout and "100.0%" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["nowhere"], "loops"),
        (["--lang", "fr"], "--lang"),
        (["--jsonl", "/nowhere/x.jsonl", "--only", "n1-*"], "/nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(arguments: list[str], fragment: str) -> None:
    done = run(*arguments)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert fragment in done.stderr


def test_other_commands_do_not_load_yaml() -> None:
    code = (
        "import sys; sys.argv = ['dl-expert', 'trigger', 'x']\n"
        "from deep_learning_expert.skill.interfaces.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name == 'yaml' or 'evals' in name], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
