"""A sweep trains inside the published range, the plan's own rate first, and can be taken up again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project


@pytest.mark.parametrize(("backend", "layout"), [("torch", "masks"), ("keras", "images"), ("transformers", "text")])
def test_a_sweep_trains_each_trial_and_goes_on(
    backend: str, layout: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with(backend)
    if subprocess.run([python, "-c", "import optuna"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: Optuna is not installed beside the back end")
    write_project(make_report(layout, backend), folder, backend)
    with (folder / "config.py").open("a") as stream:
        stream.write("\n\nPLAN = replace(SMOKE, epochs=2, learning_rate=2e-4)\n")
    sweep = (folder / "sweep.py").read_text()
    start = sweep.index("RATES: ")
    sweep = sweep.replace(sweep[start : sweep.index("\n", start)], "RATES = (1e-4, 5e-4)", 1)
    (folder / "sweep.py").write_text(sweep)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    lines = "from pathlib import Path; from sample import write_sample; write_sample(Path('data'))"
    subprocess.run([python, "-c", lines], cwd=folder, env=environment, capture_output=True, check=True)
    for _ in range(2):
        command = [python, "sweep.py", "--data", "data", "--trials", "1"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    assert "best of 2: " in done.stdout
    rates = [json.loads((run / "config.json").read_text())["learning_rate"] for run in _trials(folder)]
    assert rates[0] == pytest.approx(2e-4) and 1e-4 <= rates[1] <= 5e-4 and rates[1] != rates[0]
    with sqlite3.connect(folder / "runs" / "sweep" / "study.db") as study:
        assert study.execute("select count(*) from trials where state = 'COMPLETE'").fetchone() == (2,)


def _trials(folder: Path) -> list[Path]:
    found = sorted((folder / "runs" / "sweep").glob("trial-*"))
    assert [path.name for path in found] == ["trial-000", "trial-001"]
    return found


@pytest.mark.parametrize("backend", ["torch", "keras", "transformers"])
def test_a_plan_with_one_rate_has_nothing_to_search(backend: str, make_report: Any, folder: Path) -> None:
    report = make_report("text", backend, learning_rate=12.0)  # outside every published range
    write_project(report, folder, backend)
    assert "RATES: tuple[float, float] | None = None" in (folder / "sweep.py").read_text()
    assert "nothing to search within" in (folder / "README.md").read_text()
