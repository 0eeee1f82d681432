"""The command line as its user meets it: exit codes, one sentence on stderr, no traceback, both languages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract.report import Report

ROOT = Path(__file__).resolve().parents[3]
TASKS = ROOT / "examples" / "tasks"


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    code = "from deep_learning_expert.skill.interfaces.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, input=text)


def test_help_is_light() -> None:
    code = (
        "import sys; sys.argv = ['dl-expert', '--help']\n"
        "from deep_learning_expert.skill.interfaces.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print({'openai', 'fastapi', 'torch', 'scipy', 'sqlalchemy'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "set()"
    assert "plan" in done.stdout


def test_a_task_becomes_a_readable_plan_in_its_language() -> None:
    english = run("plan", str(TASKS / "pets_on_phone.json"))
    chinese = run("plan", str(TASKS / "pcb_defects_zh.json"))
    assert english.returncode == chinese.returncode == 0
    assert "Learning rate" in english.stdout
    assert "学习率" in chinese.stdout


def test_json_is_a_report() -> None:
    done = run("plan", str(TASKS / "pets_on_phone.json"), "--json")
    report = Report.model_validate_json(done.stdout)
    assert report.status == "planned"


def test_missing_facts_are_asked_with_exit_code_three() -> None:
    done = run("plan", str(TASKS / "defects_unspecified.json"), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 3
    assert [item["field"] for item in report["questions"]] == [
        "data.size",
        "constraints.computeResources",
        "constraints.latencyRequirement",
    ]


def test_assumptions_are_listed() -> None:
    report = json.loads(run("plan", str(TASKS / "defects_unspecified.json"), "--assume", "--json").stdout)
    assert {"data.size", "constraints.computeResources"} <= {item["field"] for item in report["assumptions"]}


@pytest.mark.parametrize(
    ("arguments", "text", "fragment"),
    [
        (["plan", "-"], "{", "line"),
        (["plan", "-"], "", "empty"),
        (["plan", "nowhere.json"], None, "nowhere.json"),
        (["plan", str(TASKS)], None, "directory"),
        (["plan", "-", "--lang", "fr"], "{}", "--lang"),
        (["plan", "-", "--wrong"], None, "--wrong"),
        (["plan", "--batch", "a.jsonl", "--out", "b", "--html", "c.html"], None, "--batch"),
        (["tool", "model_fact"], None, "model_facts"),
        (["tool", "model_facts", "--args", '{"model": "resnet51"}'], None, "resnet50"),
        (["tool", "model_facts", "--args", '{"mode": "x"}'], None, "model"),
        (["tool", "model_facts", "--args", "nonsense"], None, "JSON"),
        (["trigger"], None, "--batch"),
        (["diagnose", "nowhere.csv"], None, "nowhere.csv"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(arguments: list[str], text: str | None, fragment: str) -> None:
    done = run(*arguments, text=text)
    assert done.returncode == 2
    assert fragment in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_trigger_batch_answers_each_line(tmp_path: Path) -> None:
    lines = [{"id": "a", "text": "my training loss is nan"}, {"id": "b", "text": "which laptop should I buy"}]
    path = tmp_path / "batch.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    answers = [json.loads(line) for line in run("trigger", "--batch", str(path)).stdout.splitlines()]
    assert [(answer["id"], answer["decision"]) for answer in answers] == [("a", "use"), ("b", "dont_use")]
    assert answers[0]["span"] in lines[0]["text"]


def test_tool_batch_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_text('{"id": 1, "model": "resnet50"}\n{"id": 2, "model": "nothing-like-it"}\nnot json\n')
    answers = [json.loads(line) for line in run("tool", "model_facts", "--batch", str(path)).stdout.splitlines()]
    assert [sorted(answer) for answer in answers] == [["id", "result"], ["error", "id"], ["error", "id"]]


def test_a_real_log_changes_the_plan_visibly(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = [f"{epoch},{2.0 / epoch},{2.1 / epoch},{3.0 * epoch}" for epoch in range(1, 20)]
    rows += [f"{epoch},nan,nan,nan" for epoch in range(20, 30)]
    log.write_text("epoch,train_loss,val_loss,grad_norm\n" + "\n".join(rows) + "\n")
    report = json.loads(run("plan", str(TASKS / "pets_on_phone.json"), "--log", str(log), "--json").stdout)
    assert "loop3-check-stability" in [entry["rule"] for entry in report["trace"]]
    assert any(change["path"].endswith("learningRate") for change in report["changes"])


def test_a_batch_of_tasks_gives_a_report_each_and_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    good = json.loads((TASKS / "pets_on_phone.json").read_text(encoding="utf-8"))
    lines = [json.dumps({"id": "../pets", **good}), "not json", json.dumps({"id": "empty"})]
    (tmp_path / "tasks.jsonl").write_text("\n".join(lines))
    done = run("plan", "--batch", str(tmp_path / "tasks.jsonl"), "--out", str(tmp_path / "out"))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"id": "_pets", "status": "planned"}
    assert ["error" in answer for answer in answers] == [False, True, True]
    assert Report.model_validate_json((tmp_path / "out" / "_pets.json").read_text()).status == "planned"


def test_a_task_without_deep_learning_ends_with_exit_code_four() -> None:
    spec = {"type": "classification", "domain": "tabular", "specificTask": "fit a random forest and an SVM"}
    done = run("plan", "-", text=json.dumps({"task": spec, "data": {}, "constraints": {}}))
    assert done.returncode == 4
    assert "scikit-learn" in done.stdout


def test_limits_that_cannot_be_met_end_with_exit_code_five() -> None:
    task = {
        "task": {"type": "classification", "domain": "CV", "specificTask": "flowers"},
        "data": {"size": "20k images"},
        "constraints": {"computeResources": "CPU only", "latencyRequirement": "<5 ms"},
        "existingSetup": {"baseModel": "ViT-L/16"},
    }
    assert run("plan", "-", "--json", text=json.dumps(task)).returncode == 5


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        (["plan", "-"], '{"task": {"type": ', "标准输入"),
        (["plan", "-"], '{"task": {"type": "RL", "domain": "CV"}, "data": [], "constraints": {}}', "现在是列表"),
        (["plan", "-"], '{"size": ' + "9" * 5000 + "}", "位数过多"),
        (["plan", "-", "--lag"], None, "没有选项 --lag"),
        (["plan", "a.json", "b.json"], None, "命令写法有误"),
        (["project", "a.json"], None, "缺少"),
        (["plan", "nowhere.json"], None, "文件或目录不存在"),
    ],
)
def test_bad_input_is_told_in_chinese(
    arguments: list[str], text: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    done = run(*arguments, text=text)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_errors_speak_the_language_asked_for() -> None:
    assert "不是合法的 JSON" in run("plan", "-", "--lang", "zh", text="{").stderr
    assert "not valid JSON" in run("plan", "-", "--lang", "en", text="{").stderr
