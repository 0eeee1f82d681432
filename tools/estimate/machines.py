"""Which device a name means, and how much slower or faster it is than one that was measured."""

from __future__ import annotations

import math

from deep_learning_expert.tools.catalog.devices import Device, device, find_device
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.estimate.constants import Span, span

# Devices whose timings can be carried over to one another.
_GROUPS = {"gpu": "gpu", "jetson": "gpu", "cpu": "cpu"}


def group_of(machine: Device) -> str:
    """ "gpu", "cpu", or "" for kinds no table covers (phones, NPUs, TPUs, microcontrollers)."""
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
    ratios = [
        (share, math.log(old / new))
        for share, old, new in (
            (compute_share, _peak(origin), _peak(to)),
            (1 - compute_share, origin.bandwidth_gb_s, to.bandwidth_gb_s),
        )
        if old and new
    ]
    if not ratios:
        raise CannotSayError("estimate.no_data_sheet", device=to.name)
    weight = sum(share for share, _ in ratios) or 1.0
    middle = sum(share * log for share, log in ratios) / weight
    edges = [log for _, log in ratios]
    own = Span(
        math.exp(min(0.5 * (middle + min(edges)), middle)),
        math.exp(middle),
        math.exp(max(0.5 * (middle + max(edges)), middle)),
    )
    left = span("other_machine", group)
    both_known = len(ratios) == 2
    return own.times(left if both_known else left.times(left))


def _peak(machine: Device) -> float | None:
    """Peak that the group's tables ran at: half precision on GPUs, fp32 on CPUs."""
    if group_of(machine) == "cpu":
        return machine.fp32_tflops
    return machine.tensor16_tflops or machine.fp32_tflops
