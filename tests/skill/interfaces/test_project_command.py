"""`dl-expert project` as a user meets it: each refusal is one sentence in the plan's language, and leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.skill.interfaces import cli

_EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture
def report() -> dict[str, Any]:
    """A checked-in report with a plan."""
    found: dict[str, Any] = json.loads((_EXAMPLES / "reports" / "pets_on_phone.json").read_text(encoding="utf-8"))
    assert found["status"] == "planned"
    return found


def _project(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["dl-expert", "project", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1 and "Traceback" not in said.err
    return int(left.value.code or 0), said.err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty; save the output"),
        (b"{", "is not valid JSON"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b"[]", "This is no report of the expert (keys are missing)"),
        (b'{"status": "planned", "decisions": 3}', "This is no report of the expert (a value is of another kind"),
        (b'{"status": "needs_input"}', "status is needs_input"),
    ],
)
def test_what_is_no_plan_is_refused(
    content: bytes, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "report.json").write_bytes(content)
    code, said = _project(monkeypatch, capsys, tmp_path / "report.json", tmp_path / "project")
    assert (code, complaint in said) == (2, True), said
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(("language", "complaint"), [("en", "is not empty"), ("zh", "不是空文件夹")])
def test_the_language_is_that_of_the_plan(
    language: str, complaint: str, report: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "report.json").write_text(json.dumps({**report, "language": language}))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    _, said = _project(monkeypatch, capsys, tmp_path / "report.json", tmp_path / "full")
    assert complaint in said
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


@pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="NOT RUN: the superuser may write everywhere"
)
def test_a_place_without_rights_is_named(report: Any, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report))
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked").chmod(0o555)
    (tmp_path / "secret.json").write_text(json.dumps(report))
    (tmp_path / "secret.json").chmod(0)
    without = "-dac_override,-dac_read_search"
    command = ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}"] if os.geteuid() == 0 else []
    lines = "from deep_learning_expert.skill.interfaces.cli import main; main()"
    command += [sys.executable, "-c", lines, "project"]
    for arguments, complaint in (
        (["report.json", "locked/project"], "locked/project cannot be written"),
        (["secret.json", "project"], "secret.json cannot be read"),
    ):
        done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and complaint in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert list((tmp_path / "locked").iterdir()) == [] and not (tmp_path / "project").exists()
    (tmp_path / "locked").chmod(0o755)
