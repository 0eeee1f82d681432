"""Times a model on the machine this runs on and prints one measurement row as JSON.

Self-contained: copy this one file to the machine in question; it needs only Python, torch and the model's library.

    python time_model.py resnet50                                 timm, CPU or the first GPU, batch 1, FP32
    python time_model.py mobilenetv3_large_100 --device cpu --batch 1 --threads 4
    python time_model.py vit_base_patch16_224 --device cuda --batch 64 --precision amp-fp16
    python time_model.py resnet50 --library torchvision --train --batch 32

The row's columns are those of the catalog's measurement table; value is the median time of one batch in ms.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any  # torch and its models are untyped here: the file must run without this project

PRECISIONS = ("fp32", "fp16", "bf16", "amp-fp16", "amp-bf16")
MOST_RUNS = 10_000


class ProbeError(Exception):
    """Something the person can mend; its text is the sentence shown."""


def main(arguments: list[str] | None = None) -> int:
    """Parses, measures, prints; 0 when a row was printed, 2 when the request cannot be met."""
    options = _parser().parse_args(arguments)
    try:
        print(json.dumps(measure(options)))
    except ProbeError as problem:
        print(f"time_model: {problem}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="time_model.py", description="Times a model here; prints one JSON row.")
    parser.add_argument("model", help="name in the library, such as resnet50")
    parser.add_argument("--library", choices=("timm", "torchvision"), default="timm")
    parser.add_argument("--device", default="", help="cpu, cuda, cuda:1, mps (default: a GPU if there is one)")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, default=0, help="side of the image in pixels (default: the model's own)")
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32")
    parser.add_argument("--layout", choices=("nchw", "nhwc"), default="nchw")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: torch's choice)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to measure after warming up")
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--train", action="store_true", help="time forward + backward + SGD step")
    return parser


def measure(options: argparse.Namespace) -> dict[str, object]:
    """The measurement row; errors: ProbeError."""
    if options.batch < 1 or options.size < 0 or options.seconds <= 0 or options.threads < 0:
        raise ProbeError("batch and seconds must be positive, size and threads must not be negative.")
    torch = _module("torch")
    device = _device(torch, options.device)
    if options.threads:
        torch.set_num_threads(options.threads)
    model, size = _model(options)
    step = _step(torch, model, size, device, options)
    times_ms = _timed(step, _synchroniser(torch, device), options.seconds)
    return _row(torch, options, device, size, times_ms)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (ImportError, OSError, RuntimeError) as problem:  # a library built for another torch fails with RuntimeError
        raise ProbeError(f"cannot import {name} ({problem}); install one that fits: pip install {name}") from problem


def _device(torch: Any, wanted: str) -> Any:
    if not wanted:
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as problem:
        raise ProbeError(f"device {wanted!r} cannot be used here: {str(problem).splitlines()[0]}") from problem
    return device


def _model(options: argparse.Namespace) -> tuple[Any, int]:
    """The model with random weights (time does not depend on them) and the side of its input."""
    library = _module(options.library)
    try:
        if options.library == "timm":
            model = library.create_model(options.model, pretrained=False)
            size = int(model.default_cfg.get("input_size", (3, 224, 224))[-1])
        else:
            model, size = library.models.get_model(options.model, weights=None), 224
    except (RuntimeError, ValueError, KeyError) as problem:
        raise ProbeError(f"{options.library} has no model {options.model!r} ({problem})") from problem
    return model, options.size or size


def _step(torch: Any, model: Any, size: int, device: Any, options: argparse.Namespace) -> Callable[[], object]:
    dtype = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(options.precision, torch.float32)
    layout = torch.channels_last if options.layout == "nhwc" else torch.contiguous_format
    model = model.to(device=device, dtype=dtype, memory_format=layout).train(options.train)
    batch = torch.randn(options.batch, 3, size, size, device=device, dtype=dtype).to(memory_format=layout)
    run = torch.compile(model) if options.compile else model
    autocast: Callable[[], Any] = contextlib.nullcontext
    if options.precision.startswith("amp-"):
        half = torch.float16 if options.precision == "amp-fp16" else torch.bfloat16
        autocast = lambda: torch.autocast(device.type, dtype=half)  # noqa: E731  # one expression, chosen at run time
    if not options.train:
        return lambda: _forward(torch, run, batch, autocast)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    return lambda: _train(run, batch, autocast, optimizer)


def _forward(torch: Any, model: Any, batch: Any, autocast: Callable[[], Any]) -> object:
    with torch.inference_mode(), autocast():
        return model(batch)


def _train(model: Any, batch: Any, autocast: Callable[[], Any], optimizer: Any) -> object:
    optimizer.zero_grad(set_to_none=True)
    with autocast():
        loss = model(batch).float().mean()
    loss.backward()
    return optimizer.step()


def _synchroniser(torch: Any, device: Any) -> Callable[[], object]:
    """Waits until the device has finished: GPU calls return before the work is done."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return torch.mps.synchronize if device.type == "mps" else lambda: None


def _timed(step: Callable[[], object], synchronise: Callable[[], object], seconds: float) -> list[float]:
    """Times in ms after warming up for a fifth of the time, at least three runs each."""
    try:
        _repeat(step, synchronise, seconds / 5)
        return _repeat(step, synchronise, seconds)
    except (RuntimeError, AssertionError, ValueError) as problem:
        raise ProbeError(f"the model did not run: {str(problem).splitlines()[0]}") from problem


def _repeat(step: Callable[[], object], synchronise: Callable[[], object], seconds: float) -> list[float]:
    times_ms: list[float] = []
    end = time.perf_counter() + seconds
    while len(times_ms) < 3 or (time.perf_counter() < end and len(times_ms) < MOST_RUNS):
        synchronise()
        started = time.perf_counter()
        step()
        synchronise()
        times_ms.append((time.perf_counter() - started) * 1e3)
    return times_ms


def _row(torch: Any, options: argparse.Namespace, device: Any, size: int, times_ms: list[float]) -> dict[str, object]:
    version = ".".join(torch.__version__.split("+")[0].split(".")[:2])
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else _cpu_name()
    ordered = sorted(times_ms)
    return {
        "architecture_id": options.model,
        "device_name": name,
        "precision": options.precision,
        "runtime": f"pytorch-{version}{'-compile' if options.compile else ''}",
        "layout": options.layout,
        "batch": options.batch,
        "resolution": f"{size}x{size}",
        "value": round(statistics.median(ordered), 4),
        "unit": "ms",
        "mode": "training" if options.train else "inference",
        "source": f"time_model.py on {name}, {datetime.date.today().isoformat()}",
        "runs": len(ordered),
        "low": round(ordered[len(ordered) // 10], 4),
        "high": round(ordered[len(ordered) - 1 - len(ordered) // 10], 4),
        "threads": torch.get_num_threads() if device.type == "cpu" else None,
    }


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            for line in stream:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
