"""A project is written whole or not at all, compiles, and holds the plan's numbers."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError, ExpertError, FileError, InputError
from deep_learning_expert.tools.recipe.project import write
from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.write import write_project


def _config(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generated_config", folder / "config.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["generated_config"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_emitted_file_compiles_and_stays_readable(
    example: tuple[str, str], make_report: Any, folder: Path
) -> None:
    written = write_project(make_report(*example), folder, example[1])
    assert {"README.md", "config.py", "requirements.txt", "train.py"} <= {path.name for path in written}
    assert sorted(folder.iterdir()) == written
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert path.suffix == ".jinja" or ("{{" not in text and "{%" not in text), path.name
        if path.suffix == ".py":
            compile(text, path.name, "exec")
            assert ast.get_docstring(ast.parse(text)), f"{path.name} says not what it is"
            assert not re.search(r"\n{4,}", text), f"{path.name} holds gaps of a template"
    assert len((folder / "train.py").read_text(encoding="utf-8").splitlines()) < 400


def test_imports_between_emitted_files_resolve(example: tuple[str, str], make_report: Any, folder: Path) -> None:
    write_project(make_report(*example), folder, example[1])
    defined = {path.stem: _top_names(path) for path in folder.glob("*.py")}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in defined:
                missing = {alias.name for alias in node.names} - defined[node.module]
                assert not missing, f"{path.name} imports {missing} from {node.module}"


def _top_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def test_every_setting_that_code_reads_is_in_the_config(
    example: tuple[str, str], make_report: Any, folder: Path
) -> None:
    write_project(make_report(*example), folder, example[1])
    fields = set(_config(folder).Config.__dataclass_fields__)
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        read = set(re.findall(r"(?<![\w.])(?:self\.)?config\.([a-z_0-9]+)\b(?!\()", text)) | set(
            re.findall(r"\b(?:PLAN|SMOKE)\.([a-z_0-9]+)", text)
        )
        assert read - {"json", "py"} <= fields, path.name  # config.json, config.py


def test_config_holds_the_plans_numbers_with_their_sources(make_report: Any, folder: Path) -> None:
    write_project(make_report("images"), folder)
    plan = _config(folder).PLAN
    assert (plan.learning_rate, plan.batch_size, plan.scheduler, plan.epochs) == (0.01, 64, "cosine", 30)
    assert (plan.warmup_steps, plan.patience, plan.max_steps, plan.clip) == (345, 7, None, None)
    assert "learning_rate: float = 0.01  # cited: a paper with a break" in (folder / "config.py").read_text()


def test_a_long_source_is_shown_whole_above_its_setting(make_report: Any, folder: Path) -> None:
    report = make_report("images")
    source = "a long chain of reasoning " * 9 + "that ends here"
    for record in report["evidence"]:
        if record["quantity"] == "learning_rate":
            record["source"] = source
    write_project(report, folder)
    lines = (folder / "config.py").read_text(encoding="utf-8").splitlines()
    place = lines.index("    learning_rate: float = 0.01")
    above = [line.removeprefix("    # ") for line in lines[place - 3 : place] if line.startswith("    # ")]
    assert " ".join(above).endswith(source)
    assert max(map(len, lines)) <= 120


def test_length_in_steps_is_kept_in_steps(make_report: Any, folder: Path) -> None:
    write_project(make_report("text", epochs_or_steps="200,000 steps"), folder)
    plan = _config(folder).PLAN
    assert (plan.epochs, plan.max_steps) == (None, 200_000)


@pytest.mark.parametrize("layout", ["items", "lifetimes"])
def test_where_an_epoch_is_not_the_plans_the_updates_are(layout: str, make_report: Any, folder: Path) -> None:
    write_project(make_report(layout), folder)
    plan = _config(folder).PLAN
    assert (plan.epochs, plan.max_steps) == (None, 500)
    assert "max_steps: int | None = 500  # computed: epochs x steps" in (folder / "config.py").read_text()


def test_without_known_updates_the_plans_epochs_stay(make_report: Any, folder: Path) -> None:
    report = make_report("lifetimes", epochs_or_steps="60 epochs")
    report["evidence"] = [record for record in report["evidence"] if record["quantity"] != "steps"]
    write_project(report, folder)
    plan = _config(folder).PLAN
    assert (plan.epochs, plan.max_steps) == (60, None)


def test_a_batch_of_pairs_is_told_as_the_plans_pictures(make_report: Any, folder: Path) -> None:
    report = make_report("items", batch_size=128)
    report["evidence"].append({"quantity": "batch_size", "value": 128.0, "kind": "cited", "source": "a recipe"})
    write_project(report, folder)
    line = next(line for line in (folder / "config.py").read_text().splitlines() if "batch_size: int = 64" in line)
    assert "pairs" in line and "cited" not in line
    assert "64 pairs, which are the 128 pictures" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheduler", back_end("torch").routes["schedules"]["offered"])
def test_every_offered_schedule_warms_up_to_the_peak_and_stays_below(
    scheduler: str, make_report: Any, folder: Path
) -> None:
    write_project(make_report("images", scheduler=scheduler), folder)
    config = _config(folder)
    rates = [config.planned_rate(config.PLAN, step, 1000) for step in range(1, 1001)]
    assert max(rates) == pytest.approx(0.01)
    assert rates[344] == pytest.approx(0.01)
    assert rates[:345] == sorted(rates[:345])
    assert all(rate > 0 for rate in rates)
    after = rates[345:]
    assert after == sorted(after, reverse=True)
    if scheduler not in ("constant", "plateau"):
        assert after[-1] < 0.01


def test_plateau_schedule_falls_with_each_cut(make_report: Any, folder: Path) -> None:
    write_project(make_report("images", scheduler="plateau"), folder)
    config = _config(folder)
    assert config.planned_rate(config.PLAN, 900, 1000, drops=2) == pytest.approx(0.01 * 0.01)


def test_label_smoothing_and_class_weights_only_when_planned(make_report: Any, folder: Path) -> None:
    write_project(make_report("images"), folder)
    with_smoothing = _config(folder).PLAN
    write_project(make_report("text"), folder.with_name("other"))
    weighted = _config(folder.with_name("other")).PLAN
    assert (with_smoothing.label_smoothing, with_smoothing.class_weights) == (0.1, False)
    assert (weighted.label_smoothing, weighted.class_weights) == (0.0, True)


def test_requirements_are_pinned(example: tuple[str, str], make_report: Any, folder: Path) -> None:
    write_project(make_report(*example), folder, example[1])
    for line in (folder / "requirements.txt").read_text().splitlines():
        assert re.fullmatch(r"[\w-]+==\d[\w.]*( +# .*)?", line), line


def test_readme_names_what_is_left_to_do_in_the_readers_language(make_report: Any, folder: Path) -> None:
    write_project({**make_report("series"), "language": "zh"}, folder)
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "滚动起点评估" in text.split("未写进代码")[1]
    assert "torchrun" in text and "sbatch job.sh" in text and "fsdp" in text and "deepspeed" in text


def test_an_empty_folder_is_taken_and_a_used_one_refused(make_report: Any, folder: Path) -> None:
    folder.mkdir()
    write_project(make_report("table"), folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FileError) as caught:
        write_project(make_report("text"), folder)
    assert caught.value.code == "project.folder_not_empty"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_in_the_way_is_named(make_report: Any, folder: Path) -> None:
    folder.write_text("mine")
    with pytest.raises(FileError) as caught:
        write_project(make_report("table"), folder)
    assert caught.value.code == "project.not_a_folder"
    assert folder.read_text() == "mine"


def test_a_path_below_a_file_cannot_be_written(make_report: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileError) as caught:
        write_project(make_report("table"), tmp_path / "file" / "project")
    assert caught.value.code == "project.unwritable"


def test_a_failure_halfway_leaves_nothing(make_report: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write.os, "replace", full_disk)
    with pytest.raises(FileError) as caught:
        write_project(make_report("table"), folder)
    assert "the disk is full" in caught.value.sentence("en") and "磁盘已满" in caught.value.sentence("zh")
    assert os.listdir(folder.parent) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"regime": "yolo"}, "project.no_layout"),
        ({"optimizer": "Lion"}, "project.no_optimizer"),
        ({"scheduler": "onecycle"}, "project.no_schedule"),
        ({"techniques": ["bce-multilabel"]}, "project.no_technique"),
    ],
)
def test_what_no_template_can_write_is_refused_before_writing(
    change: dict[str, Any], code: str, make_report: Any, folder: Path
) -> None:
    with pytest.raises(CannotSayError) as caught:
        write_project(make_report("images", **change), folder)
    assert caught.value.code == code
    assert caught.value.sentence("en") != caught.value.sentence("zh")
    assert not folder.exists()


def test_a_model_or_mode_without_template_is_refused(make_report: Any, folder: Path) -> None:
    report = make_report("series")
    report["decisions"]["architecture"]["family"] = "timemixer"
    with pytest.raises(CannotSayError) as caught:
        write_project(report, folder)
    assert caught.value.code == "project.no_model"
    report = make_report("images")
    report["decisions"]["architecture"]["mode"] = "lora"
    with pytest.raises(CannotSayError) as caught:
        write_project(report, folder)
    assert caught.value.code == "project.no_mode"


@pytest.mark.parametrize("status", ["needs_input", "out_of_scope", "renegotiate", "stopped"])
def test_only_a_planned_report_becomes_a_project(status: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_project({"status": status, "decisions": None}, folder)
    assert caught.value.code == "project.not_planned"
    assert status in caught.value.sentence("zh")


@pytest.mark.parametrize(
    "report",
    [{}, {"status": "planned"}, {"status": "planned", "decisions": None}, {"status": "planned", "decisions": []}, []],
)
def test_what_is_no_report_is_said_to_be_none(report: Any, folder: Path) -> None:
    with pytest.raises(ExpertError) as caught:
        write_project(report, folder)
    assert caught.value.code == "project.not_a_report"
