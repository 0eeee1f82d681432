"""Fills the templates: a choice becomes the text of every file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.tools.recipe.project.choice import Choice
from deep_learning_expert.tools.recipe.project.settings import fields, metric, smoke
from deep_learning_expert.tools.recipe.project.tables import FOLDER, table

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_TRACED_STEPS = 2000
_PLANNED_STEPS_UNKNOWN = 1000
_LIBRARY_PINS: Mapping[str, tuple[str, ...]] = {
    "images": ("pillow", "timm"),
    "table": (),
    "series": (),
    "text": ("transformers",),
}
_EXPORT_PINS = ("onnx", "onnxscript", "onnxruntime")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(FOLDER / "templates")
    return Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )  # nosec: the output is source code and Markdown, not HTML


def render(choice: Choice) -> dict[str, str]:
    """File name -> text of the whole project."""
    context = _context(choice)
    routes: Mapping[str, str] = table("routes.toml")["files"]
    texts = {
        name: _environment().get_template(source.format(layout=choice.layout)).render(context)
        for name, source in routes.items()
    }
    if choice.layout == "series":
        texts["sample_series.csv"] = (FOLDER / "samples" / "airline.csv").read_text(encoding="utf-8")
    return texts


def _context(choice: Choice) -> dict[str, Any]:
    routes, defaults = table("routes.toml"), table("defaults.toml")
    applied = {*routes["techniques"]["applied"], *routes["techniques"]["by_layout"][choice.layout]}
    if choice.layout in ("table", "series"):
        applied.add("dropout")
    steps = choice.max_steps or round(choice.figure("steps", _PLANNED_STEPS_UNKNOWN))
    pins: Mapping[str, str] = defaults["pins"]
    named = ("torch", "numpy", "scikit-learn", *_LIBRARY_PINS[choice.layout])
    stand_in = str(defaults["smoke"][choice.layout].get("stand_in", "")).strip("'")

    def say(key: str, **values: object) -> str:
        return template(choice.language, f"project.readme.{key}").format_map(values)

    return {
        "say": say,
        "title": template(choice.language, "project.title").format(architecture=choice.architecture_name),
        "layout": choice.layout,
        "series": choice.layout == "series",
        "metric": metric(choice),
        "architecture_name": choice.architecture_name,
        "regime": choice.regime,
        "batch_size": choice.batch_size,
        "model_class": choice.model_class,
        "cell": choice.cell,
        "fields": fields(choice),
        "smoke": smoke(choice),
        "stand_in": stand_in,
        "no_decay": "no-decay-groups" in choice.techniques,
        "optimizer_call": routes["optimizers"][choice.optimizer],
        "data_help": template("en", f"project.readme.data.{choice.layout}").split(".")[0].replace('"', "'"),
        "least_fall": defaults["limits"]["least_fall"][choice.layout],
        "initial_loss_limit": defaults["limits"]["initial_loss"][choice.layout],
        "planned_steps": steps,
        "trace_stride": max(1, steps // _MOST_TRACED_STEPS),
        "pins": [(name, pins[name]) for name in named],
        "export_pins": [(name, pins[name]) for name in _EXPORT_PINS],
        "applied": [name for name in choice.techniques if name in applied],
        "left": [name for name in choice.techniques if name not in applied],
    }
