"""How large a model's file is."""

from __future__ import annotations

from deep_learning_expert.tools.errors import OutOfRangeError, UnknownNameError
from deep_learning_expert.tools.estimate.constants import section_of
from deep_learning_expert.tools.figures import Figure, computed


def file_size(params: float | Figure, precision: str = "fp32") -> Figure:
    """Size of the stored weights in MB (1e6 bytes): parameters times bytes per weight.

    precision: fp32, fp16, bf16, int8 or int4. Errors: OutOfRangeError, UnknownNameError.
    """
    count = positive("params", params)
    widths = {key: value for key, value in section_of("file", "memory").items() if key != "source"}
    if precision not in widths:
        raise UnknownNameError("estimate.unknown_precision", precision=precision)
    return computed("size", count * widths[precision] / 1e6, "MB", "parameters x bytes per weight", precision=precision)


def positive(name: str, value: float | Figure) -> float:
    """The number behind a figure or number that must be above zero; errors: OutOfRangeError."""
    number = value.value if isinstance(value, Figure) else float(value)
    if not 0 < number < 1e30:
        raise OutOfRangeError("estimate.not_positive", name=name, value=number)
    return number
