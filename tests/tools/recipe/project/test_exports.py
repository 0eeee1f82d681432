"""Every PyTorch layout is judged and exported as its README says, and its ONNX file answers as PyTorch does.

    DL_EXPERT_TORCH_PYTHON=PYTHON python -m pytest -m slow tests/tools/recipe/project/test_exports.py

PYTHON needs all of the emitted requirements.txt, the packages for `export.py --onnx` among them.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.write import write_project

# A run of two updates on the sample data, left in a folder as a user's run is.
_SHORT_RUN = """
from dataclasses import replace
from pathlib import Path

import torch

from config import SMOKE
from data import load_data
from runs import Place
from sample import write_sample
from train import train

write_sample(Path("data"))
config = replace(SMOKE, epochs=1, max_steps=2, warmup_steps=0)
data = load_data(Path("data"), config)
train(config, data, Path("runs/1"), Place(torch.device("cpu"), 0, 1, "none")).finish()
"""


@pytest.mark.slow
@pytest.mark.parametrize("layout", sorted(back_end("torch").layouts))
def test_a_run_is_judged_and_exported_from_its_folder(
    layout: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("torch")
    write_project(make_report(layout), folder, "torch")

    def run(*arguments: str) -> str:
        command = [python, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
        return done.stdout

    run("-c", _SHORT_RUN)
    judged = json.loads(run("evaluate.py", "runs/1", "--data", "data").strip().splitlines()[-1])
    kept = json.loads((folder / "runs" / "1" / "result.json").read_text(encoding="utf-8"))
    assert judged["value"] == pytest.approx(kept["value"]), "evaluate.py judges otherwise than the run itself did"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    (shown,) = (line for line in readme.splitlines() if line.startswith("python export.py"))
    said = run("export.py", *shown.replace("DATA", "data").split()[2:])
    for line in said.splitlines():
        if line.endswith(" MB"):
            assert (folder / line.split("  ")[0]).stat().st_size > 0
