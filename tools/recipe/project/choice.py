"""The plan's choices as the templates need them, read from a report and checked: can a right project be written?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.tools.errors import CannotSayError, InputError, Words
from deep_learning_expert.tools.recipe.project.backend import BackEnd, back_ends, serving


@dataclass(frozen=True)
class Choice:
    """What the report decided, and which back end and data layout write it out.

    length: of the training, in length_unit ("epochs", "steps" or "trees"). figures: quantity -> (value, source) of the
    report's evidence, the first of each quantity. model: what the templates must know of the architecture's family,
    from routes.toml. environment: gymnasium id, None when none was named.
    """

    backend: BackEnd
    layout: str
    language: Language
    subtask: str
    framework: str | None
    architecture_id: str
    architecture_name: str
    family: str
    mode: str
    weights: str | None
    regime: str
    optimizer: str
    learning_rate: float
    batch_size: int
    batch_unit: str
    scheduler: str
    weight_decay: float
    warmup_steps: int
    length: int
    length_unit: str
    precision: str
    clip: float | None
    techniques: tuple[str, ...]
    figures: Mapping[str, tuple[float, str]]
    model: Mapping[str, Any] = field(default_factory=dict)
    environment: str | None = None

    @property
    def epochs(self) -> int | None:
        """The length in epochs, None when it is counted otherwise."""
        return self.length if self.length_unit == "epochs" else None

    @property
    def max_steps(self) -> int | None:
        """The length in updates, None when it is counted otherwise."""
        return self.length if self.length_unit == "steps" else None

    @property
    def serves(self) -> Mapping[str, Any]:
        """The layout's entry in routes.toml."""
        return self.backend.layouts[self.layout]

    def has(self, technique: str) -> bool:
        """Whether the plan asks for this technique."""
        return technique in self.techniques

    def figure(self, quantity: str, otherwise: float) -> float:
        """The value of a quantity in the evidence."""
        return self.figures[quantity][0] if quantity in self.figures else otherwise

    def source(self, quantity: str) -> str:
        """Where that value comes from, empty when the evidence does not hold it."""
        return self.figures[quantity][1] if quantity in self.figures else ""


def read_choice(report: Mapping[str, Any], only: str | None = None) -> Choice:
    """The choice behind `report` (a `Report` as JSON object). only: id of the back end the user asks for.

    Errors: InputError project.not_a_report, project.not_planned, project.no_backend; CannotSayError project.no_* when
    no back end can write what the plan asks for (the refusal of the one preferred).
    """
    known = [offered.id for offered in back_ends()]
    if only is not None and only not in known:
        raise InputError("project.no_backend", backend=only, known=_listed(known))
    try:
        status = report["status"]
        if status != "planned":
            raise InputError("project.not_planned", status=status)
        refusal: CannotSayError | None = None
        facts = _facts(report["decisions"])
        for backend, layout in serving(facts):
            if only is None or backend.id == only:
                try:
                    return _choice(report, backend, layout)
                except CannotSayError as reason:
                    refusal = refusal or reason
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        why = "missing" if isinstance(problem, KeyError) else "malformed"
        raise InputError("project.not_a_report", problem=Words(f"project.why.{why}")) from problem
    raise refusal or CannotSayError(
        "project.no_layout", subtask=facts["subtask"], regime=facts["regime"], known=_layouts(only)
    )


def _facts(decisions: Mapping[str, Any]) -> Mapping[str, str]:
    architecture = decisions["architecture"]
    return {
        "subtask": decisions["subtask"],
        "framework": decisions.get("framework") or "",
        "family": architecture["family"],
        "mode": architecture["mode"],
        "regime": decisions["recipe"]["regime"],
    }


def _choice(report: Mapping[str, Any], backend: BackEnd, layout: str) -> Choice:
    decisions = report["decisions"]
    architecture, recipe = decisions["architecture"], decisions["recipe"]
    _check(architecture, recipe, backend, layout)
    length, unit = _length(recipe["epochs_or_steps"])
    models: Mapping[str, Mapping[str, Any]] = backend.layouts[layout].get("models", {})
    return Choice(
        backend=backend,
        layout=layout,
        language="zh" if report["language"] == "zh" else "en",
        subtask=decisions["subtask"],
        framework=decisions.get("framework"),
        architecture_id=architecture["id"],
        architecture_name=architecture["name"],
        family=architecture["family"],
        mode=architecture["mode"],
        weights=architecture["weights"],
        regime=recipe["regime"],
        optimizer=recipe["optimizer"],
        learning_rate=float(recipe["learning_rate"]),
        batch_size=int(recipe["batch_size"]),
        batch_unit=recipe["batch_unit"],
        scheduler=recipe["scheduler"],
        weight_decay=float(recipe["weight_decay"] or 0.0),
        warmup_steps=_length(recipe["warmup"])[0] if recipe["warmup"] else 0,
        length=length,
        length_unit=unit,
        precision=recipe["precision"],
        clip=recipe["clip"],
        techniques=tuple(recipe["techniques"]),
        figures=_figures(report["evidence"]),
        model=models.get(_key(backend.layouts[layout], architecture), {}),
        environment=decisions.get("environment"),
    )


def _check(architecture: Mapping[str, Any], recipe: Mapping[str, Any], backend: BackEnd, layout: str) -> None:
    """Refuses what the templates would get wrong, each with its own sentence."""
    routes, serves = backend.routes, backend.layouts[layout]
    refused: Mapping[str, list[str]] = routes.get("refused", {})
    for technique in recipe["techniques"]:
        if technique in refused.get("techniques", ()) or technique in serves.get("refused", ()):
            raise CannotSayError("project.no_technique", technique=technique)
    if architecture["mode"] in refused.get("modes", ()) and architecture["mode"] not in serves.get("modes", ()):
        raise CannotSayError("project.no_mode", mode=architecture["mode"])
    if recipe["optimizer"] not in routes["optimizers"]:
        known = _listed(routes["optimizers"])
        raise CannotSayError("project.no_optimizer", optimizer=recipe["optimizer"], known=known)
    if recipe["scheduler"] not in routes["schedules"]["offered"]:
        known = _listed(routes["schedules"]["offered"])
        raise CannotSayError("project.no_schedule", schedule=recipe["scheduler"], known=known)
    models: Mapping[str, Any] = serves.get("models", {})
    hub = serves.get("weights_from", "")
    foreign = not (architecture["weights"] or hub).startswith(hub)
    unknown = bool(models) and _key(serves, architecture) not in models
    if foreign or unknown or architecture["family"] in refused.get("families", ()):
        known = serves.get("library") or _listed(models)
        raise CannotSayError("project.no_model", model=architecture["name"], layout=layout, known=known)


def _key(serves: Mapping[str, Any], architecture: Mapping[str, Any]) -> str:
    """What the layout's `models` are listed by: the family, or the catalog id where only some sizes are offered."""
    return str(architecture[serves.get("models_by", "family")])


def _layouts(only: str | None) -> str:
    offered = (
        f"{layout} ({backend.name})" for backend in back_ends() if only in (None, backend.id)
        for layout in backend.layouts
    )  # fmt: skip
    return _listed(offered)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _length(text: str) -> tuple[int, str]:
    """ "3,450 steps" -> (3450, "steps"), "1 epoch" -> (1, "epochs"); errors: ValueError."""
    found = re.fullmatch(r"([\d,. ]+) (\w+?)s?", text)
    if found is None:
        raise ValueError(text)
    return round(float(found[1].replace(",", "").replace(" ", ""))), f"{found[2]}s"


def _figures(evidence: Iterable[Mapping[str, Any]]) -> Mapping[str, tuple[float, str]]:
    found: dict[str, tuple[float, str]] = {}
    for record in evidence:
        found.setdefault(record["quantity"], (float(record["value"]), f"{record['kind']}: {record['source']}"))
    return found
