"""Fills the templates: a choice becomes the text of every file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deep_learning_expert.prompts.phrases import exists, template
from deep_learning_expert.tools.recipe.project.backend import BackEnd
from deep_learning_expert.tools.recipe.project.choice import Choice
from deep_learning_expert.tools.recipe.project.ranges import rate_range
from deep_learning_expert.tools.recipe.project.settings import fields, metric, smoke
from deep_learning_expert.tools.recipe.project.tables import FOLDER, table

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_TRACED_STEPS = 2000
_PLANNED_STEPS_UNKNOWN = 1000
_USUAL_DEVICES = 4  # of one machine, where the plan names no more than one


@cache
def _environment(folder: Path) -> Environment:
    """Of the back end in `folder`, whose own template hides the shared one of the same name."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader([folder / "templates", FOLDER / "shared"])
    return Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )  # nosec: the output is source code and Markdown, not HTML


def file_sources(choice: Choice) -> Mapping[str, str]:
    """Emitted file -> its template, or its sample file (samples/...)."""
    files = {**choice.backend.routes["files"], **choice.serves.get("files", {}), **choice.model.get("files", {})}
    return {name: source.format(layout=choice.layout) for name, source in files.items()}


def render(choice: Choice) -> dict[str, str]:
    """File name -> text of the whole project."""
    context = _context(choice)
    return {name: _text(choice.backend, source, context) for name, source in file_sources(choice).items()}


def _text(backend: BackEnd, source: str, context: Mapping[str, Any]) -> str:
    if source.endswith(".j2"):
        return _environment(backend.folder).get_template(source).render(context)
    own = backend.folder / source
    return (own if own.exists() else FOLDER / "shared" / source).read_text(encoding="utf-8")


def _context(choice: Choice) -> dict[str, Any]:
    routes, serves = choice.backend.routes, choice.serves
    applied = {*routes.get("applied", ()), *serves.get("applied", ())} - {
        *serves.get("unapplied", ()),
        *choice.model.get("unapplied", ()),
    }
    steps = choice.max_steps or round(choice.figure("steps", _PLANNED_STEPS_UNKNOWN))
    replaced = smoke(choice)

    def say(key: str, **values: object) -> str:
        return template(choice.language, f"project.readme.{key}").format_map(values)

    return {
        **choice.model,
        "plan": choice,
        "serves": serves,
        "say": say,
        "title": template(choice.language, "project.title").format(architecture=choice.architecture_name),
        "layout": choice.layout,
        "metric": metric(choice),
        "architecture_name": choice.architecture_name,
        "regime": choice.regime,
        "batch_size": choice.batch_size,
        "fields": fields(choice),
        "smoke": replaced,
        "stand_in": replaced.get("stand_in", "").strip("'"),
        "no_decay": choice.has("no-decay-groups"),
        "optimizer_call": routes["optimizers"][choice.optimizer],
        "data_help": template("en", f"project.readme.data.{choice.layout}").split(".")[0].replace('"', "'"),
        "planned_steps": steps,
        "processes": processes(choice),
        "two_nodes": _shared_by(choice, 2 * processes(choice)),
        "rate_range": rate_range(choice),
        "versions": {**table("shared/settings.toml")["pins"], **choice.backend.settings.get("pins", {})},
        "trace_stride": max(1, steps // _MOST_TRACED_STEPS),
        "pins": _pins(choice, "libraries"),
        "export_pins": [] if choice.model.get("export_flag") == "" else _pins(choice, "export_libraries"),
        "foreign_framework": choice.framework if choice.framework not in (None, *routes["frameworks"]) else None,
        "applied": [_short_name(choice, name) for name in choice.techniques if name in applied],
        "left": [_short_name(choice, name) for name in choice.techniques if name not in applied],
        "comma": "、" if choice.language == "zh" else ", ",
    }


def processes(choice: Choice) -> int:
    """For the launch lines: as many processes as the plan has devices, or up to four, that share its batch evenly."""
    stated = choice.figure("devices", 1)
    most = round(stated) if stated > 1 else _USUAL_DEVICES
    return next((count for count in range(most, 1, -1) if _shared_by(choice, count)), 1)


def _shared_by(choice: Choice, count: int) -> bool:
    """Whether `count` processes get whole passes of the same size out of one batch."""
    values = {field.name: field.value for field in fields(choice)}
    return int(values.get("batch_size", 1)) % (count * int(values.get("accumulation", 1))) == 0


def _short_name(choice: Choice, technique: str) -> str:
    """What people call it; its id where the table has no name."""
    key = f"technique_name.{technique}"
    return template(choice.language, key) if exists(key) else technique


def _pins(choice: Choice, key: str) -> list[tuple[str, str]]:
    """(library, version) of the back end, of the layout and of the model."""
    pins = {**table("shared/settings.toml")["pins"], **choice.backend.settings.get("pins", {})}
    holders: tuple[Mapping[str, Any], ...] = (choice.backend.routes, choice.serves, choice.model)
    named = dict.fromkeys(name for holder in holders for name in holder.get(key, ()))
    return [(name, pins[name]) for name in named]
