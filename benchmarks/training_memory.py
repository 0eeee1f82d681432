"""Is the training memory we predict what torch allocates? Second AdamW step, fp32, on the CPU, small timm models.

PYTHONPATH=. python benchmarks/training_memory.py   (torch 2.13 CPU and timm 1.0.31 beside the package)
The peak is the running sum of the profiler's allocation events, started from the bytes of weights and states.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

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


def peak_mb(name: str, side: int) -> float:
    """Most MB alive at once during the second training step."""
    network = tracer.library().create_model(name).train()
    optimizer = torch.optim.AdamW(network.parameters())
    images = torch.randn(BATCH, 3, side, side)

    def step() -> None:
        network(images).sum().backward()
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
    for name in MODELS:
        work = of_architecture(name)
        assert work.params and work.side
        saved = saved_activations_mb(work, BATCH, "fp32")
        found = training_memory(work.params, precision="fp32", activations_mb=saved, on="cpu")
        true = peak_mb(name, work.side)
        low, high = (found.interval.low, found.interval.high) if found.interval else (found.value, found.value)
        shown = f"| {name} at {work.side} | {true:.0f} | {found.value:.0f} | {low:.0f}-{high:.0f} | "
        print(f"{shown}{found.value / true - 1:+.1%} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
