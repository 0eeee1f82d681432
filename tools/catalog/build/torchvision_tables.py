"""Makes data/torchvision_architecture.csv and data/torchvision_weights.csv.

usage: python tools/catalog/build/torchvision_tables.py SHARED_DATA/torchvision_weights.csv
(torch 2.13 CPU, torchvision 0.29; run after timm_tables.py; nothing is downloaded)

Parameters are the published counts of the weights. MACs of classifiers and video models are counted on the meta device
at the crop the weights are tested with, and must agree with the published figure; those of detectors, segmenters and
optical flow are the published ones. A model that a curated row or timm's own row already holds gets no second row: its
weights go to that row.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.count_timm import MacCounter, counted_attention
from deep_learning_expert.tools.catalog.build.timm_tables import ARCHITECTURE, DATA, WEIGHTS, rows, write

ABOUT: dict[str, Any] = tomllib.loads(Path(__file__).with_name("torchvision.toml").read_text(encoding="utf-8"))
PUBLISHED = "torchvision weights metadata"
COUNTED = "computed: torchvision 0.29 on the meta device"
CLIP = 16
TOLERANCE = 0.02
Row = dict[str, str]


def library() -> Any:
    """torchvision.models, imported after the shim of `count_timm`."""
    from torchvision import models

    return models


def by_start(table: dict[str, str], tag: str) -> str:
    """The entry whose key the tag begins with; "" when none does."""
    return next((value for start, value in table.items() if tag.startswith(start)), "")


def model_name(enum: str) -> str:
    """ "ResNet50_QuantizedWeights" -> "resnet50"."""
    return enum.removesuffix("_Weights").removesuffix("_QuantizedWeights").lower()


def crop_of(row: Row) -> int:
    """Side in pixels that these weights are tested at."""
    name = model_name(row["weights"])
    listed = library().get_model_weights(f"quantized_{name}" if "Quantized" in row["weights"] else name)
    return int(listed[row["version"]].transforms().crop_size[0])


def task_of(row: Row) -> str:
    """Folder of the source file below models: "detection", "video" ...; "" for classifiers."""
    folder = Path(row["file"]).parent.name
    return "" if folder in ("models", "quantization") else folder


def counted(name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """MACs and written activations of one sample."""
    with torch.device("meta"):
        network = library().get_model(name, weights=None).eval()
        # Two samples, halved: batch norm of pooled features would see a single value.
        batch = torch.empty(2, 3, *shape)
    with torch.no_grad(), MacCounter() as counter:
        network(batch)
    return counter.macs // 2, counter.activations // 2


def sizes(row: Row) -> tuple[int, str, str, str]:
    """MACs, at which input, activations and source of one architecture."""
    name, task = model_name(row["weights"]), task_of(row)
    published = float(row["gflops_macs"]) * 1e9
    if task not in ("", "video"):
        return round(published), ABOUT["at"][task], "", PUBLISHED
    side = crop_of(row)
    shape = (CLIP, side, side) if task else (side, side)
    at = f"{side}x{side}"
    at = f"{ABOUT['at']['video']} {at}" if task else at
    try:
        macs, written = counted(name, shape)
    except NotImplementedError:  # regnets read tensors while they are built, which the meta device has none of
        return round(published), at, "", PUBLISHED
    # Published figures have three decimals in billions.
    if abs(macs - published) > TOLERANCE * published + 0.5e6:
        raise SystemExit(f"{name}: counted {macs}, published {published}")
    return macs, at, str(written), COUNTED


def weights_cells(row: Row, row_id: str) -> list[str]:
    """One line of the weights table."""
    tag, task = row["version"], task_of(row)
    column = next((name for name in ABOUT["metric"] if row[name]), "")
    result = ["", "", "", "", "", ""]
    if column:
        at = ABOUT["at"][task] if task in ("detection", "segmentation") else f"{crop_of(row)}x{crop_of(row)}"
        at = f"{ABOUT['at']['video']} {at}" if task == "video" else at
        result = [ABOUT["metric"][column], f"{float(row[column]):g}", "%", by_start(ABOUT["dataset"], tag), at, ""]
    quantized = "Quantized" in row["weights"]
    listed = library().get_weight(f"{row['weights']}.{tag}")
    license = ABOUT["licence"][listed.meta.get("license", "")]
    trained = by_start(ABOUT["pretraining"], tag)
    shown = f"{tag} (int8)" if quantized else tag
    hub = f"{row['weights']}.{tag}"
    return [row_id, shown, "TorchVision", hub, license, ABOUT["licence"][""], trained, *result, PUBLISHED]


def known_parameters(part: str) -> dict[str, str]:
    """Architecture id -> params cell of the rows already made."""
    return {row["id"]: row["params"] for path in DATA.glob(f"{part}_architecture*.csv") for row in rows(path)}


def order(row: Row) -> tuple[bool, str, float]:
    """Unquantised weights first, and of one model those tested at the smallest size: its row is made from the first."""
    return "Quantized" in row["weights"], model_name(row["weights"]), float(row["gflops_macs"])


def main(table: Path) -> None:
    """Writes both files."""
    torch.nn.functional.scaled_dot_product_attention = counted_attention
    curated, timm = known_parameters("curated"), known_parameters("timm")
    hubs = {row["hub"] for path in DATA.glob("curated_weights*.csv") for row in rows(path)}
    body: list[list[str]] = []
    weights: list[list[str]] = []
    ids: dict[str, str] = {}
    for row in sorted(rows(table), key=order):
        name, stem = model_name(row["weights"]), Path(row["file"]).stem
        if name not in ids:
            same = ABOUT["same_as_timm"].get(name, name)
            if name in ABOUT["same_as_timm"] and timm[same] != row["num_params"]:
                raise SystemExit(f"{name} is not timm's {same}")
            held = name in curated or timm.get(same) == row["num_params"]
            ids[name] = (name if name in curated else same) if held else f"torchvision_{name}" if name in timm else name
            if not held:
                macs, at, written, source = sizes(row)
                kind = ABOUT["class"].get(stem, "CNN")
                counts = [row["num_params"], str(macs), at, written]
                body.append([ids[name], ids[name], stem, kind, "CV", *counts, "", "", "", "", source])
        if f"{row['weights']}.{row['version']}" not in hubs:
            weights.append(weights_cells(row, ids[name]))
    write("torchvision_architecture.csv", ARCHITECTURE, sorted(body))
    write("torchvision_weights.csv", WEIGHTS, sorted(weights))
    print(len(body), "architectures", len(weights), "weights")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
