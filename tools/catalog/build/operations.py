"""Classes of torch's operations, and the two operators torchvision asks for on import; shared by all builders."""

from __future__ import annotations

from functools import cache

import torch

CLASSES = {
    "conv": ("convolution",),
    "linear": ("addmm", "mm", "bmm", "baddbmm", "linear"),
    "norm": ("batch_norm", "layer_norm", "group_norm"),
    "pool": ("pool", "mean", "sum", "amax"),
    "copy": ("copy", "clone", "cat", "roll", "index", "pad", "gather", "contiguous", "upsample", "stack"),
}
VIEWS = (
    *("view", "reshape", "permute", "transpose", "expand", "slice", "select", "unsqueeze", "squeeze", "split", "chunk"),
    *("alias", "detach", "unbind", "as_strided", "unfold", "empty", "lift", "sym_"),
)


def class_of(name: str) -> str:
    """The class of an operation by its name without "aten::"."""
    for label, parts in CLASSES.items():
        if any(part in name for part in parts):
            return label
    return "elementwise"


def is_view(name: str) -> bool:
    """Whether an operation only looks at memory that is already there."""
    return name == "t" or name.startswith(VIEWS)


@cache
def torchvision_shim() -> torch.library.Library:
    """The CPU build of torch lacks two operators that torchvision asks for on import; they are never called."""
    library = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library
