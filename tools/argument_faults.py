"""What pydantic finds wrong with an argument, in our words, so that it can be told in either language."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deep_learning_expert.tools.errors import Words

# pydantic's type of fault -> the phrase; the field of its context that the phrase names.
_PHRASES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", ""),
    "extra_forbidden": ("unknown", ""),
    "string_too_short": ("too_short", "min_length"),
    "string_too_long": ("too_long", "max_length"),
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "literal_error": ("one_of", "expected"),
    "enum": ("one_of", "expected"),
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at_least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at_most", "le"),
    "string_type": ("text", ""),
    "list_type": ("list", ""),
    "tuple_type": ("list", ""),
    "dict_type": ("object", ""),
    "model_type": ("object", ""),
    "bool_type": ("flag", ""),
    "bool_parsing": ("flag", ""),
    "int_type": ("whole", ""),
    "int_parsing": ("whole", ""),
    "int_from_float": ("whole", ""),
    "float_type": ("number", ""),
    "float_parsing": ("number", ""),
    "finite_number": ("number", ""),
}


def first_fault(error: ValidationError, whole: str) -> tuple[str, Words]:
    """(where, what) of the first fault; whole: what to call the arguments when no single one is at fault."""
    fault = error.errors(include_url=False)[0]
    return ".".join(str(part) for part in fault["loc"]) or whole, _problem(fault)


def _problem(fault: ErrorDetails) -> Words:
    phrase, field = _PHRASES.get(fault["type"], ("other", ""))
    if not field:
        return Words(f"argument.{phrase}")
    value = str(fault.get("ctx", {}).get(field, ""))
    return Words(f"argument.{phrase}", limit=value.replace(" or ", ", ") if field == "expected" else value)
