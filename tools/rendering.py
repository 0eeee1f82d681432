"""How figures look in a sentence: short, in the reader's units, never more precise than they are.

Styles usable in a phrase field, `{lr}` or `{lr:style}`:
    (none)   value with unit, and the interval when there is one     "12 ms (9–16 ms)"
    bare     value with unit, no interval                            "12 ms"
    number   the number alone                                        "12", "1,000"
    code     the number as a program reads it                        "1000"
"""

from __future__ import annotations

import math

from deep_learning_expert.prompts.phrases import Language, exists, template
from deep_learning_expert.tools.figures import Figure

# Counts grow by thousands; each unit here may be shown in the larger one named with its factor.
_SCALED_UNITS = {
    "params": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
    "MACs": ((1e12, "T"), (1e9, "G"), (1e6, "M")),
    "tokens": ((1e12, "T"), (1e9, "B"), (1e6, "M")),
    "words": ((1e9, "B"), (1e6, "M")),
}
_TIME_STEPS = ((86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_MB_STEPS = ((1e6, "TB"), (1e3, "GB"), (1.0, "MB"), (1e-3, "KB"))
# Units that are symbols, the same in every language, written after a space.
_TIGHT_UNITS = {"%", "x"}
_NO_SINGULAR = {"s", "ms", "MACs", "series", "classes"}


def number(value: float, digits: int = 3) -> str:
    """A number as people write it: 3e-4, 0.05, 1.5, 28.6, 1,281,167; `digits` significant digits below a thousand."""
    if value == 0:
        return "0"
    magnitude = abs(value)
    if magnitude < 1e-3:
        mantissa, exponent = f"{value:.{max(digits - 1, 0)}e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    if magnitude >= 1000:
        return f"{value:,.0f}" if magnitude < 1e15 else f"{value:.3g}"
    decimals = max(digits - 1 - math.floor(math.log10(magnitude)), 0)
    if 99 < magnitude < 100:  # 99.99 % is not 100 %
        decimals = max(decimals, -math.floor(math.log10(100 - magnitude)))
    if 0.99 < magnitude < 1:  # 0.9999 (a decay, a share) must not turn into 1: its distance to one is what counts
        decimals = max(decimals, -math.floor(math.log10(1 - magnitude)))
    rounded = round(value, decimals)
    return f"{rounded:g}"


def _scaled(value: float, unit: str) -> tuple[float, str, str]:
    """Value, prefix and unit in the reader's scale (seconds to hours, megabytes to gigabytes, counts to millions)."""
    if unit in _SCALED_UNITS:
        for factor, letter in _SCALED_UNITS[unit]:
            if abs(value) >= factor:
                return value / factor, letter, unit
    steps = {"s": _TIME_STEPS, "MB": _MB_STEPS}.get(unit, ())
    for factor, name in steps:
        if abs(value) >= factor:
            return value / factor, "", name
    return value, "", unit


def unit_name(unit: str, lang: Language) -> str:
    """The unit in the reader's language; symbols stay as they are."""
    key = f"units.{unit.replace(' ', '_').replace('/', '_per_')}"
    return template(lang, key) if exists(key) else unit


def _joined(value: float, prefix: str, unit: str, lang: Language) -> str:
    if not unit:
        return f"{number(value)}{prefix}"
    space = "" if unit in _TIGHT_UNITS else " "
    name = unit_name(unit, lang)
    if lang == "en" and value == 1 and not prefix and name.endswith("s") and name not in _NO_SINGULAR:
        name = name.removesuffix("s")
    return f"{number(value)}{prefix}{space}{name}"


def figure(record: Figure, lang: Language, style: str = "") -> str:
    """The figure as text in one of the styles of this module's docstring."""
    value, prefix, unit = _scaled(record.value, record.unit)
    if style == "code":
        return f"{record.value:.0f}" if record.value.is_integer() else repr(record.value)
    if style == "number":
        return number(record.value)
    text = _joined(value, prefix, unit, lang)
    if style == "bare" or record.interval is None:
        return text
    factor = record.value / value if value else 1.0
    low, high = record.interval.low / factor, record.interval.high / factor
    open_, close = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{text}{open_}{number(low)}–{_joined(high, prefix, unit, lang)}{close}"
