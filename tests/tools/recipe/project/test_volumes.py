"""Projects for volumes, run where a Python with torch and nibabel is at hand (DL_EXPERT_TORCH_PYTHON)."""

from __future__ import annotations

from typing import Any

import pytest

_DATA = """
import json
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import torch

from config import PLAN, SMOKE
from data import load_data, windows
from records import Stop

def write(name, channels=1, labels=2, size=(10, 12, 8), millimetres=(1.0, 1.0, 2.0), folder=Path("data")):
    generator = np.random.default_rng(len(name))
    classes = (np.indices(size).sum(0) // 6 % labels).astype(np.uint8)
    for part in ("imagesTr", "labelsTr"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    grid = np.diag([*millimetres, 1.0])
    for number in range(channels):
        ending = f"_{number:04d}" if channels > 1 else ""
        scan = (classes * 100 + generator.normal(size=size)).astype(np.float32)
        nibabel.save(nibabel.Nifti1Image(scan, grid), folder / "imagesTr" / f"{name}{ending}.nii.gz")
    nibabel.save(nibabel.Nifti1Image(classes, grid), folder / "labelsTr" / f"{name}.nii.gz")

"""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("Path('data/labelsTr/c3.nii.gz').unlink()", "lack an image or a label map of the same name (c3)"),
        ("Path('data/imagesTr/c3.nii.gz').write_text('no scan')", "c3.nii.gz cannot be read as NIfTI"),
        ("write('c3', size=(9, 12, 8), folder=Path('other')); "
         "Path('other/imagesTr/c3.nii.gz').replace('data/imagesTr/c3.nii.gz')", "they must agree"),
        ("Path('data/dataset.json').write_text('{\"labels\": {\"0\": \"only\"}}')", "does not name"),
        ("Path('data/dataset.json').write_text('[')", "mend or remove it"),
        ("Path('data/groups.csv').write_text('case,group\\nc0,a')", "names no group for 7 cases"),
        ("[write(f'c{number}', labels=1) for number in range(8)]", "the same one class"),
    ],
)  # fmt: skip
def test_volumes_that_do_not_fit_are_named(run_in: Any, change: str, complaint: str) -> None:
    lines = f"""
for number in range(8):
    write(f"c{{number}}")
assert load_data(Path("data"), PLAN).info.classes == ("background", "1")
{change}
try:
    load_data(Path("data"), PLAN)
except Stop as reason:
    print(reason)
"""
    assert complaint in run_in("volumes", _DATA + lines)


def test_channels_spacing_and_patients_are_kept_and_a_second_start_prepares_nothing(run_in: Any) -> None:
    lines = """
for number in range(8):
    write(f"c{number}", channels=2, millimetres=(1.0, 1.0, 2.0 if number else 4.0))
rows = [f"c{number},patient{number // 2}" for number in range(8)]
Path("data/groups.csv").write_text("\\n".join(["case,group", *rows]))
config = replace(PLAN, patch_size=(8, 8, 8), spacing=(1.0, 1.0, 2.0))
data = load_data(Path("data"), config)
parts = [{case.name for case in part.cases} for part in (data.train, data.val, data.test)]
for first in range(0, 8, 2):
    assert sum({f"c{first}", f"c{first + 1}"} <= part for part in parts) == 1, parts
assert data.info.features == 2
shapes = {case.name: case.scan().shape for part in (data.train, data.val, data.test) for case in part.cases}
assert shapes["c0"] == (2, 10, 12, 16) and shapes["c1"] == (2, 10, 12, 8), shapes
assert abs(float(data.test.cases[0].scan()[0].mean())) < 0.01  # normalised by its own statistics
before = {file: file.stat().st_mtime_ns for file in Path("data/prepared").rglob("*")}
load_data(Path("data"), config)
assert before == {file: file.stat().st_mtime_ns for file in Path("data/prepared").rglob("*")}
item = data.train[0]
assert item["inputs"].shape == (2, 8, 8, 8) and item["target"].shape == (8, 8, 8)
assert torch.equal(data.val[1]["inputs"], data.val[1]["inputs"])
"""
    run_in("volumes", _DATA + lines)


def test_ct_is_clipped_to_what_the_structures_of_the_training_split_show(run_in: Any) -> None:
    lines = """
for number in range(6):
    write(f"c{number}")
settings = {"modality": {"0": "CT"}, "labels": {"0": "background", "1": "spleen"}}
Path("data/dataset.json").write_text(json.dumps(settings))
data = load_data(Path("data"), PLAN)
assert data.info.classes == ("background", "spleen")
scan = np.asarray(data.train.cases[0].scan(), dtype=float)
assert abs(scan[0][np.asarray(data.train.cases[0].classes()) == 1].mean()) < 0.1  # foreground is the measure
assert scan.min() > -5  # the far background is clipped, not 100 deviations away
"""
    run_in("volumes", _DATA + lines)


def test_windows_cover_every_voxel_and_overlap_by_half(run_in: Any) -> None:
    lines = """
for shape in ((16, 16, 16), (5, 30, 17), (64, 7, 40)):
    seen = np.zeros([max(edge, 16) for edge in shape])
    for place in windows(shape, (16, 16, 16)):
        seen[place] += 1
    assert (seen[tuple(slice(0, edge) for edge in shape)] > 0).all()
starts = sorted({place[0].start for place in windows((64, 16, 16), (16, 16, 16))})
assert starts[0] == 0 and starts[-1] == 48 and max(b - a for a, b in zip(starts, starts[1:])) <= 8
"""
    run_in("volumes", _DATA + lines)


def test_dice_agrees_with_hand_calculation_and_absent_structures_do_not_count(run_in: Any) -> None:
    lines = """
from evaluate import beliefs_of, overlap, score

target = torch.zeros(2, 2, 2, dtype=torch.long); target[0] = 1
found = torch.zeros(2, 2, 2, dtype=torch.long); found[0, 0] = 1
one = overlap(found, target, 3)  # structure 1: 2 * 2 / (2 + 4); structure 2 nowhere
assert one.tolist() == [[4, 0], [6, 0]]
assert abs(score(one[None, 0], one[None, 1]) - 4 / 6) < 1e-12

class Constant(torch.nn.Module):
    def forward(self, scans):
        return torch.stack([scans[:, 0], 1 - scans[:, 0]], dim=1)

scan = torch.rand(1, 5, 20, 30)
config = replace(PLAN, patch_size=(8, 8, 8))
beliefs = beliefs_of(Constant(), scan, config, 2)
expected = torch.stack([scan[0], 1 - scan[0]]).softmax(dim=0)
assert torch.allclose(beliefs, expected, atol=1e-5)  # windows are put back where they came from
"""
    run_in("volumes", _DATA + lines)


def test_a_coarse_axis_is_halved_later(run_in: Any) -> None:
    lines = """
from types import SimpleNamespace
from model import build_model, strides_of

config = replace(PLAN, patch_size=(16, 64, 64), widths=(4, 8, 8, 8), deep_supervision=True)
info = SimpleNamespace(spacing=(5.0, 1.0, 1.0), features=1, classes=("a", "b"))
assert strides_of(config, info) == [(1, 2, 2), (1, 2, 2), (2, 2, 2)]
model = build_model(config, info)
outputs = model(torch.zeros(1, 1, 16, 64, 64))
assert [tuple(level.shape[2:]) for level in outputs] == [(16, 64, 64), (16, 32, 32), (16, 16, 16)]
assert model.eval()(torch.zeros(1, 1, 16, 64, 64)).shape == (1, 2, 16, 64, 64)
"""
    run_in("volumes", _DATA + lines)
