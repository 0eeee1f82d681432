"""Generated projects really learn: `train.py --smoke` of each back end and data layout, where its library is at hand.

Set DL_EXPERT_<BACK END>_PYTHON (DL_EXPERT_TORCH_PYTHON and so on) to an interpreter with the packages of the emitted
requirements.txt.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.write import write_project


def test_smoke_run_learns_and_its_log_is_read(
    example: tuple[str, str], make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with(example[1])
    write_project(make_report(*example), folder, example[1])
    command = [python, "train.py", "--smoke"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    result = json.loads(done.stdout.strip().splitlines()[-1].removeprefix("smoke: ok "))
    assert result["value"] != result["baseline_value"]
    (run,) = diagnose_text((folder / "smoke.jsonl").read_text(encoding="utf-8"), "smoke.jsonl").runs
    read = {f"{series.part or ''} {series.role}".strip() for series in run.series}
    assert set(back_end(example[1]).routes["logged"]) <= {*read, *(series.role for series in run.series)}


def test_broken_data_stops_with_one_sentence(make_report: Any, folder: Path, python_with: Any) -> None:
    python = python_with("torch")
    write_project(make_report("table"), folder)
    (folder / "one.csv").write_text("a,label\n" + "1,x\n" * 20, encoding="utf-8")
    command = [python, "train.py", "--data", "one.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "holds 1 class" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()
