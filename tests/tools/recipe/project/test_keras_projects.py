"""A TensorFlow or JAX user gets a project in Keras with the plan's numbers, in PyTorch only with a word on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.write import write_project


@pytest.mark.parametrize(
    ("framework", "default"), [("tensorflow", "tensorflow"), ("keras", "tensorflow"), ("jax", "jax")]
)
def test_the_users_framework_is_keras_default_backend(
    framework: str, default: str, make_report: Any, folder: Path
) -> None:
    report = make_report("images", "keras")
    report["decisions"]["framework"] = framework
    write_project(report, folder)
    for name in ("train.py", "evaluate.py", "export.py"):
        assert f'use_backend("{default}")' in (folder / name).read_text(), name
    pinned = (folder / "requirements.txt").read_text()
    assert f"\n{default}==" in pinned and pinned.count("tensorflow==") + pinned.count("jax==") == 1


def test_a_pytorch_user_gets_no_keras(make_report: Any) -> None:
    report = make_report("images", "keras")
    report["decisions"]["framework"] = "pytorch"
    assert read_choice(report).backend.id == "torch"


def test_an_architecture_keras_lacks_becomes_a_torch_project_that_says_so(make_report: Any, folder: Path) -> None:
    report = make_report("images", "keras")
    report["decisions"]["architecture"].update(id="vit_base_patch16_224", family="vision_transformer")
    report["decisions"]["architecture"]["weights"] = "timm/vit_base_patch16_224.augreg_in21k"
    write_project(report, folder)
    assert "import timm" in (folder / "model.py").read_text()
    assert "tensorflow" in (folder / "README.md").read_text()
    with pytest.raises(CannotSayError) as caught:
        read_choice(report, only="keras")
    assert caught.value.code == "project.no_model" and "keras.applications" in caught.value.sentence("en")


def test_the_readme_says_whose_weights_are_loaded(make_report: Any, folder: Path) -> None:
    report = make_report("images", "keras")
    write_project(report, folder)
    assert report["decisions"]["architecture"]["weights"] in (folder / "README.md").read_text()
    config = (folder / "config.py").read_text()
    assert "weights: str | None = 'imagenet'" in config and "application: str = 'MobileNetV3Large'" in config


@pytest.mark.parametrize("optimizer", back_end("keras").routes["optimizers"])
def test_each_optimizer_is_keras_own_class_with_the_hooks(optimizer: str, make_report: Any, folder: Path) -> None:
    write_project(make_report("table", "keras", optimizer=optimizer), folder)
    text = (folder / "train.py").read_text()
    assert f"class Optimizer(Measured, keras.optimizers.{optimizer}):" in text
    assert ("momentum=config.momentum" in text) == (optimizer == "SGD")
