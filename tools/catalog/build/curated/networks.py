"""Small networks written out to be counted: their layers are all that matters here, nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import nn


def mlp(*sizes: int) -> nn.Sequential:
    """Fully connected layers from the first size to the last, an activation between them."""
    layers: list[nn.Module] = []
    for into, out in pairwise(sizes):
        layers += [nn.Linear(into, out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Parallel(nn.Module):
    """Networks of one agent, each with its own input: actor and critics of one step."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, *inputs: torch.Tensor) -> list[Any]:
        """One input a part; the last one goes to all parts that are left."""
        padded = (*inputs, *[inputs[-1]] * (len(self.parts) - len(inputs)))
        return [part(one) for part, one in zip(self.parts, padded, strict=True)]


class Heads(nn.Module):
    """A trunk, and heads on its output."""

    def __init__(self, trunk: nn.Module, *heads: nn.Module) -> None:
        super().__init__()
        self.trunk, self.heads = trunk, nn.ModuleList(heads)

    def forward(self, seen: torch.Tensor) -> list[torch.Tensor]:
        """Every head's output."""
        features = self.trunk(seen)
        return [head(features) for head in self.heads]


class WithScale(nn.Module):
    """A Gaussian policy whose standard deviations are free parameters."""

    def __init__(self, mean: nn.Module, actions: int) -> None:
        super().__init__()
        self.mean, self.log_std = mean, nn.Parameter(torch.empty(actions))

    def forward(self, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Means and logarithms of the deviations."""
        return self.mean(seen), self.log_std


def nature_cnn(frames: int = 4, features: int = 512) -> nn.Sequential:
    """The convolutions of the Nature DQN on 84x84 frames, and its hidden layer."""
    convolutions = nn.Sequential(
        *(nn.Conv2d(frames, 32, 8, 4), nn.ReLU(), nn.Conv2d(32, 64, 4, 2), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, 1), nn.ReLU(), nn.Flatten()),
    )
    return nn.Sequential(convolutions, nn.Linear(64 * 7 * 7, features), nn.ReLU()) if features else convolutions


class Noisy(nn.Module):
    """A linear layer with learned noise: two weights and two biases, one product."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.mean, self.deviation = nn.Linear(into, out), nn.Linear(into, out)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Noise is drawn once and added to the weights, which costs no products."""
        weight = self.mean.weight + self.deviation.weight
        return nn.functional.linear(seen, weight, self.mean.bias + self.deviation.bias)


class Recurrent(nn.Module):
    """A recurrent network over a sequence, read out at every step or at the last."""

    def __init__(
        self, cell: str, into: int, hidden: int, out: int, layers: int = 1, *, both: bool = False, every: bool = False
    ) -> None:
        super().__init__()
        kinds = {"lstm": nn.LSTM, "gru": nn.GRU}
        self.steps = kinds[cell](into, hidden, layers, batch_first=True, bidirectional=both)
        self.head = nn.Linear(hidden * (2 if both else 1), out) if out else nn.Identity()
        self.every = every

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        """(samples, steps, values) -> (samples, [steps,] out)."""
        states = self.steps(sequence)[0]
        return self.head(states if self.every else states[:, -1])


class Embedded(nn.Module):
    """Look-up tables in front of a network; ids (samples, steps) -> vectors (samples, steps, width)."""

    def __init__(self, rows: int, width: int, network: nn.Module) -> None:
        super().__init__()
        self.table, self.network = nn.Embedding(rows, width), network

    def forward(self, ids: torch.Tensor) -> Any:
        """The network on the vectors."""
        return self.network(self.table(ids))


class Decoder(nn.Module):
    """GPT-2's blocks without biases where asked: nanoGPT, with learned positions and a tied output."""

    def __init__(self, layers: int, width: int, heads: int, vocab: int, *, positions: int = 0) -> None:
        super().__init__()
        self.heads = heads
        self.table = nn.Embedding(vocab, width)
        self.positions = nn.Embedding(positions, width) if positions else None
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.LayerNorm(width, bias=False),
                    "qkv": nn.Linear(width, 3 * width, bias=False),
                    "out": nn.Linear(width, width, bias=False),
                    "norm2": nn.LayerNorm(width, bias=False),
                    "up": nn.Linear(width, 4 * width, bias=False),
                    "down": nn.Linear(4 * width, width, bias=False),
                }
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width, bias=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(samples, steps) -> (samples, steps, vocabulary)."""
        x = self.table(ids)
        if self.positions is not None:
            x = x + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            q, k, v = block["qkv"](block["norm"](x)).view(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = x + block["out"](mixed)
            x = x + block["down"](nn.functional.gelu(block["up"](block["norm2"](x))))
        return nn.functional.linear(self.norm(x), self.table.weight)


class TextCnn(nn.Module):
    """Kim's network: windows of several widths over word vectors, the largest answer of each."""

    def __init__(self, width: int = 300, windows: Sequence[int] = (3, 4, 5), maps: int = 100, classes: int = 2) -> None:
        super().__init__()
        self.windows = nn.ModuleList(nn.Conv1d(width, maps, window) for window in windows)
        self.head = nn.Linear(maps * len(windows), classes)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """(samples, words, width) -> (samples, classes)."""
        found = [torch.relu(window(vectors.transpose(1, 2))).amax(-1) for window in self.windows]
        return self.head(torch.cat(found, 1))
