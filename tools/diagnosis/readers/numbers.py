"""Cells and JSON values as floats; a blank is None, a logged NaN is NaN."""

from __future__ import annotations

_BLANKS = frozenset({"", "na", "n/a", "null", "none", "-"})


def number(value: object) -> float | None:
    """A float, or None for a blank, a flag, a text or a number too large to hold."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return None
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    if text.lower() in _BLANKS:
        return None
    try:
        return float(text.rstrip("%"))
    except ValueError:
        return None


def numeric_row(values: dict[str, object]) -> dict[str, float]:
    """The numeric entries of a JSON object."""
    found = {str(key).strip(): number(value) for key, value in values.items()}
    return {key: value for key, value in found.items() if value is not None}
