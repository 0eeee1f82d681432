"""Graph networks: the layers' own products; summing over neighbours multiplies nothing and does not count.

Node tasks are counted per node (the sample is a node), tasks on molecules per graph at the stated number of atoms.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import from_repository, tokens
from deep_learning_expert.tools.catalog.build.curated.networks import Decoder, Embedded, Recurrent, mlp

OGB = "the layers of snap-stanford/ogb:examples"
ATOMS = 26
# Rows of ogb's atom and bond feature tables: ogb.utils.features.get_atom_feature_dims, get_bond_feature_dims.
ATOM_ROWS, BOND_ROWS = (119, 5, 12, 12, 10, 6, 6, 2, 2), (5, 6, 2)


class Convolution(nn.Module):
    """A graph convolution without its sum over neighbours. own: a second product, of the node's own features."""

    def __init__(self, into: int, out: int, *, own: bool = False) -> None:
        super().__init__()
        self.neighbours = nn.Linear(into, out)
        self.own = nn.Linear(into, out, bias=False) if own else None

    def forward(self, nodes: torch.Tensor) -> torch.Tensor:
        """(nodes, into) -> (nodes, out)."""
        sent = self.neighbours(nodes)
        return sent if self.own is None else sent + self.own(nodes)


def stack(sizes: tuple[int, ...], *, own: bool = False, norms: bool = False) -> nn.Sequential:
    """Convolutions with an activation, and a batch norm where asked, between them."""
    layers: list[nn.Module] = []
    for i, (into, out) in enumerate(pairwise(sizes)):
        layers.append(Convolution(into, out, own=own))
        if i < len(sizes) - 2:
            layers += [nn.BatchNorm1d(out)] * norms + [nn.ReLU()]
    return nn.Sequential(*layers)


class Attention(nn.Module):
    """Graph attention's product and the scores' two vectors a head."""

    def __init__(self, into: int, out: int, heads: int) -> None:
        super().__init__()
        self.product = nn.Linear(into, heads * out, bias=False)
        self.sender, self.receiver = nn.Parameter(torch.empty(heads, out)), nn.Parameter(torch.empty(heads, out))
        self.bias = nn.Parameter(torch.empty(heads * out))

    def forward(self, nodes: torch.Tensor) -> torch.Tensor:
        """(nodes, into) -> (nodes, heads x out)."""
        sent = self.product(nodes)
        heads = sent.view(len(nodes), *self.sender.shape)
        scores = (heads * self.sender).sum(-1) + (heads * self.receiver).sum(-1)
        return (heads * scores.unsqueeze(-1)).flatten(1) + self.bias


class Molecules(nn.Module):
    """OGB's networks on molecules, a graph a sample: tables of atom and bond features, layers, mean, one output."""

    def __init__(self, kind: str, layers: int = 5, width: int = 300) -> None:
        super().__init__()
        self.atoms = nn.ModuleList(nn.Embedding(rows, width) for rows in ATOM_ROWS)
        self.bonds = nn.ModuleList(
            nn.ModuleList(nn.Embedding(rows, width) for rows in BOND_ROWS) for _ in range(layers)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(layers))
        wide = 2 * width

        def perceptron(*last: nn.Module) -> nn.Sequential:
            return nn.Sequential(nn.Linear(width, wide), nn.BatchNorm1d(wide), nn.ReLU(), nn.Linear(wide, width), *last)

        gin = kind == "gin"
        self.layers = nn.ModuleList(perceptron() if gin else nn.Linear(width, width) for _ in range(layers))
        # GIN learns one weight of the node itself a layer, OGB's GCN a vector.
        self.own = nn.ParameterList(nn.Parameter(torch.empty(1 if gin else width)) for _ in range(layers))
        self.virtual = nn.Embedding(1, width) if gin else None
        between = range(layers - 1 if gin else 0)
        self.virtual_layers = nn.ModuleList(perceptron(nn.BatchNorm1d(width), nn.ReLU()) for _ in between)
        self.head = nn.Linear(width, 1)

    def forward(self, atoms: torch.Tensor) -> torch.Tensor:
        """(graphs, atoms, features) -> (graphs, 1)."""
        graphs, count, _ = atoms.shape
        x = torch.stack([table(atoms[..., i]) for i, table in enumerate(self.atoms)]).sum(0).flatten(0, 1)
        shared = None if self.virtual is None else self.virtual.weight.expand(graphs, -1)
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            x = x if shared is None else x + shared.repeat_interleave(count, 0)
            x = torch.relu(norm(layer(x)))
            if shared is not None and i < len(self.virtual_layers):
                shared = self.virtual_layers[i](shared + x.view(graphs, count, -1).sum(1))
        return self.head(x.view(graphs, count, -1).mean(1))


def nodes(row: str, build: Callable[[], Any], width: int, at: str, how: str) -> Entry:
    """A sample is a node."""
    return Entry(row, build, lambda n: (torch.empty(n, width),), f"1 node, {at}", how, samples=2708)


def molecules(row: str, kind: str, note: str) -> Entry:
    """A sample is a molecule of ogbg-molhiv's mean size, which is 25.5 atoms."""
    how = f"{OGB}/graphproppred/mol ({note})"

    def inputs(n: int) -> tuple[torch.Tensor]:
        return (torch.zeros(n, ATOMS, len(ATOM_ROWS), dtype=torch.long),)

    return Entry(row, lambda: Molecules(kind), inputs, f"a molecule of {ATOMS} atoms", how, samples=64)


class Links(nn.Module):
    """Both ends of a link through the convolutions, their product through a predictor."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.convolutions = stack((128, 256, 256, 256), own=own)
        self.predictor = mlp(256, 256, 256, 1)

    def forward(self, sender: torch.Tensor, receiver: torch.Tensor) -> torch.Tensor:
        """(links, 128) twice -> (links, 1)."""
        return self.predictor(self.convolutions(sender) * self.convolutions(receiver))


def links(row: str, *, own: bool) -> Entry:
    """A sample is a link with its two ends."""
    how = f"{OGB}/linkproppred/collab/gnn.py (3 layers of 256 and the predictor)"

    def inputs(n: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.empty(n, 128), torch.empty(n, 128)

    return Entry(row, lambda: Links(own=own), inputs, "1 link, 2 nodes of 128 features", how, samples=2048)


def pairs_of_atoms(n: int) -> tuple[torch.Tensor, ...]:
    """Features, places, and the two ends of every pair of one molecule."""
    nodes_of_pair = torch.zeros(n * QM9_ATOMS * QM9_ATOMS, dtype=torch.long)
    return torch.empty(n * QM9_ATOMS, 7), torch.empty(n * QM9_ATOMS, 3), (nodes_of_pair, nodes_of_pair)


QM9_ATOMS = 18
ENTRIES = [
    nodes(
        "gcn",
        lambda: stack((128, 256, 256, 40), norms=True),
        128,
        "128 features (ogbn-arxiv)",
        f"{OGB}/nodeproppred/arxiv/gnn.py (3 layers of 256)",
    ),
    nodes(
        "graphsage",
        lambda: stack((100, 256, 256, 47), own=True),
        100,
        "100 features (ogbn-products)",
        f"{OGB}/nodeproppred/products/gnn.py (3 layers of 256)",
    ),
    nodes(
        "gat",
        lambda: nn.Sequential(Attention(1433, 8, 8), nn.ELU(), Attention(64, 7, 1)),
        1433,
        "1433 features (Cora)",
        "the layers of graph attention on Cora (8 heads of 8, 7 classes)",
    ),
    molecules("gcn-mol", "gcn", "5 layers of 300"),
    molecules("gin-virtual", "gin", "5 layers of 300 and a virtual node"),
    links("sage-link", own=True),
    links("gcn-link", own=False),
    Entry(
        "edm-molecule",
        lambda: from_repository("ehoogeboom/e3_diffusion_for_molecules", "egnn.egnn_new", without=("egnn",)).EGNN(
            7, 1, 256, "meta", n_layers=9, attention=True, tanh=True, inv_sublayers=1
        ),
        pairs_of_atoms,
        f"a molecule of {QM9_ATOMS} atoms, one step",
        "ehoogeboom/e3_diffusion_for_molecules:egnn/egnn_new.py on the meta device (9 layers of 256, all pairs)",
        samples=1,
    ),
    Entry(
        "char-rnn-smiles",
        lambda: Embedded(30, 30, Recurrent("lstm", 30, 768, 30, 3, every=True)),
        lambda n: (tokens(n, 60),),
        "60 symbols",
        "the layers of molecularsets/moses:moses/char_rnn (3 LSTM layers of 768), 30 symbols",
        samples=64,
    ),
    Entry(
        "molgpt",
        lambda: Decoder(8, 256, 8, 30, positions=60),
        lambda n: (tokens(n, 60),),
        "60 symbols",
        "the layers of devalab/molgpt:train/train.py's defaults (8 layers of 256) without biases, 30 symbols",
        samples=64,
    ),
]
