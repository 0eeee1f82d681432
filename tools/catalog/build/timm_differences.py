"""Explains where the catalog's MACs of timm's models differ by more than 2 % from those timm's tables print.

usage: python tools/catalog/build/timm_differences.py SHARED_DATA   (torch 2.13 CPU, timm 1.0.31; no download)
Writes timm_differences.csv: id, side, counted and printed (10^9), and the reason: the first one below under which the
other convention, computed anew, gives the printed figure within its rounding. A reason is a computation, not a guess:

norms_once, norms_twice   one, or two operations an element of the norms' outputs count as well
standardised_weights      five an element of the weights that are standardised at each pass, and the norms
doubled_attention         differential attention multiplies its values once, not twice
depthwise_same            depthwise convolutions with "same" padding do not count
recurrent                 recurrent layers do not count
parts_unfused             branches are fused there too, and norms count
norms_five_times          five operations an element of the norms' outputs count as well
unexplained               none of these (ecaresnext50t_32x4d: the name has since become another network)
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build import count_timm
from deep_learning_expert.tools.catalog.build.timm_tables import DATA, rows

ALLOWED = 0.02
OUT = Path(__file__).with_name("timm_differences.csv")


class NormCounter(count_timm.MacCounter):
    """Elements of norms, and MACs of kinds of layers, beside all MACs."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = self.macs
        out = super().__torch_dispatch__(func, types, args, kwargs)
        name = func.name().removeprefix("aten::").partition(".")[0]
        first = out[0] if isinstance(out, (tuple, list)) else out
        if "norm" in name and isinstance(first, torch.Tensor):
            # Weights are standardised by a batch norm over one "image" of their own.
            weights = "batch_norm" in name and first.shape[0] == 1 and first.dim() == 3
            self.parts["weights" if weights else "norms"] += first.numel()
        elif name == "convolution" and args[8] > 1 and args[8] == args[0].shape[1]:
            self.parts["depthwise"] += self.macs - before
        return out


def printed(shared: Path) -> dict[str, dict[int, set[float]]]:
    """Model -> side -> figures of all benchmark tables, 10^9."""
    found: dict[str, dict[int, set[float]]] = {}
    for path in sorted((shared / "timm").glob("benchmark-infer-*.csv")):
        for row in rows(path):
            if row.get("infer_gmacs"):
                side = int(float(row["infer_img_size"]))
                sides = found.setdefault(row["model"].partition(".")[0], {})
                sides.setdefault(side, set()).add(float(row["infer_gmacs"]))
    return found


def measured(name: str) -> tuple[NormCounter, float]:
    """The network as built, one sample, and MACs of attention (10^9)."""
    attention = Counter[str]()

    def attend(query: Any, key: Any, value: Any, *rest: Any, **more: Any) -> Any:
        counter = count_timm.MacCounter.current
        before = counter.macs
        out = count_timm.counted_attention(query, key, value, *rest, **more)
        attention["all"] += counter.macs - before
        return out

    torch.nn.functional.scaled_dot_product_attention = attend
    with torch.device("meta"):
        network = count_timm.library().create_model(name).eval()
        images = torch.empty(1, *count_timm.native_size(network))
    with torch.no_grad(), NormCounter() as counter:
        network(images)
    return counter, attention["all"] / 1e9


def recurrent_macs(name: str) -> float:
    """MACs of the recurrent layers, 10^9: two products of four gates a step and direction."""
    total = 0.0
    with torch.device("meta"):
        network = count_timm.library().create_model(name).eval()
        images = torch.empty(1, *count_timm.native_size(network))

    def add(layer: torch.nn.LSTM, inputs: Any, _: Any) -> None:
        nonlocal total
        steps = inputs[0].shape[0] * inputs[0].shape[1]
        weights = sum(p.numel() for n, p in layer.named_parameters() if n.startswith("weight"))
        total += steps * weights / 1e9

    for layer in network.modules():
        if isinstance(layer, torch.nn.LSTM):
            layer.register_forward_hook(add)
    with torch.no_grad():
        network(images)
    return total


def reason(name: str, counted: float, figure: float) -> str:
    """The first convention that gives the printed figure, to its last digit or half a per cent."""
    counter, attention = measured(name)
    whole = counter.macs / 1e9
    norms, weights = counter.parts["norms"] / 1e9, counter.parts["weights"] / 1e9
    depthwise = counter.parts["depthwise"] / 1e9
    conventions = {
        "norms_once": whole + norms,
        "norms_twice": whole + 2 * norms,
        "standardised_weights": whole + 5 * weights + 2 * norms,
        "doubled_attention": whole - attention / 3 + 5 * norms,
        "depthwise_same": whole - depthwise + 2 * norms,
        "parts_unfused": counted + 2 * norms,
        "norms_five_times": whole + 5 * norms,
    }
    if not weights:
        del conventions["standardised_weights"]
    if not attention:
        del conventions["doubled_attention"]
    for label, value in conventions.items():
        if abs(value - figure) <= max(0.0051, 0.005 * figure):
            return label
    recurrent = recurrent_macs(name)
    if recurrent and abs(whole - recurrent + 5 * norms - figure) <= 0.01 * figure:
        return "recurrent"
    return "unexplained"


def main(shared: Path) -> int:
    """Writes the file and prints how many differ for which reason."""
    tables = printed(shared)
    body = []
    for row in rows(DATA / "timm_architecture.csv"):
        side, counted = int(row["macs_at"].partition("x")[0]), int(row["macs"] or 0) / 1e9
        figures = tables.get(row["id"], {}).get(side, set())
        if not figures:
            continue
        figure = min(figures, key=lambda one: abs(one - counted))
        if abs(counted - figure) <= ALLOWED * figure:
            continue
        body.append([row["id"], side, f"{counted:.4f}", f"{figure:g}", reason(row["id"], counted, figure)])
        print(*body[-1], flush=True)
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", "side", "counted", "printed", "reason"])
        writer.writerows(body)
    print(Counter(line[-1] for line in body))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
