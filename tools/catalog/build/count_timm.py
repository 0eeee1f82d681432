"""Counts timm's models exactly: parameters, and MACs and activations at the input size of the default configuration.

usage: python tools/catalog/build/count_timm.py OUT.csv [SHARE/OF]   (torch 2.13 CPU, timm 1.0.31; no download)
One line per model of the published tables: id, params, macs, height, width, activations. The models are built on the
meta device. MACs are those of convolutions, linear layers and matrix products of one forward pass of one sample in eval
mode, attention's two products among them (fused or not), as timm's own tables count; activations are the elements those
layers write. Parameters are those of the network as built, MACs and activations those of its fused form where it has
one. SHARE/OF: only every OF-th model, for runs side by side.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.catalog.build.operations import torchvision_shim

torchvision_shim()


class MacCounter(TorchDispatchMode):
    """Adds up multiply-accumulates and written elements of convolutions and matrix products."""

    current: MacCounter | None = None

    def __init__(self) -> None:
        super().__init__()
        MacCounter.current = self
        self.macs = 0
        self.activations = 0

    def add(self, macs: int, written: int) -> None:
        """One operation."""
        self.macs += macs
        self.activations += written

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.name().removeprefix("aten::").partition(".")[0]
        if name == "convolution":
            weight, transposed = args[1], args[6]
            # A kernel meets every output place, or, transposed, every input place.
            places = args[0].numel() // args[0].shape[1] if transposed else out.numel() // out.shape[1]
            self.add(weight.numel() * places, out.numel())
        elif name in ("mm", "bmm"):
            self.add(out.numel() * args[0].shape[-1], out.numel())
        elif name in ("addmm", "baddbmm"):
            self.add(out.numel() * args[1].shape[-1], out.numel())
        return out


def counted_attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    """Stands in for torch's fused function: its two products, counted in closed form."""
    out = torch.empty((*query.shape[:-1], value.shape[-1]), device=query.device, dtype=query.dtype)
    if MacCounter.current is not None:
        scores = math.prod(query.shape[:-1]) * key.shape[-2]
        MacCounter.current.add(scores * (query.shape[-1] + value.shape[-1]), scores + out.numel())
    return out


def library() -> Any:
    """timm, imported after the shim."""
    import timm

    return timm


def native_size(network: torch.nn.Module) -> tuple[int, int, int]:
    """Channels, height and width the default configuration is made for."""
    config: Any = network.pretrained_cfg
    channels, height, width = config["input_size"]
    return channels, height, width


def parameters(tensors: Iterable[torch.Tensor]) -> int:
    """Elements, those of shared tensors once."""
    return sum(tensor.numel() for tensor in {id(tensor): tensor for tensor in tensors}.values())


def fused(network: torch.nn.Module) -> torch.nn.Module:
    """The network as it is run: branches that training keeps apart are merged, as in timm's own timings."""
    from timm.utils.model import reparameterize_model

    return reparameterize_model(network)


def count(name: str) -> tuple[int, int, int, int, int]:
    """Parameters, MACs, height, width, activations of one model."""
    with torch.device("meta"):
        network = library().create_model(name).eval()
        channels, height, width = native_size(network)
        # One sample: the work that some networks do once a batch, for their positions, counts in full.
        images = torch.empty(1, channels, height, width)
        built = parameters(network.parameters())
        network = fused(network)
    with torch.no_grad(), MacCounter() as counter:
        network(images)
    return built, counter.macs, height, width, counter.activations


def main() -> int:
    """Writes the file; a model that cannot be counted is named on stderr and left out."""
    torch.set_num_threads(1)
    torch.nn.functional.scaled_dot_product_attention = counted_attention
    share, of = map(int, (sys.argv[2] if len(sys.argv) > 2 else "0/1").split("/"))
    names = sorted(name for name in models.architecture_ids() if library().is_model(name))
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for name in names[share::of]:
            try:
                writer.writerow((name, *count(name)))
            except Exception as broken:
                print(f"{name}: {type(broken).__name__}: {str(broken)[:100]}", file=sys.stderr)
            stream.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
