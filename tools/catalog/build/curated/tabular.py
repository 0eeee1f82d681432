"""Networks for tables at stated feature counts. One sample is one row, or one history for recommenders.

California Housing has 8 numbers and one target. Clicks are Criteo's 39 fields, each value a row of a table of vectors:
as many rows as make both networks hold the parameters that the published runs print.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import tokens
from deep_learning_expert.tools.catalog.build.curated.networks import Embedded, Recurrent, mlp

NUMBERS = 8
AT = f"{NUMBERS} numbers (California Housing)"
RTDL = "the layers of yandex-research/rtdl-revisiting-models:output/california_housing"


class Residual(nn.Module):
    """Norm, a wider layer, back, and the sum."""

    def __init__(self, width: int, wide: int) -> None:
        super().__init__()
        self.steps = nn.Sequential(nn.BatchNorm1d(width), nn.Linear(width, wide), nn.ReLU(), nn.Linear(wide, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, width) -> the same."""
        return x + self.steps(x)


class Tokens(nn.Module):
    """FT-Transformer: each number a token, pre-norm blocks with a gated layer, the answer from the class token."""

    def __init__(self, numbers: int, width: int, layers: int, heads: int, wide: int) -> None:
        super().__init__()
        self.heads = heads
        self.weight, self.bias = (
            nn.Parameter(torch.empty(numbers + 1, width)),
            nn.Parameter(torch.empty(numbers, width)),
        )
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.LayerNorm(width) if i else nn.Identity(),
                    "qkv": nn.Linear(width, 3 * width),
                    "out": nn.Linear(width, width),
                    "norm2": nn.LayerNorm(width),
                    "up": nn.Linear(width, 2 * wide),
                    "down": nn.Linear(wide, width),
                }
            )
            for i in range(layers)
        )
        self.head = nn.Sequential(nn.LayerNorm(width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(rows, numbers) -> (rows, 1)."""
        given = torch.cat([torch.ones(len(numbers), 1), numbers], 1)
        x = self.weight * given.unsqueeze(-1) + nn.functional.pad(self.bias, (0, 0, 1, 0))
        for block in self.blocks:
            q, k, v = block["qkv"](block["norm"](x)).view(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = x + block["out"](mixed)
            gate, up = block["up"](block["norm2"](x)).chunk(2, -1)
            x = x + block["down"](torch.relu(gate) * up)
        return self.head(x[:, 0])


def table(row: str, build: Callable[[], Any], how: str) -> Entry:
    """A row of numbers."""
    return Entry(row, build, lambda n: (torch.empty(n, NUMBERS),), AT, how, samples=512)


def tabm() -> Any:
    """Thirty-two networks that share most weights."""
    make = import_module("tabm").TabM.make
    return make(n_num_features=NUMBERS, cat_cardinalities=[], d_out=1, n_blocks=3, d_block=400, k=32)


class Clicks(nn.Module):
    """Vectors of all fields to a network; `linear`: DeepFM's first-order weights beside it."""

    def __init__(self, values: int, fields: int, width: int, network: nn.Module, *, linear: bool) -> None:
        super().__init__()
        self.table = nn.Embedding(values, width)
        self.weights = nn.Embedding(values, 1) if linear else None
        self.network = network

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(clicks, fields) -> (clicks, 1)."""
        vectors = self.table(ids)
        out = self.network(vectors.flatten(1))
        if self.weights is None:
            return out
        pairs = (vectors.sum(1) ** 2 - (vectors**2).sum(1)).sum(-1, keepdim=True) / 2
        return out + pairs + self.weights(ids).sum(1)


class Cross(nn.Module):
    """DCN-V2, parallel: cross layers with full matrices and a network beside them."""

    def __init__(self, width: int, layers: int, beside: tuple[int, ...]) -> None:
        super().__init__()
        self.crosses = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.beside = nn.Sequential(mlp(width, *beside), nn.ReLU())
        self.head = nn.Linear(beside[-1] + width, 1)

    def forward(self, start: torch.Tensor) -> torch.Tensor:
        """(clicks, width) -> (clicks, 1)."""
        x = start
        for cross in self.crosses:
            x = x + start * cross(x)
        return self.head(torch.cat([x, self.beside(start)], -1))


def normed(*sizes: int) -> nn.Sequential:
    """As `mlp`, a batch norm after every hidden layer."""
    layers: list[nn.Module] = []
    for into, out in pairwise(sizes[:-1]):
        layers += [nn.Linear(into, out), nn.BatchNorm1d(out), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(*sizes[-2:]))


class Denoiser(nn.Module):
    """A network over a row's values and the step's sines."""

    def __init__(
        self, values: int = 9, time: int = 128, hidden: tuple[int, ...] = (512, 256, 256, 256, 256, 128)
    ) -> None:
        super().__init__()
        self.entry = nn.Linear(values, time)
        self.time = mlp(time, time, time)
        self.network = mlp(time, *hidden, values)

    def forward(self, row: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
        """(rows, values), (rows, 128) -> (rows, values)."""
        return self.network(self.entry(row) + self.time(step))


class Histories(nn.Module):
    """A transformer over items; the next item's scores come from the table of items."""

    def __init__(self, width: int, layers: int, heads: int, inner: int, length: int) -> None:
        super().__init__()
        self.heads = heads
        self.table, self.places = nn.Embedding(ITEMS + 1, width), nn.Embedding(length + 1, width)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.LayerNorm(width),
                    "qkv": nn.Linear(width, 3 * width),
                    "out": nn.Linear(width, width),
                    "norm2": nn.LayerNorm(width),
                    "up": nn.Linear(width, inner),
                    "down": nn.Linear(inner, width),
                }
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, items: torch.Tensor) -> torch.Tensor:
        """(people, items) -> scores of all items, (people, items of the table)."""
        x = self.table(items) + self.places(torch.arange(items.shape[1]))
        for block in self.blocks:
            q, k, v = block["qkv"](block["norm"](x)).view(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = x + block["out"](mixed)
            x = x + block["down"](torch.relu(block["up"](block["norm2"](x))))
        return nn.functional.linear(self.norm(x)[:, -1], self.table.weight)


def history(row: str, build: Callable[[], Any], length: int, how: str) -> Entry:
    """One person's items."""
    at = f"{length} items of {ITEMS:,}"
    return Entry(row, build, lambda n: (tokens(n, length),), at, f"the layers of {how}", samples=16)


ITEMS = 10_000
CRITEO_FIELDS, CRITEO_VALUES, CRITEO_WIDTH = 39, 2_086_316, 10


def clicks(row: str, network: Callable[[], nn.Module], how: str, *, linear: bool) -> Entry:
    """One click of Criteo."""

    def build() -> Any:
        return Clicks(CRITEO_VALUES, CRITEO_FIELDS, CRITEO_WIDTH, network(), linear=linear)

    at = f"{CRITEO_FIELDS} fields (Criteo)"
    return Entry(row, build, lambda n: (tokens(n, CRITEO_FIELDS),), at, f"the layers of reczoo/BARS:{how}", samples=512)


FLAT = CRITEO_FIELDS * CRITEO_WIDTH
ENTRIES = [
    table("mlp-tabular", lambda: mlp(NUMBERS, 510, 263, 363, 1), f"{RTDL}/mlp/tuned (510, 263, 363)"),
    table(
        "resnet-tabular",
        lambda: nn.Sequential(
            nn.Linear(NUMBERS, 168),
            *(Residual(168, 501) for _ in range(3)),
            *(nn.BatchNorm1d(168), nn.ReLU(), nn.Linear(168, 1)),
        ),
        f"{RTDL}/resnet/tuned (3 blocks of 168, 501 inside)",
    ),
    table(
        "ft-transformer",
        lambda: Tokens(NUMBERS, 192, 3, 8, 255),
        f"{RTDL}/ft_transformer/default (3 blocks of 192)",
    ),
    table("tabm", tabm, "tabm 0.0.3, sizes of yandex-research/tabm:paper/exp/tabm/california (3 blocks of 400, k 32)"),
    clicks(
        "deepfm",
        lambda: normed(FLAT, 400, 400, 400, 1),
        "ranking/ctr/DeepFM/DeepFM_criteo_x1 (vectors of 10, 3 layers of 400)",
        linear=True,
    ),
    clicks(
        "dcn-v2",
        lambda: Cross(FLAT, 3, (500, 500, 500)),
        "ranking/ctr/DCNv2/DCNv2_criteo_x1 (vectors of 10, 3 cross layers)",
        linear=False,
    ),
    Entry(
        "tabddpm",
        Denoiser,
        lambda n: (torch.empty(n, 9), torch.empty(n, 128)),
        "9 values (California Housing), one step",
        "the layers of yandex-research/tab-ddpm:tab_ddpm/modules.py, sizes of exp/california/ddpm_cb_best/config.toml",
        samples=512,
    ),
    history(
        "sasrec", lambda: Histories(50, 2, 1, 50, 200), 200, "pmixer/SASRec.pytorch:python/model.py (2 blocks of 50)"
    ),
    history(
        "bert4rec",
        lambda: Histories(256, 2, 4, 1024, 100),
        100,
        "jaywonchung/BERT4Rec-VAE-Pytorch:models/bert_modules (2 blocks of 256)",
    ),
    Entry(
        "gru4rec",
        lambda: Embedded(ITEMS, 100, Recurrent("gru", 100, 100, ITEMS)),
        lambda n: (tokens(n, 20),),
        f"20 clicks, {ITEMS:,} items",
        "the layers of one GRU layer of 100, vectors of 100, a score for each item",
        samples=64,
    ),
]
