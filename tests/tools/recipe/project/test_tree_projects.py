"""Projects for boosted trees: which library, which task a target column means, what stops them, what resuming gives."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project


@pytest.fixture
def project(make_report: Any, folder: Path, python_with: Any) -> Any:
    """Writes the project; gives a function that runs `train.py` with arguments, or lines of Python, in its folder."""
    python = python_with("gbdt")
    write_project(make_report("rows", "gbdt"), folder)

    def run(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
        command = [python, "-c", dedent(lines)] if lines else [python, "train.py", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)

    return run


@pytest.mark.parametrize(("family", "other"), [("lightgbm", "xgboost"), ("xgboost", "lightgbm")])
def test_only_the_plans_library_is_needed(family: str, other: str, make_report: Any) -> None:
    report = make_report("rows", "gbdt")
    report["decisions"]["architecture"]["family"] = family
    texts = render(read_choice(report))
    assert f"{family}==" in texts["requirements.txt"] and other not in texts["requirements.txt"]
    assert f"import {family}" in texts["model.py"] and other not in texts["model.py"]


def test_a_loss_that_the_trees_do_not_know_is_refused(make_report: Any) -> None:
    report = make_report("rows", "gbdt", techniques=["quantile-loss"])
    with pytest.raises(CannotSayError) as caught:
        read_choice(report, only="gbdt")
    assert "quantile-loss" in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,label\n1,x\n2,x\n", "holds 1 class"),
        ("a,label\n1,x\n2\n", "line 3: the number of cells"),
        ("a,b\n1,x\n", "lacks the column 'label'"),
        ("label\nx\ny\n", "no column besides the target"),
        ("a,label\n1,\n", "line 2: the target is blank"),
        ("a,label\n" + "1,0.5\n" * 40, "same number in every row"),
    ],
)
def test_a_broken_table_stops_with_one_sentence_and_leaves_nothing(
    text: str, sentence: str, project: Any, folder: Path
) -> None:
    (folder / "table.csv").write_text(text, encoding="utf-8")
    done = project("--data", "table.csv")
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()


def test_what_a_target_column_means(project: Any) -> None:
    done = project(
        lines="""
        from dataclasses import replace
        from pathlib import Path
        from config import PLAN
        from data import class_names
        where = Path("x.csv")
        assert class_names(["0", "1"] * 5, PLAN, where) == ("0", "1")
        assert class_names(["no", "yes"] * 5, PLAN, where) == ("no", "yes")
        assert class_names([f"{n / 2}" for n in range(20)], PLAN, where) == ()
        assert class_names([str(n) for n in range(50)], PLAN, where) == ()
        assert class_names(["0", "1"] * 5, replace(PLAN, task="regression"), where) == ()
        """
    )
    assert done.returncode == 0, done.stderr


def test_rows_are_split_by_time_where_the_plan_says_so(project: Any, folder: Path) -> None:
    rows = [f"2026-01-{day:02d},{day},{'yes' if day % 2 else 'no'}" for day in range(30, 0, -1)]
    (folder / "table.csv").write_text("time,x,label\n" + "\n".join(rows), encoding="utf-8")
    done = project(
        lines="""
        from dataclasses import replace
        from pathlib import Path
        from config import PLAN
        from data import load_data
        data = load_data(Path("table.csv"), replace(PLAN, time_column="time"))
        assert data.names == ("x",)
        assert data.train.values.max() < data.val.values.min() and data.val.values.max() < data.test.values.min()
        """
    )
    assert done.returncode == 0, done.stderr


def test_a_run_is_resumed_and_never_overwritten(project: Any, folder: Path) -> None:
    lines = ["x,word,label"] + [f"{n % 17},{'ab'[n % 2]},{'yes' if n % 17 > 8 else 'no'}" for n in range(300)]
    (folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    done = project("--data", "table.csv", "--out", "runs/1")
    assert done.returncode == 0, done.stderr
    result = json.loads((folder / "runs/1/result.json").read_text())
    assert result["beats_baseline"] and result["interval95"][0] <= result["value"] <= result["interval95"][1]
    assert (folder / "runs/1/importance.csv").read_text().splitlines()[1].startswith("x,")
    again = project("--data", "table.csv", "--out", "runs/1")
    assert again.returncode == 1 and "holds a run already" in again.stderr
    (folder / "table.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    other = project("--data", "table.csv", "--out", "runs/1", "--resume")
    assert other.returncode == 1 and "data changed" in other.stderr
