"""Projects for many series, stages and lifetimes: each family its own network, bad data stopped in one sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project


def _report(make_report: Any, layout: str, family: str, name: str) -> dict[str, Any]:
    report: dict[str, Any] = make_report(layout)
    report["decisions"]["architecture"] |= {"family": family, "id": name, "name": name}
    return report


@pytest.mark.parametrize(
    ("family", "network", "own", "foreign"),
    [
        ("deepar", "Recurrent", "width: int = 40", "speeds"),
        ("tft", "Fusion", "heads: int = 4", "speeds"),
        ("nhits", "Interpolated", "speeds: tuple[int, ...] = (8, 4, 1)", "LSTM"),
    ],
)
def test_a_global_forecaster_is_the_planned_one(
    family: str, network: str, own: str, foreign: str, make_report: Any
) -> None:
    texts = render(read_choice(_report(make_report, "many_series", family, family)))
    assert f"class {network}(nn.Module)" in texts["model.py"]
    assert own in texts["config.py"]
    assert foreign not in texts["config.py"] + texts["model.py"]
    for name in (name for name in texts if name.endswith(".py")):
        compile(texts[name], name, "exec")


def test_a_plan_with_quantiles_gets_no_point_forecaster(make_report: Any) -> None:
    report = make_report("series", techniques=["quantile-loss"])
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_technique"


_ROWS = [f"{name},2024-01-{day:02d},{day}" for name in "ab" for day in range(1, 29)]


@pytest.mark.parametrize(
    ("header", "rows", "sentence"),
    [
        ("series,day,value", _ROWS, "lacks the column 'time'"),
        ("series,time,value", [*_ROWS[:5], "a,2024-01-09,", *_ROWS[5:]], "a value is no number"),
        ("series,time,value", [*_ROWS[:5], "a,2024-01-02,3", *_ROWS[5:]], "do not rise"),
        ("series,time,value", _ROWS, "no series is long enough"),
    ],
)
def test_long_tables_that_cannot_be_learnt_from_stop(
    header: str, rows: list[str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    _stops(header, rows, sentence, make_report("many_series"), folder, python_with("torch"))


@pytest.mark.parametrize(
    ("header", "rows", "sentence"),
    [
        ("engine,a", ["1,2"] * 30, "lacks the column 'unit'"),
        ("unit,a", ["1,2"] * 30, "holds 1 units"),
        ("unit,a", [f"{unit},{'x' if unit == 3 else step}" for unit in range(9) for step in range(9)], "is no number"),
        ("unit,a", [f"{unit},1" for unit in range(9) for _ in range(9)], "all channels are constant"),
    ],
)
def test_lives_that_cannot_be_learnt_from_stop(
    header: str, rows: list[str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    _stops(header, rows, sentence, make_report("lifetimes"), folder, python_with("torch"))


@pytest.mark.parametrize(("family", "network"), [("cnn1d", "Flattened"), ("tcn", "Dilated"), ("lstm", "Recurrent")])
def test_a_model_of_the_life_left_is_the_planned_one(family: str, network: str, make_report: Any) -> None:
    texts = render(read_choice(_report(make_report, "lifetimes", family, family)))
    assert f"class {network}(nn.Module)" in texts["model.py"]
    assert "cap: float = 125.0" in texts["config.py"]
    for name in (name for name in texts if name.endswith(".py")):
        compile(texts[name], name, "exec")


@pytest.mark.parametrize(
    ("header", "rows", "sentence"),
    [
        ("record,stage,a", ["1,x,2"] * 30, "lacks the column 'label'"),
        ("record,label,a", [f"{step % 2},{'xy'[step % 2]},2" for step in range(30)], "holds 2 subjects or records"),
        ("record,label,a", [f"{step % 9},x,{step}" for step in range(90)], "hold one stage only (x)"),
        ("record,label,a", [f"{step % 9},{'xy'[step % 2]},?" for step in range(90)], "is no number"),
    ],
)
def test_stages_that_cannot_be_learnt_stop(
    header: str, rows: list[str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    _stops(header, rows, sentence, make_report("stages"), folder, python_with("torch"))


@pytest.mark.parametrize(
    ("name", "own", "foreign"),
    [
        ("cnn-bilstm-sleep", "nn.LSTM", "class Dilated"),
        ("ms-tcn", "self.refine", "nn.LSTM"),
        ("tcn", "class Dilated", "self.refine"),
        ("u-time", "class Contracting", "class Convolutional"),
        ("cnn1d-small", "class Convolutional", "nn.LSTM"),
    ],
)
def test_a_model_of_stages_is_the_planned_one(name: str, own: str, foreign: str, make_report: Any) -> None:
    texts = render(read_choice(_report(make_report, "stages", "any", name)))
    assert own in texts["model.py"] and foreign not in texts["model.py"]
    for file in (file for file in texts if file.endswith(".py")):
        compile(texts[file], file, "exec")


def _stops(header: str, rows: list[str], sentence: str, report: Any, folder: Path, python: str) -> None:
    write_project(report, folder)
    (folder / "data.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    command = [python, "train.py", "--data", "data.csv", "--preflight"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
