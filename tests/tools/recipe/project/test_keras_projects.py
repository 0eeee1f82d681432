"""A TensorFlow or JAX user gets a project in Keras with the plan's numbers, in PyTorch only with a word on it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from textwrap import dedent
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


def _run(python: str, folder: Path, lines: str, backend: str = "tensorflow") -> None:
    environment = {**os.environ, "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, "-c", dedent(lines)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("optimizer", ["AdamW", "SGD"])
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_factor_is_a_rate_of_its_own(
    backend: str, optimizer: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("keras")
    if subprocess.run([python, "-c", f"import {backend}"], capture_output=True, check=False).returncode:
        pytest.skip(f"NOT RUN: {backend} is not installed beside Keras")
    write_project(make_report("images", "keras", optimizer=optimizer, weight_decay=0.1), folder)
    _run(
        python,
        folder,
        """
        import numpy as np
        from dataclasses import replace
        import train
        import keras
        from config import SMOKE

        def trained(rate, factor):
            keras.utils.set_random_seed(0)
            model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2, name="head")])
            optimizer = train.build_optimizer(model, replace(SMOKE, learning_rate=rate, clip=1.0), None)
            optimizer.factors = {item.path: factor for item in model.trainable_variables}
            model.compile(optimizer, loss="mse")
            generator = np.random.default_rng(0)
            for _ in range(4):
                model.train_on_batch(generator.normal(size=(8, 4)), generator.normal(size=(8, 2)))
            return [np.asarray(item) for item in model.trainable_variables]

        for one, other in zip(trained(0.02, 0.25), trained(0.005, 1.0)):
            assert np.allclose(one, other, atol=1e-6), (one, other)
        """,
        backend,
    )


def test_blocks_of_pretrained_networks_are_told_apart(make_report: Any, folder: Path, python_with: Any) -> None:
    python = python_with("keras")
    write_project(make_report("images", "keras"), folder)
    _run(
        python,
        folder,
        """
        from dataclasses import replace
        import keras
        from config import SMOKE
        from groups import depths_of, rate_factors

        for name, blocks in (("ConvNeXtTiny", 3 + 3 + 9 + 3), ("EfficientNetB0", 16), ("ResNet50", 3 + 4 + 6 + 3)):
            network = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(64, 64, 3))
            depths = depths_of([item.path for item in network.trainable_variables])
            assert blocks <= max(depths.values()) <= blocks + 8, (name, max(depths.values()))
            assert list(depths.values()) == sorted(depths.values()) and min(depths.values()) == 0

        entered = keras.Input((64, 64, 3))
        features = keras.layers.GlobalAveragePooling2D()(network(entered))
        model = keras.Model(entered, keras.layers.Dense(2, name="head")(features))
        factors = rate_factors(model, replace(SMOKE, layer_decay=0.5, head_factor=10.0, backbone_factor=0.1))
        assert factors["head/kernel"] == factors["head/bias"] == 10.0
        rest = [factor for path, factor in factors.items() if not path.startswith("head/")]
        assert max(rest) == 0.05 and min(rest) < 1e-6 and rest == sorted(rest)
        """,
    )
