"""Generated projects really learn: `train.py --smoke` of each data layout, where an interpreter with torch is at hand.

Set DL_EXPERT_TORCH_PYTHON to an interpreter with the packages of the emitted requirements.txt.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.recipe.project.write import write_project

_PYTHON = os.environ.get("DL_EXPERT_TORCH_PYTHON") or (sys.executable if importlib.util.find_spec("torch") else None)

pytestmark = pytest.mark.skipif(
    _PYTHON is None,
    reason="NOT RUN: generated projects were not trained; set DL_EXPERT_TORCH_PYTHON to a Python with torch",
)


def test_smoke_run_learns_and_its_log_is_read(layout: str, make_report: Any, folder: Path) -> None:
    write_project(make_report(layout), folder)
    command = [str(_PYTHON), "train.py", "--smoke"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    result = json.loads(done.stdout.strip().splitlines()[-1].removeprefix("smoke: ok "))
    assert result["value"] != result["baseline_value"]
    (run,) = diagnose_text((folder / "smoke.jsonl").read_text(encoding="utf-8"), "smoke.jsonl").runs
    roles = {(series.role, series.part) for series in run.series}
    assert {("loss", "train"), ("loss", "val"), ("metric", "val")} <= roles
    assert {"lr", "grad_norm"} <= {role for role, _ in roles}


def test_broken_data_stops_with_one_sentence(make_report: Any, folder: Path) -> None:
    write_project(make_report("table"), folder)
    (folder / "one.csv").write_text("a,label\n" + "1,x\n" * 20, encoding="utf-8")
    command = [str(_PYTHON), "train.py", "--data", "one.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "holds 1 class" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()
