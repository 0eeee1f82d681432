"""Quantities as people write them, in Chinese and English: `read_quantities("<50ms")` -> typed quantities."""

from deep_learning_expert.tools.quantities.checks import Problem, problems
from deep_learning_expert.tools.quantities.formatting import format_quantity
from deep_learning_expert.tools.quantities.quantity import (
    Direction,
    Expect,
    Fragment,
    Quantity,
    QuantityKind,
    Reading,
    as_figure,
)
from deep_learning_expert.tools.quantities.reader import read_quantities

__all__ = [
    "Direction",
    "Expect",
    "Fragment",
    "Problem",
    "Quantity",
    "QuantityKind",
    "Reading",
    "as_figure",
    "format_quantity",
    "problems",
    "read_quantities",
]
