"""Is the training memory we predict what torch allocates? Second AdamW step, fp32, on the CPU, small models.

First timm's, then networks of other kinds that build/curated counts (with the checkouts it names).

PYTHONPATH=. python benchmarks/training_memory.py   (torch 2.13 CPU and timm 1.0.31 beside the package)
The peak is the running sum of the profiler's allocation events, started from the bytes of weights and states.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._pytree import tree_leaves

from deep_learning_expert.tools.catalog.models import architecture
from deep_learning_expert.tools.estimate.memory import saved_activations_mb, training_memory
from deep_learning_expert.tools.estimate.workload import of_architecture

TRACER = Path(__file__).resolve().parent.parent / "tools" / "estimate" / "build" / "trace_models.py"
spec = importlib.util.spec_from_file_location("trace_models", TRACER)
assert spec and spec.loader
tracer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tracer)
MODELS = (
    "resnet18",
    "efficientnet_b0",
    "convnext_atto",
    "deit_tiny_patch16_224",
    "mobilenetv3_small_100",
    "ghostnet_100",
    "edgenext_xx_small",
    "regnety_002",
)
BATCH = 8


# Text, speech, series, tables, keywords, segmentation; none was looked at while the rules were written.
OTHERS = ("t5-small", "ecapa-tdnn", "patchtst", "ft-transformer", "bc-resnet-8", "segformer_b0")


def image_network(name: str, side: int) -> tuple[Any, Callable[[], torch.Tensor]]:
    """A model of timm, and its loss on one batch."""
    network = tracer.library().create_model(name).train()
    images = torch.randn(BATCH, 3, side, side)
    return network, lambda: network(images).sum()


def other_network(name: str) -> tuple[Any, Callable[[], torch.Tensor]]:
    """A network as build/curated builds it, and a loss over all it answers."""
    from deep_learning_expert.tools.catalog.build.count_curated import entries
    from deep_learning_expert.tools.catalog.build.curated.counting import plain

    entry = entries([name])[0]
    network = entry.build().train()
    given = entry.inputs(BATCH)

    def loss() -> torch.Tensor:
        out = network(**given) if isinstance(given, Mapping) else network(*given)
        leaves = [one for one in tree_leaves(plain(out)) if isinstance(one, torch.Tensor) and one.requires_grad]
        return torch.stack([one.float().sum() for one in leaves]).sum()

    return network, loss


def peak_mb(network: Any, loss: Callable[[], torch.Tensor]) -> float:
    """Most MB alive at once during the second training step."""
    optimizer = torch.optim.AdamW(network.parameters())

    def step() -> None:
        loss().backward()
        optimizer.step()
        optimizer.zero_grad()

    step()
    held = sum(p.numel() * 4 for p in network.parameters()) * 3 + sum(b.numel() * 4 for b in network.buffers())
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    alive = peak = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            alive += event.nbytes()
            peak = max(peak, alive)
    return (held + peak) / 1e6


def main() -> int:
    """One line per model."""
    print("| model | torch, MB | predicted, MB | interval, MB | error |\n|---|---|---|---|---|")
    for name in (*MODELS, *OTHERS):
        work = of_architecture(name)
        assert work.params
        network, loss = image_network(name, work.side or 0) if name in MODELS else other_network(name)
        saved = saved_activations_mb(work, BATCH, "fp32")
        found = training_memory(work.params, precision="fp32", activations_mb=saved, on="cpu")
        true = peak_mb(network, loss)
        low, high = (found.interval.low, found.interval.high) if found.interval else (found.value, found.value)
        shown = f"| {name} at {work.side or architecture(name).macs_at} | {true:.0f} | {found.value:.0f} | "
        print(f"{shown}{low:.0f}-{high:.0f} | {found.value / true - 1:+.1%} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
