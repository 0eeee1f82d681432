"""Which device a name means, and how much slower or faster it is than one that was measured."""

from __future__ import annotations

import math

from deep_learning_expert.tools.catalog.devices import Device, device, find_device
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.estimate.constants import Span, exactly, section_of, span

# Devices whose timings can be carried over to one another: a phone is timed as its CPU.
_GROUPS = {"gpu": "gpu", "jetson": "gpu", "cpu": "cpu", "phone": "cpu"}


def group_of(machine: Device) -> str:
    """ "gpu", "cpu", or "" for kinds no table covers (NPUs, TPUs, microcontrollers)."""
    return _GROUPS.get(machine.kind, "")


def canonical(device_id: str) -> str:
    """The catalog's id for a measured device, whatever its table calls it."""
    found = find_device(device_id)
    return found.id if found else device_id


def time_factor(from_id: str, to: Device, compute_share: float) -> Span:
    """How many times longer a pass takes on `to` than on the measured device, by peak and bandwidth.

    compute_share: how far time follows the peak, 0 to 1; the rest follows the memory bandwidth.
    Errors: CannotSayError when the data sheets lack both figures or the kinds differ.
    """
    origin = device(from_id)
    group = group_of(to)
    if not group or group != group_of(origin):
        raise CannotSayError("estimate.no_kin_measured", device=to.name)
    compute = _core_ratio(origin, to) if group == "cpu" else _peak_ratio(origin, to)
    memory = None
    if origin.bandwidth_gb_s and to.bandwidth_gb_s:
        memory = exactly(origin.bandwidth_gb_s / to.bandwidth_gb_s)
    left = span("other_machine", group)
    if compute is None and memory is None:
        raise CannotSayError("estimate.no_data_sheet", device=to.name)
    if compute is None or memory is None:
        return (compute or memory or left).times(left).times(left)
    return _between(compute, memory, compute_share).times(left)


def _between(compute: Span, memory: Span, share: float) -> Span:
    """The weighted geometric mean; its range reaches halfway to the nearer and the farther of the two."""
    middle = compute.middle**share * memory.middle ** (1 - share)
    low, high = min(compute.low, memory.low), max(compute.high, memory.high)
    return Span(min(math.sqrt(middle * low), middle), middle, max(math.sqrt(middle * high), middle))


def _peak_ratio(origin: Device, to: Device) -> Span | None:
    """By the fastest units both data sheets state in the same precision; None when they share none."""
    for field in ("tensor16_tflops", "int8_tops", "fp32_tflops"):
        old, new = getattr(origin, field), getattr(to, field)
        if old and new:
            return exactly(old / new)
    return None


def _core_ratio(origin: Device, to: Device) -> Span | None:
    """By published fp32 peak, else by cores and what a core of the class does."""
    if origin.fp32_tflops and to.fp32_tflops:
        return exactly(origin.fp32_tflops / to.fp32_tflops)
    old, new = _core_rate(origin), _core_rate(to)
    if old is None or new is None or not (origin.cores and to.cores):
        return None
    exponent = float(section_of("core_scaling")["exponent"])
    # The range of the origin's class is left out: its timings are known, only the way to the other machine is not.
    return new.inverse().scaled(old.middle * (origin.cores / to.cores) ** exponent)


def _core_rate(machine: Device) -> Span | None:
    for name in ("avx512f", "avx2"):
        if name in machine.vector:
            return span("core_gflops", name)
    for start, name in section_of("core_class").items():
        if machine.id.startswith(start):
            return span("core_gflops", str(name))
    return None
