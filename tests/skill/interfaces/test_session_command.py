"""`dl-expert session` as its user meets it."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace

import pytest

from deep_learning_expert.skill.interfaces.cli import main

TASKS = Path(__file__).resolve().parents[3] / "examples" / "tasks"
LOG = "step,train_loss\n" + "".join(f"{step},{1 / step:.4f}\n" for step in range(1, 40)) + "40,nan\n41,nan\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command line inside this process, each call opening the store anew."""
    monkeypatch.setenv("DL_EXPERT_STORE", str(tmp_path / "store" / "s.sqlite3"))

    def call(*arguments: str, text: str = "") -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["dl-expert", *arguments])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=out, stderr=err)

    return call


def test_a_session_goes_on_over_processes(run, tmp_path: Path) -> None:
    asked = run("plan", str(TASKS / "defects_unspecified.json"), "--session", "demo", "--json")
    assert asked.returncode == 3
    assert run("session", "answer", "demo", "data.size", "5k images", "--json").returncode == 3
    planned = run("session", "answer", "demo", "--assume", "--json")
    assert planned.returncode == 0
    changed = run("session", "answer", "demo", "constraints.computeResources", "CPU only", "--json")
    assert json.loads(changed.stdout)["changes"]
    log = tmp_path / "run.csv"
    log.write_text(LOG)
    observed = run("session", "observe", "demo", str(log), "--json")
    assert "loop3-check-stability" in [item["rule"] for item in json.loads(observed.stdout)["trace"]]
    resumed = run("session", "resume", "demo", "--json")
    assert json.loads(resumed.stdout)["plan"] == json.loads(observed.stdout)["plan"]
    shown = json.loads(run("session", "show", "demo", "--json").stdout)
    assert shown["state"] == "planned"
    assert [item["seq"] for item in shown["events"]] == list(range(1, shown["events"][-1]["seq"] + 1))


def test_a_session_moves_to_another_store_and_back_unchanged(run, tmp_path: Path) -> None:
    run("plan", str(TASKS / "pcb_defects_zh.json"), "--session", "缺陷")
    out = tmp_path / "out.jsonl"
    assert run("session", "export", "缺陷", "--out", str(out)).returncode == 0
    other = ("--store", str(tmp_path / "other.sqlite3"))
    assert run("session", "import", str(out), *other).returncode == 0
    assert run("session", "export", "缺陷", *other).stdout == out.read_text(encoding="utf-8")
    assert run("session", "import", str(out)).returncode == 2
    assert "事件数" in run("session", "list", "--lang", "zh").stdout
    assert "完成步骤" in run("session", "show", "缺陷").stdout


def test_a_spoilt_export_is_refused_whole(run, tmp_path: Path) -> None:
    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "demo")
    lines = run("session", "export", "demo").stdout.splitlines()
    count = len(lines) - 1
    start_and_end = [
        lines[0].replace(f'"events":{count}', '"events":2'),
        lines[1],
        lines[-1].replace(str(count), "2", 1),
    ]
    spoilt = {
        "cut": lines[:-1],
        "gap": [lines[0], lines[1], *lines[3:]],
        "doubled": [*lines, lines[-1]],
        "headless": lines[1:],
        "broken": [*lines[:-1], lines[-1][:-1]],
        "time": [lines[0], lines[1].replace("Z", "?", 1), *lines[2:]],
        "illegal": start_and_end,
        "empty": [],
    }
    for name, kept in spoilt.items():
        done = run("session", "import", "-", "--name", name, text="\n".join(kept))
        assert done.returncode == 2, name
        assert done.stderr.count("\n") == 1, done.stderr
    assert [item["name"] for item in json.loads(run("session", "list", "--json").stdout)] == ["demo"]


def test_deletion_asks_for_exactly_one_aim(run) -> None:
    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "demo")
    for arguments in ([], ["demo", "--older-than", "3"], ["--older-than", "-1"], ["--older-than", "nan"], ["none"]):
        assert run("session", "delete", *arguments).returncode == 2
    assert "demo" not in run("session", "delete", "--older-than", "1").stdout
    assert "demo" in run("session", "delete", "demo").stdout
    assert json.loads(run("session", "list", "--json").stdout) == []


def test_a_taken_name_keeps_the_session_that_has_it(run) -> None:
    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "demo")
    again = run("plan", str(TASKS / "wake_word_zh.json"), "--session", "demo")
    assert again.returncode == 2
    assert "session resume demo" in again.stderr
    assert run("session", "answer", "demo", "data.size").returncode == 2
    assert run("session", "list", "--lang", "fr").returncode == 2


def test_measured_metrics_come_back_through_the_command_line(run) -> None:
    assert run("plan", str(TASKS / "pets_on_phone.json"), "--session", "pets", "--json").returncode == 0
    for rule, arguments in (
        ("loop6-relax-ratio", ("--compression", "91.2%", "83.1%")),
        ("loop6-distil", ("--compression", "0.912", "0.840")),
        ("failure4-domain-shift", ("--production", "91", "80")),
        ("step7-target-missed", ("--test", "88%")),
        ("loop7-renegotiate", ("--test", "88%", "--nothing-left")),
    ):
        done = run("session", "observe", "pets", *arguments, "--json")
        assert done.returncode == (5 if rule == "loop7-renegotiate" else 0), done.stderr
        assert rule in [item["rule"] for item in json.loads(done.stdout)["trace"]]
    kept = run("session", "answer", "pets", "--keep-target", "--json")
    assert json.loads(kept.stdout)["status"] == "stopped"


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["observe", "pets"], "exactly one"),
        (["observe", "pets", "--test", "good"], "good"),
        (["observe", "pets", "--test", "nan"], "nan"),
        (["observe", "pets", "run.csv", "--test", "88%"], "exactly one"),
        (["answer", "pets"], "exactly one"),
        (["answer", "pets", "data.size", "5k", "--keep-target"], "exactly one"),
        (["answer", "pets", "--keep-target"], "planned"),
    ],
)
def test_evidence_that_is_none_is_one_sentence(run, arguments: list[str], fragment: str) -> None:
    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "pets")
    done = run("session", *arguments)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert fragment in done.stderr


def test_a_test_result_without_a_target_is_one_sentence(run, tmp_path: Path) -> None:
    task = json.loads((TASKS / "pets_on_phone.json").read_text(encoding="utf-8"))
    del task["constraints"]["accuracyTarget"]
    (tmp_path / "task.json").write_text(json.dumps(task))
    run("plan", str(tmp_path / "task.json"), "--session", "pets")
    done = run("session", "observe", "pets", "--test", "88%")
    assert done.returncode == 2 and "constraints.accuracyTarget" in done.stderr


def test_the_model_card_is_written_from_what_was_measured(run, tmp_path: Path) -> None:
    card = tmp_path / "card.md"

    def marks() -> dict[str, str]:
        report = json.loads(run("session", "resume", "demo", "--json").stdout)
        return {item["id"]: item["state"] for step in report["checklist"] for item in step["items"]}

    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "demo")
    assert run("session", "card", "demo", str(card)).returncode == 0
    assert "Not measured yet" in card.read_text(encoding="utf-8")
    assert marks()["model_card"] == "open"
    run("session", "observe", "demo", "--test", "91.3%")
    assert run("session", "card", "demo", str(card), "--contact", "Li Wei", "--version", "data set=v7").returncode == 0
    text = card.read_text(encoding="utf-8")
    assert "91.3% (split: test)" in text and "Li Wei" in text and "data set: v7" in text
    assert (marks()["model_card"], marks()["target"]) == ("done", "done")
    run("session", "answer", "demo", "constraints.accuracyTarget", "top-1 > 95%")
    assert (marks()["model_card"], marks()["target"]) == ("open", "open")


def test_a_card_without_a_plan_or_with_a_bad_version_is_refused(run, tmp_path: Path) -> None:
    run("plan", str(TASKS / "defects_unspecified.json"), "--session", "asking")
    run("plan", str(TASKS / "pets_on_phone.json"), "--session", "demo")
    card = str(tmp_path / "card.md")
    for arguments in (("asking", card), ("demo", card, "--version", "7"), ("demo", str(tmp_path)), ("nobody", card)):
        done = run("session", "card", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
