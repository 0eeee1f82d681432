"""The fields of the emitted config.py: the plan's decisions first, then the values a program needs besides.

The latter stand in shared/settings.toml (the groups that the back end's routes.toml lists under `uses`) and in the back
end's own settings.toml ([common], [<layout>] and the groups that the architecture's entry under `models` lists); of two
entries with one name the later holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from deep_learning_expert.tools.recipe.project.choice import Choice
from deep_learning_expert.tools.recipe.project.tables import table

if TYPE_CHECKING:
    from jinja2.environment import TemplateExpression

_LONGEST_LINE_CHARS = 120
_INDENT = "    "


@dataclass(frozen=True)
class Field:
    """One line of the dataclass: name, annotation, value as Python source, and where the value comes from."""

    name: str
    type: str
    value: str
    comment: str = ""

    @property
    def source_text(self) -> str:
        """The field in the body of the dataclass; a comment too long to follow the value stands above it, wrapped."""
        from textwrap import wrap

        line = f"{_INDENT}{self.name}: {self.type} = {self.value}"
        if not self.comment:
            return line
        if len(beside := f"{line}  # {self.comment}") <= _LONGEST_LINE_CHARS:
            return beside
        start = f"{_INDENT}# "
        above = wrap(
            self.comment,
            _LONGEST_LINE_CHARS,
            initial_indent=start,
            subsequent_indent=start,
            break_on_hyphens=False,
            break_long_words=False,  # addresses stay whole
        )
        return "\n".join([*above, line])


def fields(choice: Choice) -> list[Field]:
    """All fields in the order they are shown."""
    left_out = choice.backend.routes.get("without", ())
    own = {name: _default(choice, name, entry) for name, entry in _entries(choice).items()}
    planned = [field for field in _planned(choice) if field.name not in left_out]
    return [own.pop(field.name, field) for field in planned] + list(own.values())


def smoke(choice: Choice) -> dict[str, str]:
    """What the smoke run replaces, as Python source by field name."""
    rows: Mapping[str, Any] = choice.backend.settings["smoke"]
    values = {**rows.get("common", {}), **rows.get(choice.layout, {})}
    for group in choice.model.get("groups", ()):
        values |= rows.get(group, {})
    rates: Mapping[str, float] = rows.get("rates", {})
    known = {field.name for field in fields(choice)}
    chosen = {name: str(value) for name, value in values.items() if name in known}
    rate = {"learning_rate": repr(rates[choice.optimizer])} if choice.optimizer in rates else {}
    return {**rate, **chosen}


def metric(choice: Choice) -> str:
    """The metric the checkpoint is chosen by."""
    return str(evaluated(choice, choice.serves["metric"]))


def evaluated(choice: Choice, expression: str) -> Any:
    """The value of a Jinja expression over `plan` (the Choice), as tables hold it."""
    return _compiled(expression)(plan=choice)


@cache
def _compiled(expression: str) -> TemplateExpression:
    from jinja2 import Environment, StrictUndefined

    return Environment(undefined=StrictUndefined).compile_expression(  # nosec: our own table, no page
        expression, undefined_to_none=False
    )


def _entries(choice: Choice) -> dict[str, Mapping[str, Any]]:
    shared, settings = table("shared/settings.toml"), choice.backend.settings
    entries: dict[str, Mapping[str, Any]] = {}
    for group in choice.backend.routes.get("uses", ()):
        entries |= shared["fields"][group]
    for group in ("common", choice.layout, *choice.model.get("groups", ())):
        entries |= settings.get(group, {})
    return entries


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
        ("metric", "str", metric(choice), "chooses the checkpoint"),
        ("metric_higher", "bool", choice.serves["metric_higher"], "whether higher is better"),
    ]
    return [Field(name, kind, repr(value), _comment(source)) for name, kind, value, source in rows]


def _hub_name(choice: Choice) -> str | None:
    return None if choice.mode == "scratch" else choice.weights


def _default(choice: Choice, name: str, entry: Mapping[str, Any]) -> Field:
    """An entry has a `value` or an expression `plan`; `type` where the value does not show it; `source` in words, or
    `figure`: the quantity of the evidence whose source stands there (`source` when there is none, or another value)."""
    value = evaluated(choice, entry["plan"]) if "plan" in entry else entry["value"]
    kind = entry.get("type", type(value).__name__)
    if isinstance(value, list):
        value, kind = tuple(value), entry.get("type", "tuple[float, ...]")
    stands = choice.figures.get(entry.get("figure", ""))
    source = stands[1] if stands and stands[0] == value else ""
    return Field(name, kind, repr(value), _comment(source or entry.get("source", "")))


def _comment(source: str) -> str:
    """One printable line."""
    return " ".join("".join(char if char.isprintable() else " " for char in source).split())
