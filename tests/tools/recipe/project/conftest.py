"""Reports as `dl-expert plan --json` gives them, reduced to what a project is written from.

plans/<back end>.json holds one plan for each of its data layouts; a new back end adds its file and is tested by all
tests that take `example`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.write import write_project

_PLANS = {path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "plans").glob("*.json"))}
_EXAMPLES = [(backend, layout) for backend, plans in _PLANS.items() for layout in plans]


def report_for(layout: str, backend: str = "torch", **recipe_changes: Any) -> dict[str, Any]:
    """A planned report whose project has this layout, with some decisions of the recipe changed."""
    plan = _PLANS[backend][layout]
    recipe = {**plan["recipe"], **recipe_changes}
    evidence = [
        {
            "quantity": "learning_rate",
            "value": recipe["learning_rate"],
            "kind": "cited",
            "source": "a paper\nwith a break",
        },
        {"quantity": "patience", "value": 7.0, "kind": "cited", "source": "common practice"},
        {"quantity": "steps", "value": 500.0, "kind": "computed", "source": "epochs x steps"},
    ]
    decisions = {
        "subtask": plan["subtask"],
        "framework": plan.get("framework"),
        "architecture": plan["architecture"],
        "recipe": recipe,
    }
    report = {"status": "planned", "language": "en", "evidence": evidence, "decisions": decisions}
    copied: dict[str, Any] = json.loads(json.dumps(report))
    return copied


@pytest.fixture(params=_EXAMPLES, ids="-".join)
def example(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each data layout of each back end in turn: (layout, back end)."""
    backend, layout = request.param
    return layout, backend


@pytest.fixture
def make_report() -> Any:
    """`report_for`, for tests that change decisions."""
    return report_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "project"


@pytest.fixture(autouse=True)
def torchvision_beside_cpu_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated projects that are run can import torchvision also where its compiled operators do not load."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[4] / "benchmarks" / "torchvision_ops"))


@pytest.fixture
def python_with() -> Any:
    """Back end -> an interpreter that has its libraries; skips loudly when there is none."""

    def found(backend: str) -> str:
        variable = f"DL_EXPERT_{backend.upper()}_PYTHON"
        if variable in os.environ:
            return os.environ[variable]
        if importlib.util.find_spec(back_end(backend).routes["module"]):
            return sys.executable
        pytest.skip(f"NOT RUN: projects for {backend} were not tried; set {variable} to a Python with its libraries")

    return found


@pytest.fixture
def run_in(make_report: Any, folder: Path, python_with: Any) -> Any:
    """Writes the PyTorch project of a layout and runs lines of Python in it; gives what they print."""

    def run(layout: str, lines: str, **changes: Any) -> str:
        if not folder.exists():
            write_project(make_report(layout, **changes), folder)
        command = [python_with("torch"), "-c", dedent(lines)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run
