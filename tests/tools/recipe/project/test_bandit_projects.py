"""Projects for contextual bandits: only the learner written out, logs that cannot teach stopped in one sentence."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project


def _log(rows: int = 600, **columns: Any) -> str:
    """A log of three actions; columns: name -> its cell from (row, action)."""
    generator = random.Random(0)
    lines = []
    for row in range(rows):
        action = generator.randrange(3)
        cells = {"age": generator.gauss(40, 9), "action": action, "reward": int(action == row % 3), "propensity": 1 / 3}
        lines.append({**cells, **{name: make(row, action) for name, make in columns.items()}})
    names = [name for name, value in lines[0].items() if value is not None]
    return "\n".join([",".join(names), *(",".join(str(line[name]) for name in names) for line in lines)])


def test_only_the_learner_written_out_is_served(make_report: Any) -> None:
    report = make_report("choices", "bandit")
    report["decisions"]["architecture"]["id"] = "epsilon-greedy-logistic"
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_model"


def test_readme_is_whole_in_both_languages(make_report: Any) -> None:
    report = make_report("choices", "bandit")
    assert "doubly robust" in render(read_choice(report))["README.md"]
    assert "双重稳健" in render(read_choice({**report, "language": "zh"}))["README.md"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (_log().replace("action", "choice", 1), "lacks the column 'action'"),
        (_log(reward=lambda row, action: 1), "brought the same reward"),
        (_log(propensity=lambda row, action: 0), "propensities must lie above 0"),
        (_log(propensity=lambda row, action: 0.05), "do not fit how often it was chosen"),
        (_log(age=lambda row, action: f"user{row}"), "different words"),
        (_log(rows=20), "too few for three parts"),
    ],
)
def test_logs_that_cannot_teach_stop(
    text: str, sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("bandit")
    write_project(make_report("choices", "bandit"), folder)
    (folder / "log.csv").write_text(text + "\n", encoding="utf-8")
    command = [python, "train.py", "--data", "log.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()
