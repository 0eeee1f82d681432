"""Speech networks written out to be counted."""

from __future__ import annotations

import torch


class ConformerBlock(torch.nn.Module):
    """Half a feed-forward, attention with relative positions, convolution, half a feed-forward."""

    def __init__(self, width: int, heads: int, kernel: int = 32) -> None:
        super().__init__()
        self.heads = heads
        self.feeds = torch.nn.ModuleList(self._feed(width) for _ in range(2))
        self.norm = torch.nn.LayerNorm(width)
        self.qkv, self.out = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.position = torch.nn.Linear(width, width, bias=False)
        self.biases = torch.nn.Parameter(torch.empty(2, width))
        self.before = torch.nn.LayerNorm(width)
        self.wide = torch.nn.Conv1d(width, 2 * width, 1)
        self.depth = torch.nn.Conv1d(width, width, kernel, padding="same", groups=width)
        self.after = torch.nn.BatchNorm1d(width)
        self.narrow = torch.nn.Conv1d(width, width, 1)
        self.last = torch.nn.LayerNorm(width)

    @staticmethod
    def _feed(width: int) -> torch.nn.Sequential:
        up, down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)
        return torch.nn.Sequential(torch.nn.LayerNorm(width), up, torch.nn.SiLU(), down)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(clips, frames, width) -> the same."""
        clips, frames, width = x.shape
        x = x + self.feeds[0](x) / 2
        q, k, v = self.qkv(self.norm(x)).view(clips, frames, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        distances = self.position(x.new_empty(2 * frames - 1, width)).view(1, -1, self.heads, width // self.heads)
        by_place = torch.matmul(q, distances.permute(0, 2, 3, 1))[..., :frames]
        mixed = torch.matmul((torch.matmul(q, k.transpose(2, 3)) + by_place).softmax(-1), v)
        x = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
        seen = torch.nn.functional.glu(self.wide(self.before(x).transpose(1, 2)), 1)
        x = x + self.narrow(torch.nn.functional.silu(self.after(self.depth(seen)))).transpose(1, 2)
        return self.last(x + self.feeds[1](x) / 2)


class Transducer(torch.nn.Module):
    """Conformer encoder of a transducer; the predictor and the joint network are held, and run on one symbol."""

    def __init__(self, width: int, heads: int, predictor: int, pieces: int = 1024, layers: int = 16) -> None:
        super().__init__()
        first, second = torch.nn.Conv2d(1, width, 3, 2), torch.nn.Conv2d(width, width, 3, 2)
        self.shorter = torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.ReLU())
        self.entry = torch.nn.Linear(width * 19, width)
        self.blocks = torch.nn.ModuleList(ConformerBlock(width, heads) for _ in range(layers))
        self.symbols = torch.nn.Embedding(pieces, predictor)
        self.predictor = torch.nn.LSTM(predictor, predictor, batch_first=True)
        self.joint = torch.nn.ModuleList((torch.nn.Linear(width, predictor), torch.nn.Linear(predictor, predictor)))
        self.head = torch.nn.Linear(predictor, pieces)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(clips, frames, 80) -> (clips, frames / 4, width)."""
        x = self.shorter(frames.unsqueeze(1))
        x = self.entry(x.transpose(1, 2).flatten(2))
        for block in self.blocks:
            x = block(x)
        return x
