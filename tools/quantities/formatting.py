"""Quantities back into words, so that reading what was written gives the same quantity."""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import Language, exists, template
from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.quantity import Quantity


def format_quantity(quantity: Quantity, lang: Language = "en") -> str:
    """The quantity as a person would write it, exact: "≤ 50 ms", "约 12,000 张图像", "mIoU > 72%".

    `read_quantities` of the result (with the field's `expect`) gives the same kind, value, unit, direction and name.
    """
    amount = _amount(quantity, lang)
    sign = f"{_SIGNS[quantity.direction]} " if quantity.direction and quantity.kind != "device" else ""
    about = template(lang, "quantity.about") if quantity.approximate and quantity.kind != "device" else ""
    joined = f"{sign}{about}{' ' if about and lang == 'en' else ''}{amount}"
    name = _name(quantity, lang)
    return f"{name} {joined}" if name else joined


_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def _name(quantity: Quantity, lang: Language) -> str:
    if quantity.kind == "target" and quantity.name:
        return str(lexicon.table("names")["target"][quantity.name]["words"][0])
    if quantity.kind == "setting" and quantity.name:
        return str(lexicon.table("names")["setting"][quantity.name]["words"][0])
    if quantity.kind in ("sequence_length", "memory"):
        return template(lang, f"quantity.{quantity.kind}")
    return ""


def _amount(quantity: Quantity, lang: Language) -> str:
    if quantity.kind == "device":
        return _device(quantity, lang)
    if quantity.kind == "resolution":
        return f"{quantity.conditions['width']}x{quantity.conditions['height']}"
    if quantity.kind == "ratio":
        return f"1:{exact(quantity.value)}"
    unit = _unit(quantity, lang)
    if quantity.low is not None and quantity.high is not None:
        between = template(lang, "quantity.to")
        return f"{exact(quantity.low)}{between}{exact(quantity.high)}{unit}"
    return f"{exact(quantity.value)}{unit}"


def _unit(quantity: Quantity, lang: Language) -> str:
    unit = quantity.unit
    if not unit:
        return ""
    if unit == "%":
        return "%"
    key = f"quantity.unit.{unit.replace('/', '_per_')}"
    word = template(lang, key) if exists(key) else unit.replace("_", " ")
    return f" {word}"


def _device(quantity: Quantity, lang: Language) -> str:
    from deep_learning_expert.tools.catalog import devices

    name = devices.device(quantity.name).name if quantity.name else template(lang, f"quantity.device.{quantity.unit}")
    memory = quantity.conditions.get("memory_gb")
    shown = f"{name} ({memory}GB)" if memory else name
    if quantity.conditions.get("count") != "stated":
        return shown
    return f"{exact(quantity.value)} × {shown}"


def exact(value: float) -> str:
    """All digits of a value, in thousands groups where it is whole: 12,000, 0.0003, 2.56."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.17g}" if float(f"{value:.15g}") != value else f"{value:.15g}"
