"""The plan's choices as the templates need them, read from a report and checked: can a right project be written?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.tools.errors import CannotSayError, InputError
from deep_learning_expert.tools.recipe.project.tables import table

Layout = Literal["images", "table", "series", "text"]


@dataclass(frozen=True)
class Choice:
    """What the report decided. model_class, cell: the network that model.py writes out, empty for library models.

    figures: quantity -> (value, source) of the report's evidence, the first of each quantity.
    """

    layout: Layout
    language: Language
    architecture_id: str
    architecture_name: str
    family: str
    mode: str
    weights: str | None
    regime: str
    optimizer: str
    learning_rate: float
    batch_size: int
    scheduler: str
    weight_decay: float
    warmup_steps: int
    epochs: int | None
    max_steps: int | None
    precision: str
    clip: float | None
    techniques: tuple[str, ...]
    figures: Mapping[str, tuple[float, str]]
    model_class: str = ""
    cell: str = ""

    def figure(self, quantity: str, otherwise: float) -> float:
        """The value of a quantity in the evidence."""
        return self.figures[quantity][0] if quantity in self.figures else otherwise

    def source(self, quantity: str) -> str:
        """Where that value comes from, empty when the evidence does not hold it."""
        return self.figures[quantity][1] if quantity in self.figures else ""


def read_choice(report: Mapping[str, Any]) -> Choice:
    """The choice behind `report` (a `Report` as JSON object).

    Errors: InputError project.not_a_report, project.not_planned; CannotSayError project.no_* when no template can
    write what the plan asks for.
    """
    try:
        status = report["status"]
        if status != "planned":
            raise InputError("project.not_planned", status=status)
        architecture, recipe = report["decisions"]["architecture"], report["decisions"]["recipe"]
        layout = _layout(recipe["regime"])
        _check(architecture, recipe, layout)
        own: Mapping[str, str] = table("routes.toml")["models"].get(layout, {}).get(architecture["family"], {})
        return Choice(
            layout=layout,
            language="zh" if report["language"] == "zh" else "en",
            architecture_id=architecture["id"],
            architecture_name=architecture["name"],
            family=architecture["family"],
            mode=architecture["mode"],
            weights=architecture["weights"],
            regime=recipe["regime"],
            optimizer=recipe["optimizer"],
            learning_rate=float(recipe["learning_rate"]),
            batch_size=int(recipe["batch_size"]),
            scheduler=recipe["scheduler"],
            weight_decay=float(recipe["weight_decay"] or 0.0),
            warmup_steps=_count(recipe["warmup"], "steps") or 0,
            epochs=_count(recipe["epochs_or_steps"], "epochs"),
            max_steps=_count(recipe["epochs_or_steps"], "steps"),
            precision=recipe["precision"],
            clip=recipe["clip"],
            techniques=tuple(recipe["techniques"]),
            figures=_figures(report["evidence"]),
            **own,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise InputError("project.not_a_report", problem=f"{type(problem).__name__}: {problem}") from problem


def _layout(regime: str) -> Layout:
    layouts: Mapping[Layout, list[str]] = table("routes.toml")["layouts"]
    for layout, regimes in layouts.items():
        if regime in regimes:
            return layout
    raise CannotSayError("project.no_layout", regime=regime, known=_listed(layouts))


def _check(architecture: Mapping[str, Any], recipe: Mapping[str, Any], layout: Layout) -> None:
    """Refuses what the templates would get wrong, each with its own sentence."""
    routes = table("routes.toml")
    for technique in recipe["techniques"]:
        if technique in routes["refused"]["techniques"]:
            raise CannotSayError("project.no_technique", technique=technique)
    if architecture["mode"] in routes["refused"]["modes"]:
        raise CannotSayError("project.no_mode", mode=architecture["mode"])
    if recipe["optimizer"] not in routes["optimizers"]:
        known = _listed(routes["optimizers"])
        raise CannotSayError("project.no_optimizer", optimizer=recipe["optimizer"], known=known)
    if recipe["scheduler"] not in routes["schedules"]["offered"]:
        known = _listed(routes["schedules"]["offered"])
        raise CannotSayError("project.no_schedule", schedule=recipe["scheduler"], known=known)
    offered: Mapping[str, Any] = routes["models"].get(layout, {})
    foreign = layout == "images" and not (architecture["weights"] or "timm/").startswith("timm/")
    if foreign or architecture["family"] in routes["refused"]["families"]:
        raise CannotSayError("project.no_model", model=architecture["name"], layout=layout, known=_libraries(layout))
    if offered and architecture["family"] not in offered:
        raise CannotSayError("project.no_model", model=architecture["name"], layout=layout, known=_listed(offered))


def _libraries(layout: Layout) -> str:
    libraries: Mapping[str, str] = table("routes.toml")["libraries"]
    return libraries[layout]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _count(text: str | None, unit: str) -> int | None:
    """ "3,450 steps" -> 3450 when the unit is the one asked for."""
    found = re.fullmatch(r"([\d,. ]+) (\w+)", text or "")
    if found is None or found[2] != unit:
        return None
    return round(float(found[1].replace(",", "").replace(" ", "")))


def _figures(evidence: Iterable[Mapping[str, Any]]) -> Mapping[str, tuple[float, str]]:
    found: dict[str, tuple[float, str]] = {}
    for record in evidence:
        found.setdefault(record["quantity"], (float(record["value"]), f"{record['kind']}: {record['source']}"))
    return found
