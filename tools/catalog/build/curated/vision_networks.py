"""Image and point networks written out to be counted."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch


class Side(torch.nn.Module):
    """Teacher, student and autoencoder, each on the image."""

    def __init__(self, *parts: torch.nn.Module) -> None:
        super().__init__()
        self.parts = torch.nn.ModuleList(parts)

    def forward(self, seen: torch.Tensor) -> list[Any]:
        """Every part's features."""
        return [part(seen) for part in self.parts]


def convolution(into: int, out: int, pool: bool = False) -> list[torch.nn.Module]:
    """Convolution, norm, activation, and a pool where asked."""
    layers = [torch.nn.Conv2d(into, out, 3, padding=1, bias=False), torch.nn.BatchNorm2d(out), torch.nn.ReLU()]
    return [*layers, torch.nn.MaxPool2d(2)] if pool else layers


class Residual(torch.nn.Module):
    """Layers and what went into them."""

    def __init__(self, *layers: torch.nn.Module) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(*layers)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """(images, width, height, width) -> the same."""
        return seen + self.layers(seen)


def resnet9() -> Any:
    """Eight convolutions and one linear layer."""
    pairs = [Residual(*convolution(width, width), *convolution(width, width)) for width in (128, 512)]
    layers = [*convolution(3, 64), *convolution(64, 128, pool=True), pairs[0], *convolution(128, 256, pool=True)]
    layers += [*convolution(256, 512, pool=True), pairs[1], torch.nn.MaxPool2d(4), torch.nn.Flatten()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(512, 10, bias=False))


class Unet(torch.nn.Module):
    """Unpadded convolutions; what is joined from the left is cropped to what comes from below."""

    def __init__(self, channels: int = 1, classes: int = 2) -> None:
        super().__init__()
        widths = (64, 128, 256, 512, 1024)
        self.down = torch.nn.ModuleList(self._pair(a, b) for a, b in pairwise((channels, *widths)))
        rising = tuple(reversed(widths))
        self.rise = torch.nn.ModuleList(torch.nn.ConvTranspose2d(a, b, 2, 2) for a, b in pairwise(rising))
        self.up = torch.nn.ModuleList(self._pair(a, b) for a, b in pairwise(rising))
        self.head = torch.nn.Conv2d(64, classes, 1)

    @staticmethod
    def _pair(into: int, out: int) -> torch.nn.Sequential:
        first, second = torch.nn.Conv2d(into, out, 3), torch.nn.Conv2d(out, out, 3)
        return torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(images, channels, 572, 572) -> (images, classes, 388, 388)."""
        kept = []
        for i, down in enumerate(self.down):
            x = down(torch.nn.functional.max_pool2d(x, 2) if i else x)
            kept.append(x)
        for rise, up, left in zip(self.rise, self.up, reversed(kept[:-1]), strict=True):
            x = rise(x)
            edge = (left.shape[-1] - x.shape[-1]) // 2
            x = up(torch.cat([left[..., edge : edge + x.shape[-2], edge : edge + x.shape[-1]], x], 1))
        return self.head(x)


class Edges(torch.nn.Module):
    """DGCNN: convolutions over each point and its nearest in feature space, four times."""

    def __init__(self, neighbours: int = 20) -> None:
        super().__init__()
        self.neighbours = neighbours
        widths = ((6, 64), (128, 64), (128, 128), (256, 256))
        self.edges = torch.nn.ModuleList(self._layer(torch.nn.Conv2d, a, b) for a, b in widths)
        self.joined = self._layer(torch.nn.Conv1d, 512, 1024)
        first = [torch.nn.Linear(2048, 512, bias=False), torch.nn.BatchNorm1d(512), torch.nn.ReLU()]
        second = [torch.nn.Linear(512, 256), torch.nn.BatchNorm1d(256), torch.nn.ReLU(), torch.nn.Linear(256, 40)]
        self.head = torch.nn.Sequential(*first, *second)

    @staticmethod
    def _layer(kind: Any, into: int, out: int) -> torch.nn.Sequential:
        norm = torch.nn.BatchNorm2d if kind is torch.nn.Conv2d else torch.nn.BatchNorm1d
        return torch.nn.Sequential(kind(into, out, 1, bias=False), norm(out), torch.nn.LeakyReLU(0.2))

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """(clouds, 3, points) -> (clouds, 40)."""
        x, kept = points, []
        for edge in self.edges:
            near = torch.bmm(x.transpose(1, 2), x).topk(self.neighbours, -1).indices
            index = near.flatten(1).unsqueeze(1).expand(-1, x.shape[1], -1)
            found = x.gather(2, index).view(*x.shape, self.neighbours)
            own = x.unsqueeze(-1).expand_as(found)
            x = edge(torch.cat([found - own, own], 1)).amax(-1)
            kept.append(x)
        x = self.joined(torch.cat(kept, 1))
        return self.head(torch.cat([x.amax(-1), x.mean(-1)], 1))
