"""Counts one network on the meta device: parameters, MACs, activations, work by class of operation, memory of a sample.

MACs are those of convolutions, linear layers and matrix products of one forward pass of one sample in eval mode,
attention's two products and the steps of recurrent layers among them. Norms, activations and look-ups do not count.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._pytree import tree_leaves

from deep_learning_expert.tools.catalog.build.count_timm import MacCounter, parameters
from deep_learning_expert.tools.catalog.build.operations import class_of, is_view
from deep_learning_expert.tools.estimate.build.trace_models import Tracer, fused_attention

Inputs = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One row to count.

    build: the network, made on the meta device; inputs: tensors for n samples; at: how the input size is written.
    how: the source of the layer sizes, for the `source` column. samples: counted at once and divided out (two, since a
    batch of one takes other paths in some networks; one where a sample is a whole graph). train: whether memory of
    training is traced. run: calls the network where that is not its forward. size: parameters, where not all that is
    built is used. device: "cpu" for networks that read values while they run, which the meta device has none of.
    """

    id: str
    build: Callable[[], Any]
    inputs: Callable[[int], Inputs]
    at: str
    how: str
    samples: int = 2
    train: bool = True
    run: Callable[[Any, Inputs], Any] | None = None
    size: Callable[[Any], int] | None = None
    device: str = "meta"


@dataclass(frozen=True)
class Counted:
    """The cells of one row; `footprint` is empty where the network cannot be traced backwards."""

    params: int
    macs: int
    activations: int
    ops: str
    footprint: str


class WorkCounter(MacCounter):
    """Adds up, by class of operation, MACs, elements read and written, and calls."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.work: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        self._label = "attention"
        self._weights = {tensor.untyped_storage()._cdata for tensor in (*network.parameters(), *network.buffers())}

    def add(self, macs: int, written: int) -> None:
        """One operation; attention when no other is running."""
        super().add(macs, written)
        self.work[self._label][0] += macs

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.name().removeprefix("aten::").partition(".")[0]
        self._label = class_of(name)
        out = super().__torch_dispatch__(func, types, args, kwargs)
        if not is_view(name):
            self.moved(self._label, (args, kwargs), out)
        self._label = "attention"
        return out

    def moved(self, label: str, inputs: Any, out: Any) -> None:
        """Elements read and written by one call; weights are read once a batch and do not count."""
        read = [leaf for leaf in tree_leaves(inputs) if isinstance(leaf, torch.Tensor)]
        written = [leaf for leaf in tree_leaves(out) if isinstance(leaf, torch.Tensor)]
        entry = self.work[label]
        entry[1] += sum(leaf.numel() for leaf in read if leaf.untyped_storage()._cdata not in self._weights)
        entry[1] += sum(leaf.numel() for leaf in written)
        entry[2] += 1


def counted_attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    """Stands in for torch's fused attention while counting."""
    out = torch.empty((*query.shape[:-1], value.shape[-1]), device=query.device, dtype=query.dtype)
    counter = MacCounter.current
    if isinstance(counter, WorkCounter):
        scores = math.prod(query.shape[:-1]) * key.shape[-2]
        counter.add(scores * (query.shape[-1] + value.shape[-1]), scores + out.numel())
        counter.moved("attention", (query, key, value), out)
    return out


def count(entry: Entry) -> Counted:
    """All cells of one row; errors of the network itself pass through."""
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.device(entry.device):
        network = entry.build()
        network.eval()
        inputs = entry.inputs(entry.samples)
    torch.nn.functional.scaled_dot_product_attention = counted_attention
    with torch.device(entry.device), torch.no_grad(), WorkCounter(network) as counter:
        _call(entry, network, inputs)
    n = entry.samples
    params = entry.size(network) if entry.size else parameters(network.parameters())
    return Counted(
        params=params,
        macs=counter.macs // n,
        activations=counter.activations // n,
        ops=_ops(counter.work, n),
        footprint=_footprint(entry, network, inputs) if entry.train else "",
    )


def _call(entry: Entry, network: Any, inputs: Inputs) -> Any:
    if entry.run:
        return entry.run(network, inputs)
    return network(**inputs) if isinstance(inputs, Mapping) else network(*inputs)


def _ops(work: Mapping[str, list[float]], n: int) -> str:
    """ "conv:macs:elements:calls|..." of one sample."""
    rows = sorted((label, entry) for label, entry in work.items() if entry[2])
    return "|".join(f"{label}:{a / n:.4g}:{b / n:.4g}:{calls:g}" for label, (a, b, calls) in rows)


def _footprint(entry: Entry, network: torch.nn.Module, inputs: Inputs) -> str:
    """Most live elements forward, saved elements, most live elements in training; "" where it cannot be traced."""
    torch.nn.functional.scaled_dot_product_attention = fused_attention
    try:
        with torch.device(entry.device), torch.no_grad(), Tracer(network) as forward:
            _call(entry, network, inputs)
        network.train()
        _freeze_tables(network)
        for parameter in network.parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(lambda done: setattr(done, "grad", None))
        with torch.device(entry.device), Tracer(network) as both:
            out = _call(entry, network, inputs)
            saved = both.alive
            leaves = [one for one in tree_leaves(plain(out)) if isinstance(one, torch.Tensor) and one.requires_grad]
            torch.stack([one.float().sum() for one in leaves]).sum().backward()
    except Exception as broken:
        print(f"{entry.id}: no footprint, {type(broken).__name__}: {str(broken)[:150]}", file=sys.stderr, flush=True)
        return ""
    per_sample = 4 * entry.samples
    return f"{forward.peak // per_sample}:{saved // per_sample}:{both.peak // per_sample}"


def _freeze_tables(network: torch.nn.Module) -> None:
    """Look-up tables and output heads get no gradient: it would be as large as the table, and is not the sample's."""
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Embedding) or name.endswith(("lm_head", "decoder.bias")):
            module.requires_grad_(False)


def plain(out: Any) -> Any:
    """Outputs as tuples, lists and dictionaries; those of transformers and diffusers are mappings or data classes."""
    if hasattr(out, "to_tuple"):
        return out.to_tuple()
    return getattr(out, "__dict__", out) if not isinstance(out, (torch.Tensor, tuple, list, dict)) else out
