"""Traces timm's models on the meta device: work by class of operation, and memory of one sample.

usage: python tools/estimate/build/trace_models.py OUT.csv [SHARE/OF]   (torch 2.13 CPU, timm 1.0.31)
One line per model: id, side, ops, footprint, in the cells of tools/catalog/README.md. Ops are those of one eager
forward pass in eval mode; the footprint's training figures are of forward and backward in train mode, parameter
gradients dropped as soon as they are made. SHARE/OF: only every OF-th model, for runs side by side.
"""

from __future__ import annotations

import csv
import sys
import weakref
from collections import defaultdict
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.catalog.build.operations import class_of, is_view, torchvision_shim
from deep_learning_expert.tools.estimate.workload import side_of

torchvision_shim()


class Tracer(TorchDispatchMode):
    """Counts elements and calls by class, and follows the bytes of storages that are alive."""

    current: Tracer | None = None

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        Tracer.current = self
        self.work: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.alive = 0
        self.peak = 0
        self._weights = {tensor.untyped_storage()._cdata for tensor in (*network.parameters(), *network.buffers())}
        self._seen: dict[int, int] = dict.fromkeys(self._weights, 0)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.name().removeprefix("aten::")
        tensors = [leaf for leaf in tree_leaves(out) if isinstance(leaf, torch.Tensor)]
        for tensor in tensors:
            self._follow(tensor)
        if not is_view(name):
            inputs = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
            entry = self.work[class_of(name)]
            # Weights are read once a batch, not once a sample.
            entry[0] += sum(one.numel() for one in inputs if one.untyped_storage()._cdata not in self._weights)
            entry[0] += sum(tensor.numel() for tensor in tensors)
            entry[1] += 1
        return out

    def _follow(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._seen:
            return
        self._seen[key] = storage.nbytes()
        self.alive += storage.nbytes()
        self.peak = max(self.peak, self.alive)
        weakref.finalize(storage, self._forget, key)

    def _forget(self, key: int) -> None:
        self.alive -= self._seen.pop(key, 0)


class FusedAttention(torch.autograd.Function):
    """Attention as the fused kernels of GPUs and CPUs run it: no score matrix is written or kept."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        out = torch.empty((*query.shape[:-1], value.shape[-1]), device=query.device, dtype=query.dtype)
        ctx.save_for_backward(query, key, value, out)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(torch.empty_like(saved) for saved in ctx.saved_tensors[:3])


def fused_attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    """Stands in for torch's function while tracing, and counts itself."""
    out = FusedAttention.apply(query, key, value)
    if Tracer.current is not None:
        entry = Tracer.current.work["attention"]
        entry[0] += query.numel() + key.numel() + value.numel() + out.numel()
        entry[1] += 1
    return out


def library() -> Any:
    """timm, imported after the shim."""
    import timm

    return timm


def trace(name: str, side: int) -> tuple[str, str]:
    """The cells `ops` (elements and calls; MACs stay with the architecture) and `footprint` of one model."""
    with torch.device("meta"):
        network = library().create_model(name)
        images = torch.empty(2, 3, side, side)
    network.eval()
    with torch.no_grad(), Tracer(network) as forward:
        network(images)
    network.train()
    for parameter in network.parameters():
        parameter.register_post_accumulate_grad_hook(lambda done: setattr(done, "grad", None))
    with Tracer(network) as both:
        out = network(images)
        saved = both.alive
        out.sum().backward()
    ops = "|".join(
        f"{label}:0:{elements / 2:.4g}:{calls:g}" for label, (elements, calls) in sorted(forward.work.items())
    )
    return ops, f"{forward.peak // 8}:{saved // 8}:{both.peak // 8}"


def main() -> int:
    """Writes the file; a model that cannot be traced is named on stderr and left out."""
    torch.set_num_threads(1)
    torch.nn.functional.scaled_dot_product_attention = fused_attention
    share, of = map(int, (sys.argv[2] if len(sys.argv) > 2 else "0/1").split("/"))
    names = sorted(name for name in models.architecture_ids() if library().is_model(name))
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for name in names[share::of]:
            side = side_of(models.architecture(name).macs_at)
            if side is None:
                continue
            try:
                writer.writerow((name, side, *trace(name, side)))
            except Exception as broken:
                print(f"{name}: {type(broken).__name__}: {str(broken)[:100]}", file=sys.stderr)
            stream.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
