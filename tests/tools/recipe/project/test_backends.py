"""Each back end's folder is complete, and the table sends a plan to the right one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.tools.errors import CannotSayError, InputError
from deep_learning_expert.tools.recipe.project.backend import BackEnd, back_ends, holds
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import file_sources, render
from deep_learning_expert.tools.recipe.project.tables import FOLDER
from deep_learning_expert.tools.subtasks import subtasks

_FACTS = {"subtask": "image-classification", "regime": "yolo", "family": "yolo26", "mode": "finetune", "framework": ""}


@pytest.fixture(params=back_ends(), ids=lambda backend: backend.id)
def backend(request: pytest.FixtureRequest) -> BackEnd:
    """Each back end in turn."""
    chosen: BackEnd = request.param
    return chosen


def test_every_folder_stands_in_the_table() -> None:
    assert {chosen.id for chosen in back_ends()} == {path.name for path in (FOLDER / "backends").iterdir()}


def test_every_layout_has_a_plan_to_test_it_with(backend: BackEnd) -> None:
    plans = json.loads((Path(__file__).parent / "plans" / f"{backend.id}.json").read_text())
    assert set(plans) == set(backend.layouts)


def test_every_layout_is_told_to_the_reader_in_both_languages(backend: BackEnd) -> None:
    for layout in backend.layouts:
        english, chinese = (template(language, f"project.readme.data.{layout}") for language in ("en", "zh"))
        assert english != chinese


def test_conditions_name_subtasks_that_exist(backend: BackEnd) -> None:
    for layout in backend.layouts.values():
        assert set(layout["subtasks"]) <= set(subtasks())


def test_every_template_of_a_back_end_is_used(backend: BackEnd) -> None:
    sources = {*backend.routes["files"].values()}
    for layout in backend.layouts.values():
        sources |= set(layout.get("files", {}).values())
        for model in layout.get("models", {}).values():
            sources |= set(model.get("files", {}).values())
    used = {source.format(layout=layout) for source in sources for layout in backend.layouts}
    for path in (backend.folder / "templates").glob("[!_]*.j2"):
        assert path.name in used or (FOLDER / "shared" / path.name).exists(), path.name


def test_an_example_goes_to_its_back_end(example: tuple[str, str], make_report: Any) -> None:
    choice = read_choice(make_report(*example), only=example[1])
    assert (choice.layout, choice.backend.id) == example
    assert set(render(choice)) == set(file_sources(choice))


def test_the_subtask_decides_not_the_regime_alone(make_report: Any) -> None:
    report = make_report("images")
    report["decisions"]["subtask"] = "image-retrieval"
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_layout"
    assert "image-retrieval" in caught.value.sentence("en") and "image-retrieval" in caught.value.sentence("zh")


def test_a_back_end_nobody_knows_is_refused_with_the_list(make_report: Any) -> None:
    with pytest.raises(InputError) as caught:
        read_choice(make_report("images"), only="theano")
    assert "torch" in caught.value.sentence("en")


def test_the_reader_is_told_when_the_project_is_not_in_their_framework(make_report: Any) -> None:
    report = make_report("images")
    assert "You work with" not in render(read_choice(report, only="torch"))["README.md"]
    report["decisions"]["framework"] = "paddle"
    assert "You work with paddle" in render(read_choice(report))["README.md"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"families": ["yolo*"]}, True),
        ({"families": ["rt-detr"]}, False),
        ({"not_families": ["yolo*"]}, False),
        ({"subtasks": ["image-classification"], "modes": ["lora"]}, False),
        ({"frameworks": ["", "pytorch"]}, True),
        ({"frameworks": ["jax"]}, False),
    ],
)
def test_conditions(conditions: dict[str, list[str]], expected: bool) -> None:
    assert holds(conditions, _FACTS) is expected


def test_one_epoch_is_one_epoch(make_report: Any) -> None:
    choice = read_choice(make_report("text", epochs_or_steps="1 epoch"), only="torch")
    assert (choice.epochs, choice.max_steps) == (1, None)
