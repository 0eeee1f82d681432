"""Detectors of Ultralytics and of reference repositories, without weights.

YOLO's parameters are those of the network as built for training from its published YAML; MACs and activations are those
of the form that runs: layers fused, and of YOLO26 the end-to-end head alone. The documentation prints the fused form's.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.count_timm import parameters
from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, checkout

ULTRALYTICS = "ultralytics 8.4.190 built from {}; parameters before layers are fused, MACs after"


def yolo(row: str, yaml: str, kind: str = "DetectionModel", classes: int = 80, side: int = 640) -> Entry:
    """One square image. The counts before fusing are kept beside the network."""

    def build() -> Any:
        network = getattr(import_module("ultralytics.nn.tasks"), kind)(yaml, nc=classes, verbose=False)
        network.as_built = parameters(network.parameters())
        return network.eval().fuse(verbose=False)

    return Entry(
        row,
        build,
        lambda n: (torch.empty(n, 3, side, side),),
        f"{side}x{side}",
        ULTRALYTICS.format(yaml),
        train=False,
        size=lambda network: network.as_built,
        samples=1,
        device="cpu",
    )


def variants(head: str, kind: str, letters: str, classes: int, side: int = 640) -> list[Entry]:
    """YOLO11 with another head."""
    return [yolo(f"yolo11{one}_{head}", f"yolo11{one}-{head}.yaml", kind, classes, side) for one in letters]


def yolov5(code: Any) -> Any:
    """The small one of the first repository."""
    network = code.DetectionModel(str(code.ROOT / "models" / "yolov5s.yaml"))
    network.as_built = parameters(network.parameters())
    return network.eval().fuse()


def transformer(row: str, kind: str, sizes: Callable[[Any], dict[str, Any]]) -> Entry:
    """transformers' class with 80 classes; it reads the places of its tokens, so it runs on the CPU."""

    def build() -> Any:
        library = import_module("transformers")
        settings = getattr(library, f"{kind}Config")(num_labels=80, **sizes(library))
        return getattr(library, f"{kind}ForObjectDetection")(settings)

    def inputs(n: int) -> tuple[Any, ...]:
        return (torch.zeros(n, 3, 640, 640),)

    return Entry(row, build, inputs, "640x640", f"{TRANSFORMERS} (80 classes)", samples=1, device="cpu", train=False)


def small_rtdetr(library: Any) -> dict[str, Any]:
    """ResNet-18, three decoder layers, half the width inside the encoder."""
    backbone = library.RTDetrResNetConfig(
        depths=[2, 2, 2, 2],
        hidden_sizes=[64, 128, 256, 512],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    narrow = {"encoder_in_channels": [128, 256, 512], "decoder_layers": 3, "hidden_expansion": 0.5}
    return narrow | {"backbone_config": backbone}


ENTRIES = [
    *(yolo(f"{version}{one}", f"{version}{one}.yaml") for version in ("yolo26", "yolo11") for one in "nsmlx"),
    *(yolo(f"yolov8{one}", f"yolov8{one}.yaml") for one in "nsm"),
    *variants("seg", "SegmentationModel", "nsm", 80),
    *variants("pose", "PoseModel", "ns", 1),
    *variants("obb", "OBBModel", "nsm", 15, 1024),
    Entry(
        "yolov5s",
        checkout("ultralytics/yolov5", "models.yolo", yolov5),
        lambda n: (torch.empty(n, 3, 640, 640),),
        "640x640",
        "ultralytics/yolov5:models/yolov5s.yaml; parameters before layers are fused, MACs after",
        samples=1,
        train=False,
        size=lambda network: network.as_built,
        device="cpu",
    ),
    transformer("rtdetr_r50", "RTDetr", lambda library: {}),
    transformer("rtdetr_r18", "RTDetr", small_rtdetr),
]
