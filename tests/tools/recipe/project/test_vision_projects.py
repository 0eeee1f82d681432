"""Parts of the vision projects, run where a Python with torch and torchvision is at hand."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project

_FASTER = {"id": "fasterrcnn_resnet50_fpn", "name": "Faster R-CNN", "family": "faster-rcnn"}


def _faster(make_report: Any) -> dict[str, Any]:
    report: dict[str, Any] = make_report("boxes", regime="two-stage", optimizer="SGD", techniques=["frozen-batch-norm"])
    report["decisions"]["architecture"] |= {**_FASTER, "weights": "FasterRCNN_ResNet50_FPN_Weights.COCO_V1"}
    return report


@pytest.fixture
def with_torchvision(run_in: Any, python_with: Any) -> None:
    """Skips loudly where the interpreter for torch projects lacks torchvision."""
    done = subprocess.run([python_with("torch"), "-c", "import torchvision"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("NOT RUN: two-stage projects were not tried; the Python for torch projects has no torchvision")


_OUTLINES = """
    import numpy as np
    from shapes import drawn, filled, read_coco_shape, run_lengths

    mask = np.zeros((5, 6), dtype=np.uint8)
    mask[1:4, 2:5] = 1
    counts = np.diff(np.flatnonzero(np.diff(mask.T.ravel(), prepend=0, append=2)), prepend=0).tolist()
"""


def test_polygons_and_run_lengths_give_the_same_mask(run_in: Any) -> None:
    run_in(
        "instances",
        _OUTLINES
        + """
    rle = read_coco_shape({"segmentation": {"size": [5, 6], "counts": counts}}, "f")
    assert (filled(rle) == mask).all(), filled(rle)
    # The compressed form, worked out by hand: 11 3 2 3 2 3 6, from the fourth number on as differences.
    assert counts == [11, 3, 2, 3, 2, 3, 6] and run_lengths(";32000[1"[:6] + "4") == counts, run_lengths(";32000" + "4")
    polygon = read_coco_shape({"segmentation": [[2, 1, 4, 1, 4, 3, 2, 3]]}, "f")
    for mirrored in (False, True):
        expected = np.zeros((12, 12), dtype=np.uint8)
        expected[:10] = np.kron(mask[:, ::-1] if mirrored else mask, np.ones((2, 2)))
        assert (drawn(rle, 12, mirrored, 6, 2.0, (0, 0)) == expected).all()
        overlap = drawn(polygon, 12, mirrored, 6, 2.0, (0, 0)) & expected
        assert overlap.sum() >= 20  # a polygon ends at the middle of its corner pixels
    assert (drawn(rle, 4, False, 6, 1.0, (-2, -1)) == mask[1:5, 2:6]).all()
    """,
    )


@pytest.mark.parametrize(
    ("segmentation", "complaint"),
    [
        ("[]", "has no outline"),
        ("[[1, 2, 3, 4]]", "has no outline"),
        ("{'size': [2, 2], 'counts': [3]}", "run lengths for 3 pixels"),
    ],
)
def test_an_object_without_a_usable_outline_is_named(run_in: Any, segmentation: str, complaint: str) -> None:
    said = run_in(
        "instances",
        f"""
        from records import Stop
        from shapes import read_coco_shape
        try:
            read_coco_shape({{"id": 7, "segmentation": {segmentation}}}, "a.json")
        except Stop as reason:
            print(reason)
        """,
    )
    assert complaint in said and "annotation 7" in said


def test_objects_pasted_over_others_hide_them(run_in: Any) -> None:
    run_in(
        "instances",
        """
        import numpy as np
        import torch
        from dataclasses import replace
        from PIL import Image
        from config import PLAN, SMOKE
        from data import Scenes, boxes_of

        assert PLAN.copy_paste and PLAN.flip
        scenes = Scenes([], replace(SMOKE, image_size=16), True)
        below, above = np.zeros((2, 16, 16), dtype=np.uint8), np.zeros((1, 16, 16), dtype=np.uint8)
        below[0, :8, :8], below[1, 10:, 10:], above[0, 4:16, 9:16] = 1, 1, 1
        torch.manual_seed(1)
        pictures = [Image.new("RGB", (16, 16), colour) for colour in ("black", "white")]
        for _ in range(20):
            here, there = (pictures[0], np.array([0, 1]), below), (pictures[1], np.array([2]), above)
            picture, labels, masks = scenes._with_pasted(*here, *there)
            white = np.array(picture)[..., 0] > 0
            if white.any():  # pasted: the second object is hidden whole
                assert labels.tolist() == [0, 2] and (white == (above[0] > 0)).all() and not (masks[0] & masks[1]).any()
                break
        else:
            raise AssertionError("never pasted")
        assert boxes_of(above).tolist() == [[9, 4, 16, 16]]
        """,
    )


def test_mosaic_keeps_boxes_on_their_objects_and_ends_before_training_does(run_in: Any) -> None:
    run_in(
        "boxes",
        """
        import numpy as np
        import torch
        from dataclasses import replace
        from pathlib import Path
        from config import PLAN, SMOKE
        from data import load_data
        from runs import Place
        from sample import write_sample
        from train import data_loader

        write_sample(Path("data"))
        assert PLAN.mosaic and PLAN.close_mosaic == 10
        config = replace(SMOKE, pixel_mean=(0.0,) * 3, pixel_deviation=(1.0,) * 3, least_scale=1.0, most_scale=1.5)
        data = load_data(Path("data"), config)
        place = Place(torch.device("cpu"), 0, 1, "none")
        data_loader(data, replace(config, epochs=20, close_mosaic=5), place, 14)
        assert data.train.mosaic
        torch.manual_seed(0)
        bright = []
        for item in range(20):
            sample = data.train[item]
            assert (sample["target"][:, 1:] >= 0).all() and (sample["target"][:, 1:] <= 64).all()
            for _, left, top, right, bottom in sample["target"].tolist():
                part = sample["inputs"][:, round(top) : round(bottom) + 1, round(left) : round(right) + 1]
                bright.append(part.amax().item())
        assert len(bright) > 30 and np.mean(np.array(bright) > 0.6) > 0.95  # ink is bright, the photo behind it dimmed
        data_loader(data, replace(config, epochs=20, close_mosaic=5), place, 15)
        assert not data.train.mosaic
        """,
    )


def test_both_stages_start_from_the_published_weights_and_new_last_layers(
    make_report: Any, folder: Path, run_in: Any, with_torchvision: None
) -> None:
    write_project(_faster(make_report), folder)
    run_in(
        "boxes",
        """
        import torch
        from dataclasses import replace
        from torchvision.models import detection
        from torchvision.models._api import WeightsEnum
        from config import PLAN
        from data import Info
        from evaluate import decode
        from model import build_model, new_parts

        state, asked = detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None).state_dict(), []
        WeightsEnum.get_state_dict = lambda self, **options: (asked.append(str(self)), state)[1]
        config = replace(PLAN, image_size=64)
        model = build_model(config, Info("", "", ("a", "b"), (1, 1)))
        assert asked == [PLAN.weights] and not any(isinstance(part, torch.nn.BatchNorm2d) for part in model.modules())
        held = model.state_dict()
        kept = [name for name in state if "box_predictor" not in name and "num_batches" not in name]
        assert all(torch.equal(held[f"network.{name}"], state[name]) for name in kept)
        new = {name for name in held if name.startswith(new_parts(model))}
        assert new == {name for name in held if "predictor" in name}
        pictures, boxes = torch.randn(1, 3, 64, 64), torch.tensor([[[1, 8, 8, 40, 40.], [-1] * 5]])
        model.eval()
        with torch.no_grad():
            one, other = (model({"pictures": pictures, "boxes": boxes}) for _ in range(2))
        assert one["loss"] == other["loss"] and not model.network.rpn.training
        (found,) = decode(one, config, 2)
        assert found.shape[1] == 6 and set(found[:, 0]) <= {0, 1} and (found[:-1, 1] >= found[1:, 1]).all()
        """,
    )


def test_faster_r_cnn_learns(make_report: Any, folder: Path, python_with: Any, with_torchvision: None) -> None:
    write_project(_faster(make_report), folder.with_name("faster"))
    done = subprocess.run(
        [python_with("torch"), "train.py", "--smoke"],
        cwd=folder.with_name("faster"), capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    result = json.loads(done.stdout.strip().splitlines()[-1].removeprefix("smoke: ok "))
    assert result["interval95"][0] > result["baseline_value"]


def test_hard_pixels_and_edges_are_those_worked_out_by_hand(run_in: Any) -> None:
    run_in(
        "masks",
        """
        import torch
        from dataclasses import replace
        from config import PLAN
        from evaluate import hardest, loss_of, near_edges
        from data import Info

        config = replace(PLAN, hard_belief=0.9, hard_share=0.25, auxiliary_weight=0.5)
        costs, counted = torch.tensor([[[0.01, 0.5, 0.02, 9.0]]]), torch.tensor([[[True, True, True, False]]])
        assert hardest(costs, counted, config).tolist() == [[[False, True, False, False]]]
        easy = torch.full((1, 1, 8), 0.01) + torch.arange(8) / 1000
        assert hardest(easy, easy > 0, config).sum() == 2  # a quarter at least, the hardest of them
        target = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1, 1, 255, 1]]).repeat(5, 1)[None]
        expected = [place in (2, 3, 4, 5) for place in range(11)]
        assert near_edges(target)[0, 2].tolist() == expected, near_edges(target)[0, 2]
        logits = torch.zeros(1, 2, 5, 11)
        info = Info("", "", ("a", "b"), (1, 1))
        with torch.no_grad():
            whole, both = (loss_of(x, target, config, info) for x in (logits, {"outputs": logits, "auxiliary": logits}))
        assert torch.isclose(both, 1.5 * whole)
        """,
        techniques=["hard-example-mining", "boundary-loss", "auxiliary-loss"],
    )


def test_a_new_background_leaves_the_object_as_it_is(run_in: Any) -> None:
    run_in(
        "masks",
        """
        import numpy as np
        from pathlib import Path
        from PIL import Image
        from config import PLAN
        from data import Scenes

        half = np.zeros((8, 8), dtype=np.uint8)
        half[:, :4] = 1
        for name, colour in (("a", (200, 0, 0)), ("b", (0, 0, 200))):
            Image.new("RGB", (8, 8), colour).save(f"{name}.png")
            Image.fromarray(half).save(f"{name}_mask.png")
        pairs = [(Path(f"{name}.png"), Path(f"{name}_mask.png")) for name in "ba"]
        scenes = Scenes(pairs[:1], PLAN, True, False)
        picture = np.array(scenes._elsewhere(Image.open("a.png"), Image.fromarray(half)))
        assert (picture[:, :4] == (200, 0, 0)).all() and (picture[:, 4:] == (0, 0, 200)).all()
        """,
        techniques=["background-replacement"],
    )


def test_random_changes_keep_size_and_are_the_same_for_the_same_seed(run_in: Any) -> None:
    run_in(
        "images",
        """
        import numpy as np
        import torch
        from PIL import Image
        from config import PLAN
        from data import randomly_changed

        assert PLAN.randaugment == 9.0
        picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
        changed = set()
        for seed in range(150):
            results = []
            for _ in range(2):
                torch.manual_seed(seed)
                results.append(randomly_changed(picture, 0.9))
            assert results[0].size == picture.size and results[0].mode == "RGB"
            assert results[0].tobytes() == results[1].tobytes()
            changed.add(results[0].tobytes())
        assert len(changed) > 40
        """,
        techniques=["randaugment"],
    )


def test_hard_masks_are_said_to_be_no_alpha_mattes(make_report: Any, folder: Path) -> None:
    report = make_report("masks", regime="matting", optimizer="SGD")
    report["decisions"]["subtask"] = "portrait-matting"
    report["decisions"]["architecture"]["id"] = "lraspp_mobilenet_v3_large"
    write_project(report, folder)
    assert "alpha matte" in (folder / "README.md").read_text(encoding="utf-8")


def test_pictures_are_normalised_as_their_weights_were_and_sized_as_the_network_can(
    run_in: Any, python_with: Any
) -> None:
    if subprocess.run([python_with("torch"), "-c", "import timm"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: timm's networks were not tried; the Python for torch projects has no timm")
    run_in(
        "images",
        """
        import torch
        from dataclasses import replace
        from config import PLAN, SMOKE
        from data import Info, pixel_statistics
        from model import build_model

        assert pixel_statistics(PLAN) == ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))  # the miil weights of MobileNetV3
        assert pixel_statistics(SMOKE)[0] == PLAN.pixel_mean
        name = "vit_small_patch14_dinov2.lvd142m"
        model = build_model(replace(PLAN, weights=None, timm_name=name), Info("", "", ("a", "b"), (1, 1)))
        assert model(torch.randn(1, 3, 224, 224)).shape == (1, 2)  # its own size would be 518
        """,
    )


def test_a_project_without_onnx_export_does_not_ask_for_its_packages(make_report: Any, folder: Path) -> None:
    write_project(make_report("instances"), folder)
    assert "onnx" not in (folder / "requirements.txt").read_text()
    assert "python export.py runs/1 --data DATA\n" in (folder / "README.md").read_text(encoding="utf-8")
