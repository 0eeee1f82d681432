"""The fields of the emitted config.py: the plan's decisions first, then the defaults a program needs besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.tools.recipe.project.choice import Choice
from deep_learning_expert.tools.recipe.project.tables import table

_LONGEST_COMMENT_CHARS = 100


@dataclass(frozen=True)
class Field:
    """One line of the dataclass: name, annotation, value as Python source, and where the value comes from."""

    name: str
    type: str
    value: str
    comment: str = ""


def fields(choice: Choice) -> list[Field]:
    """All fields in the order they are shown."""
    planned = _planned(choice) + _techniques(choice)
    defaults = table("defaults.toml")
    own = {**defaults["common"], **defaults[choice.layout]}
    # evaluate.py asks every layout for the horizon: a forecast's windows overlap, other samples do not.
    extra = [] if "horizon" in own else [Field("horizon", "int", "0", "no forecast")]
    return planned + [_default(name, entry) for name, entry in own.items()] + extra


def smoke(choice: Choice) -> dict[str, str]:
    """What the smoke run replaces, as Python source by field name."""
    table_ = table("defaults.toml")["smoke"]
    values: Mapping[str, Any] = {**table_["common"], **table_[choice.layout]}
    known = {field.name for field in fields(choice)}
    chosen = {name: str(value) for name, value in values.items() if name in known}
    return {"learning_rate": repr(table_["rates"][choice.optimizer]), **chosen}


def metric(choice: Choice) -> str:
    """The metric the checkpoint is chosen by: accuracy, or macro F1 where classes are uneven or it is text."""
    if choice.layout == "series":
        return "mae"
    return "macro_f1" if choice.layout == "text" or "per-class-metric" in choice.techniques else "accuracy"


def _planned(choice: Choice) -> list[Field]:
    by_plan = "the plan's choice"
    rows = [
        ("layout", "str", choice.layout, "data layout that data.py reads"),
        ("architecture_id", "str", choice.architecture_id, by_plan),
        ("architecture_name", "str", choice.architecture_name, ""),
        ("mode", "str", choice.mode, by_plan),
        ("weights", "str | None", _hub_name(choice), "pretrained weights, None from scratch"),
        ("stand_in", "str | None", None, "set in the smoke run only"),
        ("regime", "str", choice.regime, by_plan),
        ("optimizer", "str", choice.optimizer, by_plan),
        ("learning_rate", "float", choice.learning_rate, choice.source("learning_rate")),
        ("batch_size", "int", choice.batch_size, choice.source("batch_size")),
        ("scheduler", "str", choice.scheduler, by_plan),
        ("weight_decay", "float", choice.weight_decay, choice.source("weight_decay")),
        ("warmup_steps", "int", choice.warmup_steps, choice.source("warmup")),
        ("epochs", "int | None", choice.epochs, choice.source("length")),
        ("max_steps", "int | None", choice.max_steps, choice.source("length")),
        ("precision", "str", choice.precision, by_plan),
        ("clip", "float | None", choice.clip, choice.source("gradient_norm")),
        ("momentum", "float", choice.figure("momentum", 0.9), choice.source("momentum") or "SGD's usual value"),
    ]
    return [Field(name, kind, repr(value), _comment(source)) for name, kind, value, source in rows]


def _techniques(choice: Choice) -> list[Field]:
    has = choice.techniques.__contains__
    score = metric(choice)
    rows: list[tuple[str, str, object, str]] = [
        ("accumulation", "int", _whole(choice, "gradient-accumulation", "accumulation", 1), "passes per update"),
        ("patience", "int | None", _whole(choice, "early-stopping", "patience", None), choice.source("patience")),
        ("ema_decay", "float | None", choice.figure("ema_decay", 0.999) if has("ema") else None, "EMA of the weights"),
        ("label_smoothing", "float", choice.figure("label_smoothing", 0.1) if has("label-smoothing") else 0.0, ""),
        ("class_weights", "bool", has("class-weighted-loss"), "weighs classes by inverse frequency"),
        ("dropout", "float", choice.figure("dropout", 0.1) if has("dropout") else 0.0, choice.source("dropout")),
        ("metric", "str", score, "chooses the checkpoint"),
        ("metric_higher", "bool", score != "mae", "whether higher is better"),
    ]
    if choice.layout == "images":
        name = (choice.weights or choice.architecture_id).removeprefix("timm/")
        rows += [
            ("timm_name", "str", name, "name for timm.create_model"),
            ("random_crop", "bool", has("random-resized-crop"), ""),
            ("flip", "bool", has("horizontal-flip"), ""),
            ("jitter", "float", choice.figure("color_jitter", 0.4) if has("color-jitter") else 0.0, "colour jitter"),
        ]
    return [Field(name, kind, repr(value), _comment(source)) for name, kind, value, source in rows]


def _whole(choice: Choice, technique: str, quantity: str, otherwise: int | None) -> int | None:
    if technique not in choice.techniques:
        return otherwise
    return round(choice.figure(quantity, otherwise or 10))


def _hub_name(choice: Choice) -> str | None:
    return None if choice.mode == "scratch" else choice.weights


def _default(name: str, entry: Mapping[str, Any]) -> Field:
    value = entry["value"]
    if isinstance(value, list):
        return Field(name, "tuple[float, ...]", repr(tuple(value)), _comment(entry["source"]))
    return Field(name, type(value).__name__, repr(value), _comment(entry["source"]))


def _comment(source: str) -> str:
    """One printable line of readable length."""
    text = " ".join("".join(char if char.isprintable() else " " for char in source).split())
    return text if len(text) <= _LONGEST_COMMENT_CHARS else f"{text[: _LONGEST_COMMENT_CHARS - 1]}…"
