"""Under which conditions a time is asked for or was measured, in the few classes that matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.catalog.devices import Device
from deep_learning_expert.tools.catalog.rows import Measurement
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError, UnknownNameError
from deep_learning_expert.tools.estimate.constants import Span, exactly, section_of, span
from deep_learning_expert.tools.estimate.machines import group_of

Runtime = Literal["eager", "compiled"]
_ENGINES = ("tensorrt", "onnxruntime", "openvino", "coreml", "ncnn", "tflite", "mnn", "rknn", "executorch")
_LARGEST_BATCH = 1_000_000


@dataclass(frozen=True)
class Asked:
    """What a latency is wanted for. precision: "fp32", "fp16", "bf16" or "int8"."""

    machine: Device
    group: str
    batch: int
    precision: str
    runtime: Runtime


def asked(machine: Device, batch: int, precision: str | None, runtime: Runtime | None) -> Asked:
    """Defaults filled in: half precision in eager mode on a GPU, fp32 compiled on a CPU, as in the tables.

    Errors: OutOfRangeError for the batch, UnknownNameError for the precision, CannotSayError where the kind of
    machine, or the precision on it, was never calibrated.
    """
    if not 1 <= batch <= _LARGEST_BATCH:
        raise OutOfRangeError("estimate.impossible_batch", value=batch)
    group = group_of(machine)
    if not group:
        # Measurements on that very machine still count; everything else needs kin.
        return Asked(machine, "", batch, plain(precision or "fp16"), runtime or "compiled")
    wanted = plain(precision or ("fp16" if group == "gpu" else "fp32"))
    if wanted not in section_of(f"precision_time.{group}"):
        raise CannotSayError("estimate.precision_not_calibrated", precision=wanted, device=machine.name)
    return Asked(machine, group, batch, wanted, runtime or ("eager" if group == "gpu" else "compiled"))


def plain(precision: str) -> str:
    """ "amp-fp16" -> "fp16"; errors: UnknownNameError."""
    name = precision.lower().removeprefix("amp-")
    known = {"amp": "fp16", "half": "fp16", "float16": "fp16", "bfloat16": "bf16", "float32": "fp32"}
    name = known.get(name, name)
    if name not in ("fp32", "fp16", "bf16", "int8"):
        raise UnknownNameError("estimate.unknown_precision", precision=precision)
    return name


def runtime_of(row: Measurement) -> Runtime:
    """Whether the row's program was compiled (torch.compile or an inference engine) or eager."""
    return "compiled" if is_compiled(row.runtime) else "eager"


def is_compiled(runtime: str) -> bool:
    """Whether this runtime name stands for a compiled program."""
    return runtime.endswith("-compile") or runtime.startswith(_ENGINES)


def version(runtime: str) -> tuple[int, ...]:
    """ "pytorch-2.10-compile" -> (2, 10), to find the newest."""
    return tuple(map(int, re.findall(r"\d+", runtime)))


def precision_change(group: str, from_precision: str, to_precision: str) -> Span:
    """Factor on time when only the precision changes; errors: CannotSayError."""
    if from_precision == to_precision or not group:
        if from_precision == to_precision:
            return exactly(1.0)
        raise CannotSayError("estimate.precision_not_calibrated", precision=to_precision, device="")
    known = section_of(f"precision_time.{group}")
    if from_precision not in known or to_precision not in known:
        raise CannotSayError("estimate.precision_not_calibrated", precision=to_precision, device=group)
    section = f"precision_time.{group}"
    return span(section, to_precision).times(span(section, from_precision).inverse())


def runtime_change(group: str, from_runtime: str, to_runtime: str) -> Span:
    """Factor on time when only eager or compiled changes."""
    if from_runtime == to_runtime:
        return exactly(1.0)
    change = span("runtime_change", "compiled")
    return change if to_runtime == "compiled" else change.inverse()


def batch_ms(want: Asked, seconds_per_sample: Span, measured_batch: int, kernel_calls: float | None) -> Span:
    """Time of the batch wanted, in ms, from the time per sample at another batch."""
    full = seconds_per_sample.scaled(1000.0 * want.batch)
    if want.batch == measured_batch:
        return full
    if want.group != "gpu":
        return full.times(span("cpu_batch", "several"))
    if measured_batch < want.batch and measured_batch < 64:
        return full.times(span("from_single", "gpu"))
    size = "up_to_8" if want.batch <= 8 else "up_to_64" if want.batch <= 64 else "larger"
    busy = full.times(span("small_batch", size))
    floor = _launch_ms(want.runtime, kernel_calls)
    return Span(max(busy.low, floor.low), max(busy.middle, floor.middle), max(busy.high, floor.high))


def _launch_ms(runtime: Runtime, kernel_calls: float | None) -> Span:
    if kernel_calls:
        return span("launch_us_per_kernel", runtime).scaled(kernel_calls / 1000.0)
    return span("launch_ms", runtime)
