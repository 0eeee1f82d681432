"""Lets torchvision be imported beside a CPU build of torch, where its compiled operators cannot be loaded.

Put this folder on PYTHONPATH: Python imports `sitecustomize` when it starts. Where the operators load, nothing is done.
Otherwise `torchvision::nms` and RoIAlign are written out in Python and `torchvision::qnms` declared. For trying
generated projects on a machine without a GPU, not for training.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any


class _BeforeTorchvision:
    """Watches imports: acts when torchvision and then torchvision.ops are asked for."""

    def __init__(self) -> None:
        self.missing = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "torchvision" and not _KEPT:  # asked for twice where somebody looks before importing
            self.missing = not _loads()
            if self.missing:
                _declare()
        elif name == "torchvision.ops" and self.missing:
            sys.modules["torchvision.extension"]._assert_has_ops = lambda: None  # type: ignore[attr-defined]  # a foreign module
        elif name == "torchvision.ops.roi_pool" and self.missing:  # follows roi_align
            sys.modules["torchvision.ops.roi_align"]._roi_align = _roi_align  # type: ignore[attr-defined]  # as above
        return None


def _loads() -> bool:
    import torch

    found = PathFinder.find_spec("torchvision")
    if found is None or found.origin is None:
        return True  # torchvision is not there: its import will say so
    libraries = sorted(Path(found.origin).parent.glob("_C*.so"))
    try:
        for library in libraries:
            torch.ops.load_library(str(library))
    except OSError:
        return False
    return True


def _declare() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    _KEPT.append(library)  # an operator lives as long as its library
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", _nms, "CPU")


_KEPT: list[Any] = []


def _nms(boxes: Any, scores: Any, most_overlap: float) -> Any:
    """Numbers of the boxes (count, 4) that no surer kept box overlaps by more than `most_overlap`, the surest first."""
    import torch

    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order].double()
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared, area = (high - low).clamp(min=0).prod(2), (boxes[:, 2:] - boxes[:, :2]).prod(1)
    near = (shared / (area[:, None] + area[None] - shared).clamp(min=1e-12) > most_overlap).numpy()
    free, kept = [True] * len(boxes), []
    for place, row in enumerate(near):
        if free[place]:
            kept.append(place)
            for other in row.nonzero()[0]:
                free[other] = False
    return order[torch.tensor(kept, dtype=torch.long)]


def _roi_align(pictures: Any, boxes: Any, scale: float, high: int, wide: int, sampling: int, aligned: bool) -> Any:
    """Means over a grid of bilinear samples in each of `high` x `wide` bins; boxes (count, 5): number of the picture,
    then left, top, right, bottom. With sampling <= 0 all boxes share the finest grid that one of them needs."""
    import torch

    height, width = pictures.shape[-2:]
    corners = boxes[:, 1:] * scale - (0.5 if aligned else 0.0)
    size = corners[:, 2:] - corners[:, :2]
    size = size if aligned else size.clamp(min=1.0)
    bins = size / size.new_tensor([wide, high])
    samples = sampling if sampling > 0 else max(1, int(bins.detach().max().ceil())) if len(boxes) else 1
    steps = [(torch.arange(count * samples, device=boxes.device) + 0.5) / samples for count in (wide, high)]
    across, down = (corners[:, axis, None] + steps[axis] * bins[:, axis, None] for axis in (0, 1))
    places = torch.stack(
        [
            (2 * across / max(1, width - 1) - 1)[:, None, :].expand(-1, len(steps[1]), -1),
            (2 * down / max(1, height - 1) - 1)[:, :, None].expand(-1, -1, len(steps[0])),
        ],
        dim=-1,
    )
    found = pictures.new_zeros((len(boxes), pictures.shape[1], high, wide))
    for number in boxes[:, 0].unique().tolist():
        mine = (boxes[:, 0] == number).nonzero()[:, 0]
        grid = places[mine].flatten(0, 1)[None]
        values = torch.nn.functional.grid_sample(
            pictures[int(number)][None], grid.to(pictures.dtype), padding_mode="border", align_corners=True
        )
        values = values[0].unflatten(1, (len(mine), high, samples)).unflatten(4, (wide, samples)).mean(dim=(3, 5))
        found = found.index_copy(0, mine, values.transpose(0, 1))
    return found


sys.meta_path.insert(0, _BeforeTorchvision())
