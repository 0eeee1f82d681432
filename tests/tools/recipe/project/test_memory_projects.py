"""Projects that remember normal pictures: what stops them, what is chosen, and what a score means."""

from __future__ import annotations

import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project


@pytest.fixture
def in_project(make_report: Any, folder: Path, python_with: Any) -> Any:
    """Writes the project and runs lines of Python in it; gives what they print."""
    write_project(make_report("normal_pictures", "memory"), folder)

    def run(lines: str) -> str:
        command = [python_with("memory"), "-c", dedent(lines)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("shutil.rmtree('data/test/ink')", "both are needed"),
        ("shutil.rmtree('data/train')", "is missing"),
        ("Path('data/test/ink/000.png').write_text('no picture')", "cannot be read (000.png)"),
        ("shutil.copy('data/train/good/007.png', 'data/test/good/900.png')", "each may be in one part only"),
    ],
)
def test_folders_that_would_mislead_are_named(in_project: Any, change: str, complaint: str) -> None:
    said = in_project(
        f"""
        import shutil
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from sample import write_sample

        write_sample(Path("data"))
        assert not load_data(Path("data"), SMOKE).train.unusual.any()
        {change}
        try:
            load_data(Path("data"), SMOKE)
        except Stop as reason:
            print(reason)
        """
    )
    assert complaint in said


def test_memories_spread_and_scores_grow_with_distance(in_project: Any) -> None:
    in_project(
        """
        import numpy as np
        import torch
        from dataclasses import replace
        from config import SMOKE
        from evaluate import interval, roc_auc
        from model import Choice, judged

        corners = torch.tensor([[0.0, 0], [0, 10], [10, 0], [10, 10]])
        cloud = torch.cat([corners, torch.rand(200, 2) * 0.1 + 5])
        config = replace(SMOKE, projected=2)
        radii = []
        choice = Choice(cloud, config, [])
        choice.grow(6, lambda count, radius: radii.append(radius))
        assert {0, 1, 2, 3} <= set(choice.chosen) and radii == sorted(radii, reverse=True)
        again = Choice(cloud, config, choice.chosen[:3])
        again.grow(6, lambda count, radius: None)
        assert again.chosen == choice.chosen  # a choice that was interrupted goes on as it would have
        near, far = torch.tensor([[[5.0, 5], [5, 5]]]), torch.tensor([[[5.0, 5], [20, 20]]])
        (low,), _ = judged(near, cloud, config)
        (high,), places = judged(far, cloud, config)
        assert high > 100 * low and places[0].argmax() == 1
        scores, unusual = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])
        assert roc_auc(scores, unusual) == 0.875  # of four pairs three and a half are in order
        low, high = interval(scores, unusual)
        assert low <= 0.875 <= high
        """
    )


def test_the_backbone_gives_the_features_of_its_second_and_third_stage(in_project: Any, python_with: Any) -> None:
    if subprocess.run([python_with("memory"), "-c", "import torchvision"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: the pretrained backbone was not tried; this Python has no torchvision")
    in_project(
        """
        import torch
        from torchvision.models import wide_resnet50_2
        from torchvision.models._api import WeightsEnum
        from config import PLAN
        from model import build_backbone, features_of

        state, asked = wide_resnet50_2().state_dict(), []
        WeightsEnum.get_state_dict = lambda self, **options: (asked.append(str(self)), state)[1]
        backbone = build_backbone(PLAN)
        assert asked == [PLAN.weights] and not any(weight.requires_grad for weight in backbone.parameters())
        assert features_of(backbone, torch.randn(1, 3, 224, 224), PLAN).shape == (1, 28 * 28, 512 + 1024)
        """
    )
