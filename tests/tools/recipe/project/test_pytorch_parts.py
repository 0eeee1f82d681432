"""Parts of the PyTorch projects, run where a Python with torch is at hand (DL_EXPERT_TORCH_PYTHON): the detection
evaluator against values worked out by hand, the label readers, groups of parameters, mixing, several processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project


def test_average_precision_agrees_with_hand_calculation(run_in: Any) -> None:
    run_in(
        "boxes",
        """
        import numpy as np
        from evaluate import average_precisions, listed, matched, score, suppressed

        true = np.array([[0, 0, 0, 10, 10], [0, 20, 20, 30, 30]], float)
        boxes = [[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60], [20, 20, 30, 31]]
        found = np.array([[0, .9 - place / 10, *box] for place, box in enumerate(boxes)])
        rows = matched(found, true)
        assert rows[:, 2].tolist() == [1, 0, 0, 1], rows  # a box is found once; the second try is wrong
        # Precision 1 up to recall 1/2, then 2/4: area 0.5 + 0.25.
        assert abs(score(listed([rows]), np.array([[2, 0]])) - 0.75) < 1e-12
        assert np.isnan(average_precisions(listed([rows]), np.array([[2, 0]]))[1])  # a class without boxes says nothing
        # A picture that counts twice weighs like two pictures.
        other = matched(found[:0], true)
        twice = average_precisions(listed([rows, other]), np.array([[2, 0], [2, 0]]), np.array([1, 2]))[0]
        thrice = average_precisions(listed([rows, other, other]), np.array([[2, 0]] * 3))[0]
        assert abs(twice - thrice) < 1e-12
        assert suppressed(found, 0.6) == [0, 2, 3]
        assert matched(found, true[:0])[:, 2].sum() == 0
        """,
    )


def test_a_place_answers_for_the_smallest_near_box_of_its_size(run_in: Any) -> None:
    run_in(
        "boxes",
        """
        import torch
        from config import SMOKE
        from evaluate import assigned, generalised_iou
        from model import grid

        boxes = torch.tensor([[[0, 8, 8, 24, 24.], [1, 0, 0, 64, 64], [-1] * 5]])
        labels, distances, central = assigned(boxes, SMOKE)
        centres, strides = grid(SMOKE, boxes.device)
        small, large = labels[0] == 0, labels[0] == 1
        assert small.any() and large.any() and (strides[large] == 8).all()
        assert ((centres[small] - 16).abs() < 1.5 * strides[small, None]).all()
        assert torch.allclose(centres[small] - distances[0, small, :2], torch.tensor([8., 8.]))
        assert central[0, small].max() <= 1 and (central[0, labels[0] < 0] == 0).all()
        same = torch.tensor([[1., 2, 3, 4]])
        assert generalised_iou(same, same).item() == 1
        """,
    )


_BOXES = {"a.png": [("cat", 10, 10, 50, 40)], "b.png": [("dog", 0, 0, 64, 48), ("cat", 5, 6, 25, 36)]}


def _pictures(folder: Path) -> str:
    names = list(_BOXES)
    return f"""
        from pathlib import Path
        from PIL import Image
        place = Path({str(folder)!r})
        place.mkdir(parents=True)
        for name in {names!r}:
            Image.new("RGB", (64, 48)).save(place / name)
        """


def test_coco_yolo_and_voc_labels_read_alike(run_in: Any, folder: Path) -> None:
    root = folder.parent / "labels"
    for form, where in (("coco", "images"), ("yolo", "images"), ("voc", "JPEGImages")):
        run_in("boxes", _pictures(root / form / where))
    numbers = {"cat": 0, "dog": 1}
    images = [{"id": place, "file_name": name} for place, name in enumerate(_BOXES)]
    annotations = [
        {"id": 0, "image_id": place, "category_id": numbers[label] + 7, "bbox": [left, top, right - left, low - top]}
        for place, boxes in enumerate(_BOXES.values())
        for label, left, top, right, low in boxes
    ]
    categories = [{"id": 7, "name": "cat"}, {"id": 8, "name": "dog"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (root / "coco" / "instances.json").write_text(json.dumps(content))
    for place in ("yolo/labels", "voc/Annotations"):
        (root / place).mkdir()
    (root / "yolo" / "data.yaml").write_text("path: .\nnames:\n  0: cat\n  1: dog\n")
    for name, boxes in _BOXES.items():
        lines = [
            f"{numbers[label]} {(left + right) / 128} {(top + low) / 96} {(right - left) / 64} {(low - top) / 48}"
            for label, left, top, right, low in boxes
        ]
        (root / "yolo" / "labels" / f"{name[0]}.txt").write_text("\n".join(lines))
        objects = "".join(
            f"<object><name>{label}</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax>"
            f"<ymax>{low}</ymax></bndbox></object>"
            for label, left, top, right, low in boxes
        )
        xml = f"<annotation><filename>{name}</filename>{objects}</annotation>"
        (root / "voc" / "Annotations" / f"{name[0]}.xml").write_text(xml)
    run_in(
        "boxes",
        f"""
        import numpy as np
        from pathlib import Path
        from boxes import read_folder

        read = [read_folder(Path({str(root)!r}) / form) for form in ("coco", "yolo", "voc")]
        for found, names in read:
            assert names == ("cat", "dog")
            assert [item.file.name for item in found] == ["a.png", "b.png"]
            for one, other in zip(found, read[0][0]):
                assert np.allclose(one.boxes, other.boxes), (one.boxes, other.boxes)
        assert read[0][0][1].boxes.tolist() == [[1, 0, 0, 64, 48], [0, 5, 6, 25, 36]]
        """,
    )


@pytest.mark.parametrize(
    ("label", "complaint"),
    [
        ("5 0.5 0.5 0.2 0.2", "class 5 is unknown"),
        ("0 0.5 0.5 0.2", "expected a class number and four numbers"),
        ("0 5 5 2 2", "shares of the picture"),
        ("0 0.5 0.5 0 0.2", "no area"),
    ],
)
def test_wrong_boxes_are_named_with_their_place(run_in: Any, folder: Path, label: str, complaint: str) -> None:
    data = folder.parent / "data"
    run_in("boxes", _pictures(data / "images"))
    (data / "labels").mkdir()
    (data / "classes.txt").write_text("cat\n")
    (data / "labels" / "a.txt").write_text(label)
    said = run_in(
        "boxes",
        f"""
        from pathlib import Path
        from boxes import read_folder
        from records import Stop
        try:
            read_folder(Path({str(data)!r}))
        except Stop as reason:
            print(reason)
        """,
    )
    assert complaint in said and re.search(r"a\.(txt|png)", said)


def test_iou_of_masks_agrees_with_hand_calculation_and_groups_stay_together(run_in: Any) -> None:
    run_in(
        "masks",
        """
        import torch
        from config import PLAN
        from data import _split
        from evaluate import overlaps, score
        from pathlib import Path

        target = torch.tensor([[[0, 0, 1, 255]]])
        shared, union = overlaps(torch.tensor([[[0, 1, 1, 1]]]), target, 3)
        assert shared.tolist() == [[1, 1, 0]] and union.tolist() == [[2, 2, 0]]  # the pixel marked 255 does not count
        assert score(shared, union) == 0.5  # a class that occurs nowhere does not count either
        names = [f"{number}.png" for number in range(30)]
        lines = [f"{name},{place // 3}" for place, name in enumerate(names)]
        Path("groups.csv").write_text("\\n".join(["file,group", *lines]))
        parts = _split(Path("."), names, PLAN)
        assert sorted(sum(parts, [])) == list(range(30))
        owner = {item // 3: number for number, part in enumerate(parts) for item in part}
        assert all(owner[item // 3] == number for number, part in enumerate(parts) for item in part)
        """,
    )


def test_rates_fall_towards_the_input_and_the_head_takes_its_own(run_in: Any) -> None:
    techniques = ["layer-decay", "head-rate", "no-decay-groups"]
    run_in(
        "images",
        """
        from dataclasses import replace
        from config import PLAN, SMOKE
        from data import Info
        from groups import parameter_groups, rate_factors
        from model import build_model
        from train import build_optimizer

        assert (PLAN.layer_decay, PLAN.head_factor) == (0.7, 10.0)
        config = replace(SMOKE, layer_decay=0.7, head_factor=10.0, weight_decay=0.05)
        model = build_model(config, Info("", "", ("a", "b"), (1, 1)))
        factors = rate_factors(model, [name for name, _ in model.named_parameters()], config)
        assert factors["head.weight"] == 10 and abs(factors["blocks.2.0.weight"] - 0.7) < 1e-12
        assert abs(factors["blocks.0.0.weight"] / factors["blocks.1.0.weight"] - 0.7) < 1e-12
        groups = parameter_groups(model, config)
        assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))
        assert all((group["weight_decay"] == 0) == (item.ndim <= 1) for group in groups for item in group["params"])
        build_optimizer(model, config)
        """,
        techniques=techniques,
    )


def test_mixed_pictures_carry_their_shares_as_labels(run_in: Any) -> None:
    run_in(
        "images",
        """
        import torch
        from dataclasses import replace
        from config import PLAN
        from data import mixed

        torch.manual_seed(0)
        pictures = torch.arange(4.0)[:, None, None, None].expand(4, 3, 8, 8)
        target = torch.arange(4)
        assert PLAN.mixup_alpha == 0.2 and PLAN.cutmix_alpha == 1.0
        for config in (replace(PLAN, cutmix_alpha=0.0), replace(PLAN, mixup_alpha=0.0), PLAN):
            for _ in range(20):
                values, shares = mixed(pictures, target, config, 4)
                # Each picture is its number everywhere, so its mean tells how much of which is in it.
                assert torch.allclose(values.mean((1, 2, 3)), shares @ torch.arange(4.0), atol=1e-4)
                assert torch.allclose(shares.sum(1), torch.ones(4))
        """,
        techniques=["mixup", "cutmix"],
    )


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_train_as_one_with_the_same_global_batch(
    strategy: str, run_in: Any, folder: Path, python_with: Any
) -> None:
    run_in("table", "from sample import write_sample; from pathlib import Path; write_sample(Path('data'))")
    config = (folder / "config.py").read_text()
    for name, value in (("epochs", "2"), ("batch_size", "32"), ("workers", "0"), ("dropout", "0.0"), ("width", "32")):
        config = re.sub(rf"^(    {name}: [^=]+= )\S+", rf"\g<1>{value}", config, count=1, flags=re.MULTILINE)
    (folder / "config.py").write_text(config)
    python = python_with("torch")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    common = ["train.py", "--data", "data", "--out"]
    launch = [python, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    for command in (
        [python, *common, "runs/one"],
        [*launch, *common, "runs/two", "--strategy", strategy],
    ):
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
    one, two = (json.loads((folder / "runs" / name / "result.json").read_text()) for name in ("one", "two"))
    assert one["step"] == two["step"] and one["samples"] == two["samples"]
    logs = [
        [json.loads(line) for line in (folder / "runs" / name / "log.jsonl").read_text().splitlines()]
        for name in ("one", "two")
    ]
    assert [row["lr"] for row in logs[0]] == [row["lr"] for row in logs[1]]
    # The same start and as many samples per update; only their order within an epoch differs.
    assert abs(logs[0][-1]["val_loss"] - logs[1][-1]["val_loss"]) < 0.1


@pytest.mark.parametrize(("name", "scores"), [("dfine_m", "sigmoid"), ("detr_r50", "softmax")])
def test_queries_answer_in_the_pixels_the_boxes_came_in(
    name: str, scores: str, make_report: Any, folder: Path, run_in: Any
) -> None:
    report = make_report("boxes", regime="detr-realtime")
    report["decisions"]["architecture"].update(id=name, name=name, family=name.split("_")[0])
    write_project(report, folder)
    run_in(
        "boxes",
        f"""
        import torch
        from config import SMOKE
        from evaluate import decode
        from model import labels_of

        boxes = torch.tensor([[1, 8, 16, 24, 48.], [0, 0, 0, 64, 64]])
        labels = labels_of(boxes, 64)
        assert labels["class_labels"].tolist() == [1, 0]
        logits = torch.full((2, {3 if scores == "softmax" else 2}), -9.0)
        logits[0, 1], logits[1, 0] = 9.0, 8.0
        outputs = torch.cat([logits, labels["boxes"]], dim=1)[None]
        (found,) = decode({{"outputs": outputs}}, SMOKE, 2)
        assert torch.allclose(torch.tensor(found[:2, 2:]).float(), boxes[:, 1:]), found
        assert found[:2, 0].tolist() == [1, 0] and (found[:2, 1] > 0.9).all()
        """,
    )


def test_a_sweep_stays_inside_the_range_the_sources_give(make_report: Any, folder: Path) -> None:
    write_project(make_report("masks"), folder)  # the regime unet-2d, whose sources give a range
    text = (folder / "sweep.py").read_text()
    assert "RATES: tuple[float, float] | None = (0.0001, 0.0005)" in text
    assert "segmentation_models.pytorch" in text.split("RATES:")[0]
    write_project(make_report("masks", optimizer="SGD"), folder.with_name("other"))  # its range is not that of SGD
    assert "RATES: tuple[float, float] | None = None" in (folder.with_name("other") / "sweep.py").read_text()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('Image.new("RGB", (8, 8)).save("data/masks/3.png")', "colour picture"),
        ('Image.new("L", (9, 8)).save("data/masks/3.png")', "they must agree"),
        ('Path("data/masks/3.png").unlink()', "have no mask of the same name (3.png)"),
        ('Path("data/images/3.png").write_text("no picture")', "cannot be read"),
        ('Path("data/classes.txt").write_text("only")', "names only 1 classes"),
        ('Path("data/groups.csv").write_text("file,group\\n0.png,a")', "names no group for 11 pictures"),
    ],
)
def test_masks_that_do_not_fit_are_named(run_in: Any, change: str, complaint: str) -> None:
    said = run_in(
        "masks",
        f"""
        from pathlib import Path
        from PIL import Image
        from config import PLAN
        from data import load_data
        from records import Stop

        for part in ("images", "masks"):
            Path("data", part).mkdir(parents=True)
        for number in range(12):
            Image.new("RGB", (8, 8)).save(f"data/images/{{number}}.png")
            Image.new("L", (8, 8), number % 2).save(f"data/masks/{{number}}.png")
        assert load_data(Path("data"), PLAN).info.classes == ("0", "1")
        {change}
        try:
            load_data(Path("data"), PLAN)
        except Stop as reason:
            print(reason)
        """,
    )
    assert complaint in said


def test_a_tracker_that_is_missing_leaves_nothing_behind(
    make_report: Any, folder: Path, run_in: Any, python_with: Any
) -> None:
    run_in("table", "from sample import write_sample; from pathlib import Path; write_sample(Path('data'))")
    hidden = "import importlib.util as u, sys; found = u.find_spec; u.find_spec = lambda *n: hide(*n)"
    hidden += "; hide = lambda name, *rest: None if name == 'wandb' else found(name, *rest)"
    lines = f"{hidden}; sys.argv = ['train.py', '--data', 'data', '--track', 'wandb']; import train; train.main()"
    done = subprocess.run([python_with("torch"), "-c", lines], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "pip install wandb" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("layout", "name", "recipe", "said", "written"),
    [
        ("boxes", "yolo26m", {"optimizer": "MuSGD"}, "AGPL-3.0", "optimizer: str = 'SGD'"),
        (
            "masks",
            "pidnet_s",
            {"optimizer": "SGD", "regime": "realtime-segmentation"},
            "LR-ASPP",
            "mobilenetv3_large_100",
        ),
    ],
)
def test_a_network_in_the_plans_place_is_named_with_its_reason(
    layout: str, name: str, recipe: dict[str, str], said: str, written: str, make_report: Any, folder: Path
) -> None:
    report = make_report(layout, **recipe)
    report["decisions"]["architecture"].update(id=name, name=name, weights=f"{name}.pt")
    write_project(report, folder)
    readme = (folder / "README.md").read_text()
    assert said in readme and name in readme.split(said)[0]
    assert written in (folder / "config.py").read_text()
    assert ("optimizer=MuSGD lr0=" in readme) == (layout == "boxes")  # Ultralytics itself has it
    assert (" patience=" in readme) == (layout == "boxes")
