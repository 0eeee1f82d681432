"""The HTML page of a report: well formed, alone, escaped, and in the language of the report."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deep_learning_expert.skill import Expert
from deep_learning_expert.skill.interfaces.cli import main
from deep_learning_expert.skill.interfaces.report_page import page

TASKS = Path(__file__).resolve().parents[3] / "examples" / "tasks"
_VOID = {"meta", "br"}


class Page(HTMLParser):
    """Reads a page; each start tag must be closed by its own end tag."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("path", sorted(TASKS.glob("*.json")), ids=lambda path: path.stem)
def test_every_report_is_a_page_of_its_own_that_loads_nothing(path: Path) -> None:
    report = Expert().plan(json.loads(path.read_text(encoding="utf-8")))
    read = Page(page(report))
    assert not read.tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not {name for name, _ in read.attributes} & {"src", "href", "style", "onclick", "onload"}
    assert ("lang", "zh-CN" if report.language == "zh" else "en") in read.attributes
    if report.plan is not None:
        assert report.plan["trainingStrategy"]["optimizer"]["learningRate"] in read.text
        assert "数字的来源" in read.text or "Where the numbers come from" in read.text


def test_what_a_user_writes_stays_text() -> None:
    attack = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7 * 7 }}"
    task = {
        "task": {"type": "classification", "domain": "CV", "specificTask": "flowers"},
        "data": {"size": f"5,000 photos; {attack}"},
        "constraints": {"computeResources": "one RTX 3090", "budget": attack},
        "existingSetup": {"baseModel": attack},
    }
    report = Expert().plan(task, assume=True)
    read = Page(page(report))
    assert not read.tags & {"script", "img"}
    assert "<script>alert(1)</script>" in read.text
    assert "{{ 7 * 7 }}" in read.text


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def call(*arguments: str) -> object:
        monkeypatch.setattr(sys, "argv", ["dl-expert", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    return call


def test_plan_writes_the_page_and_still_prints(run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "plan.html"
    assert run("plan", str(TASKS / "pcb_defects_zh.json"), "--html", str(out)) == 0
    assert "学习率" in Page(out.read_text(encoding="utf-8")).text
    assert "学习率" in capsys.readouterr().out


def test_a_page_that_cannot_be_written_is_one_sentence(run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "plan.html"):
        assert run("plan", str(TASKS / "pets_on_phone.json"), "--html", str(place)) == 2
        error = capsys.readouterr().err
        assert str(place) in error and len(error.strip().splitlines()) == 1
