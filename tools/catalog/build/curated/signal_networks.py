"""Networks for signals written out to be counted."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.networks import mlp


class Reversed(nn.Module):
    """Takes channels first to a network that wants steps first."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, signal: torch.Tensor) -> Any:
        """(samples, channels, steps)."""
        return self.network(signal.transpose(1, 2))


class LstmAutoencoder(nn.Module):
    """The last state is repeated and read back."""

    def __init__(self, channels: int = 25, hidden: int = 64) -> None:
        super().__init__()
        self.encoder = nn.LSTM(channels, hidden, batch_first=True)
        self.decoder = nn.LSTM(hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, channels)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, steps, channels)."""
        steps = signal.shape[-1]
        code = self.encoder(signal.transpose(1, 2))[0][:, -1:]
        return self.head(self.decoder(code.expand(-1, steps, -1))[0])


class InceptionBlock(nn.Module):
    """A bottleneck, three widths and a pooled branch."""

    def __init__(self, into: int, filters: int = 32, widths: tuple[int, ...] = (40, 20, 10)) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(into, filters, 1, bias=False) if into > 1 else nn.Identity()
        narrowed = filters if into > 1 else into
        self.wide = nn.ModuleList(nn.Conv1d(narrowed, filters, width, padding="same", bias=False) for width in widths)
        self.pooled = nn.Sequential(nn.MaxPool1d(3, 1, 1), nn.Conv1d(into, filters, 1, bias=False))
        self.norm = nn.BatchNorm1d(filters * (len(widths) + 1))

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, into, steps) -> (samples, 4 filters, steps)."""
        narrow = self.narrow(signal)
        return torch.relu(self.norm(torch.cat([*(wide(narrow) for wide in self.wide), self.pooled(signal)], 1)))


class InceptionTime(nn.Module):
    """Six blocks, a shortcut over every third."""

    def __init__(self, channels: int, classes: int, depth: int = 6) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(InceptionBlock(channels if i == 0 else 128) for i in range(depth))
        self.shortcuts = nn.ModuleList(
            nn.Sequential(nn.Conv1d(channels if i == 0 else 128, 128, 1, bias=False), nn.BatchNorm1d(128))
            for i in range(depth // 3)
        )
        self.head = nn.Linear(128, classes)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, classes)."""
        x = start = signal
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i % 3 == 2:
                x = start = torch.relu(x + self.shortcuts[i // 3](start))
        return self.head(x.mean(-1))


def small_convolutions() -> nn.Module:
    """Convolutions halved in length after each."""
    layers: list[nn.Module] = []
    for into, out in ((9, 64), (64, 128), (128, 128)):
        layers += [nn.Conv1d(into, out, 5, padding=2), nn.BatchNorm1d(out), nn.ReLU(), nn.MaxPool1d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, 6))


class Dilated(nn.Module):
    """A dilated convolution and a product at each step, on top of what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.point = nn.Conv1d(width, width, 1)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, width, steps) -> the same."""
        return signal + self.point(torch.relu(self.wide(signal)))


def ms_tcn(features: int = 2048, classes: int = 19) -> nn.Module:
    """Four stages of ten layers of 64; each later stage reads the probabilities of the one before."""
    stages: list[nn.Module] = []
    for stage in range(4):
        stages += [nn.Softmax(1)] * bool(stage) + [nn.Conv1d(classes if stage else features, 64, 1)]
        stages += [*(Dilated(64, 2**i) for i in range(10)), nn.Conv1d(64, classes, 1)]
    return nn.Sequential(*stages)


class LastStep(nn.Module):
    """(samples, channels, steps) -> (samples, channels)."""

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """The last step's values."""
        return signal[..., -1]


class Usad(nn.Module):
    """One encoder, two decoders; the second reads the first's answer again."""

    def __init__(self, width: int = 612, code: int = 1200) -> None:
        super().__init__()
        self.encoder = nn.Sequential(mlp(width, width // 2, width // 4, code), nn.ReLU())
        self.decoders = nn.ModuleList(mlp(code, width // 4, width // 2, width) for _ in range(2))

    def forward(self, window: torch.Tensor) -> list[torch.Tensor]:
        """(samples, 1, values)."""
        code = self.encoder(window)
        first = self.decoders[0](code)
        return [first, self.decoders[1](code), self.decoders[1](self.encoder(first))]


class Bottleneck(nn.Module):
    """One, three and one convolutions; the shortcut is pooled before it is widened."""

    def __init__(self, into: int, inner: int, stride: int, kernel: int = 5) -> None:
        super().__init__()
        out = 4 * inner
        sizes = ((into, inner, 1, 1), (inner, inner, kernel, stride), (inner, out, 1, 1))
        self.layers = nn.Sequential(*(part for one in sizes for part in self._layer(*one)))
        pool = [nn.AvgPool1d(2, 2, ceil_mode=True)] * (stride > 1)
        self.shortcut = nn.Sequential(*pool, *(self._layer(into, out, 1, 1)[:2] if into != out else []))

    @staticmethod
    def _layer(into: int, out: int, kernel: int, stride: int) -> list[nn.Module]:
        wide = nn.Conv1d(into, out, kernel, stride, kernel // 2, bias=False)
        return [wide, nn.BatchNorm1d(out), nn.ReLU()]

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, into, steps) -> (samples, 4 inner, steps / stride)."""
        return torch.relu(self.layers(signal) + self.shortcut(signal))


class WideResNet(nn.Module):
    """xresnet1d101: a stem of three convolutions, 3, 4, 23 and 3 bottlenecks, mean and largest value pooled."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        stem: list[nn.Module] = []
        for into, out, stride in ((channels, 32, 2), (32, 32, 1), (32, 64, 1)):
            stem += [nn.Conv1d(into, out, 5, stride, 2, bias=False), nn.BatchNorm1d(out), nn.ReLU()]
        blocks: list[nn.Module] = []
        width = 64
        for depth in (3, 4, 23, 3):
            for i in range(depth):
                blocks.append(Bottleneck(width, 64, 2 if blocks and i == 0 else 1))
                width = 4 * 64
        self.body = nn.Sequential(*stem, nn.MaxPool1d(3, 2, 1), *blocks)
        self.head = nn.Sequential(nn.BatchNorm1d(2 * width), nn.Linear(2 * width, classes))

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, classes)."""
        x = self.body(signal)
        return self.head(torch.cat([x.mean(-1), x.amax(-1)], 1))
