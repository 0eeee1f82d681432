"""Every keyword argument in a generated project exists in the installed libraries, where these are at hand.

The environment variables are those of test_smoke_runs.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project

_CHECK = Path(__file__).resolve().parents[4] / "benchmarks" / "emitted_arguments.py"
_REMOVED = [
    ("transformers", "from transformers import TrainingArguments", "TrainingArguments('x', evaluation_strategy='no')"),
    ("transformers", "from transformers import TrainingArguments", "TrainingArguments('x', warmup_ratio=0.1)"),
    ("transformers", "from transformers import Trainer", "Trainer(tokenizer=None)"),
    ("trl", "from trl import SFTConfig", "SFTConfig(max_seq_length=1)"),
    ("trl", "import trl", "trl.DPOConfig(max_prompt_length=1)"),
    ("torch", "from torch.optim.lr_scheduler import ReduceLROnPlateau", "ReduceLROnPlateau(None, verbose=True)"),
]


def _checked(python: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run([python, str(_CHECK), str(folder)], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_emitted_keywords_exist(example: tuple[str, str], make_report: Any, folder: Path, python_with: Any) -> None:
    python = python_with(example[1])
    write_project(make_report(*example), folder, example[1])
    found = _checked(python, folder)
    assert found["wrong"] == []
    assert found["checked"] > 5


@pytest.mark.parametrize(("backend", "imported", "call"), _REMOVED)
def test_an_argument_that_is_gone_is_found(
    backend: str, imported: str, call: str, tmp_path: Path, python_with: Any
) -> None:
    (tmp_path / "train.py").write_text(f"{imported}\n\n{call}\n")
    (fault,) = _checked(python_with(backend), tmp_path)["wrong"]
    assert fault["line"] == 3 and fault["keyword"] in call


def test_the_check_knows_what_the_standard_library_and_own_files_are(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("import json\nfrom train import go\n\njson.dumps(1, nonsense=2)\ngo(nonsense=2)\n")
    (tmp_path / "train.py").write_text("def go(): ...\n")
    found = _checked(sys.executable, tmp_path)
    assert (found["checked"], found["wrong"], found["not_installed"]) == (0, [], [])
