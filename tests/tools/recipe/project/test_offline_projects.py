"""Projects that learn from recorded episodes: the planned learner only, recordings that cannot teach stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project


def _report(make_report: Any, name: str, subtask: str = "rl-offline") -> dict[str, Any]:
    report: dict[str, Any] = make_report("episodes", "offline")
    report["decisions"] |= {"subtask": subtask}
    report["decisions"]["architecture"] |= {"id": name, "name": name}
    return report


def test_implicit_q_learning_has_critics_and_cloning_has_none(make_report: Any) -> None:
    learner = render(read_choice(_report(make_report, "iql")))
    cloner = render(read_choice(_report(make_report, "bc-mlp", "rl-imitation")))
    assert "expectile" in learner["config.py"] and "critics" in learner["model.py"]
    assert "expectile" not in cloner["config.py"] and "critics" not in cloner["model.py"]
    for texts in (learner, cloner):
        for name in (name for name in texts if name.endswith(".py")):
            compile(texts[name], name, "exec")


@pytest.mark.parametrize("name", ["cql", "td3-bc", "act", "smolvla"])
def test_learners_nobody_wrote_are_refused(name: str, make_report: Any) -> None:
    with pytest.raises(CannotSayError) as caught:
        read_choice(_report(make_report, name))
    assert caught.value.code == "project.no_model"


def test_the_environment_named_is_where_the_policy_is_judged(make_report: Any) -> None:
    report = _report(make_report, "iql")
    assert "environment: str = ''" in render(read_choice(report))["config.py"]
    report["decisions"]["environment"] = "HalfCheetah-v5"
    assert "environment: str = 'HalfCheetah-v5'" in render(read_choice(report))["config.py"]


_ROWS = [f"{episode},{step},{step % 2},{step % 3},0" for episode in range(8) for step in range(9)]


@pytest.mark.parametrize(
    ("header", "rows", "more", "sentence"),
    [
        ("run,a,action,reward,terminal", _ROWS, [], "lacks the column 'episode'"),
        ("episode,a,action,reward,terminal", _ROWS[:9], [], "holds 1 episodes"),
        ("episode,a,action,reward,terminal", [row.replace(",2,", ",?,", 1) for row in _ROWS], [], "is no number"),
        ("episode,a,action,gain,terminal", _ROWS, [], "Every recorded reward is the same"),
        (
            "episode,a,action,reward,terminal",
            _ROWS,
            ["--environment", "CartPole-v1"],
            "shows 4 values but 1 were recorded",
        ),
        ("episode,a,action,reward,terminal", _ROWS, ["--environment", "Nowhere-v0"], "cannot be made"),
    ],
)
def test_recordings_that_cannot_teach_stop(
    header: str, rows: list[str], more: list[str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("offline")
    write_project(_report(make_report, "iql"), folder)
    (folder / "data.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    command = [python, "train.py", "--data", "data.csv", *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("name", "content"), [("d.npz", b"PK\x03\x04 cut off"), ("d.csv", b"episode,action\n\xff\xfe,1\n")]
)
def test_a_damaged_recording_is_named(
    name: str, content: bytes, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("offline")
    write_project(_report(make_report, "iql"), folder)
    (folder / name).write_bytes(content)
    command = [python, "train.py", "--data", name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert name in done.stderr and "Traceback" not in done.stderr
