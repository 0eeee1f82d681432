"""Regimes: published training recipes as data (`regimes/*.toml`), one file per domain, read when first asked for.

The files a task is looked up in come from `regimes/index.toml`; the first regime whose condition holds is taken, so the
order inside a file runs from the particular to the general, and `fallback.toml` ends every search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from deep_learning_expert.tools.errors import UnknownNameError
from deep_learning_expert.tools.recipe.condition import Condition, take_condition
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.recipe import Optimizer, Scheduler
from deep_learning_expert.tools.recipe.tables import table

_FOLDER = Path(__file__).with_name("regimes")
Scaling = Literal["linear", "sqrt", "none"]
BatchUnit = Literal["samples", "tokens"]


@dataclass(frozen=True)
class Rate:
    """A peak learning rate with the global batch it was published at."""

    optimizer: Optimizer
    learning_rate: float
    at_batch: float
    weight_decay: float = 0.0
    momentum: float | None = None


@dataclass(frozen=True)
class Span:
    """A length or a warm-up: exactly one of the fields is the rule; bounds in steps keep epochs sensible.

    rule "bit": steps by data size (BigTransfer); rule "yolo": epochs by data size; tokens_per_param: pre-training.
    """

    epochs: float | None = None
    steps: float | None = None
    share: float | None = None  # of all steps, %
    trees: float | None = None
    least_steps: float | None = None
    most_steps: float | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Regime:
    """One published way to train; see `recipe.Recipe` for the meaning of the shared fields.

    batch: the global batch to aim for (None: `rate.at_batch`); least_batch, most_batch: the published range.
    band: learning rates seen in the sources at `rate.at_batch`, the scaled rate is kept inside.
    sample_mb: device memory one sample's activations take at the usual size, an estimate (None: batch always fits).
    techniques: ids of technique.toml in the slots of the recipe; values: "technique.field" -> number, over the table.
    """

    id: str
    condition: Condition
    rate: Rate
    scaling: Scaling
    scheduler: Scheduler
    length: Span
    sources: tuple[str, ...]
    warmup: Span | None = None
    batch_unit: BatchUnit = "samples"
    batch: float | None = None
    least_batch: float = 1.0
    most_batch: float | None = None
    band: tuple[float, float] | None = None
    clip: float | None = None
    ema: float | None = None
    full_precision: bool = False
    sample_mb: float | None = None
    normalization: str = "none"
    augmentation: tuple[str, ...] = ()
    sampling: str | None = None
    regularization: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    baseline: str | None = None
    alternatives: tuple[Rate, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)

    def techniques_named(self) -> tuple[str, ...]:
        """All technique ids in all slots."""
        sampling = (self.sampling,) if self.sampling else ()
        return (*self.augmentation, *sampling, *self.regularization, *self.techniques)


_RATE_KEYS = ("optimizer", "learning_rate", "at_batch", "weight_decay", "momentum")


def _regime(name: str, source_row: Mapping[str, Any]) -> Regime:
    row: dict[str, Any] = dict(source_row)
    condition = take_condition(row)
    rate = Rate(**{key: row.pop(key) for key in _RATE_KEYS if key in row})
    row["length"] = Span(**row["length"])
    if "warmup" in row:
        row["warmup"] = Span(**row["warmup"])
    row["alternatives"] = tuple(Rate(**item) for item in row.get("alternatives", ()))
    for key in ("augmentation", "regularization", "techniques", "sources", "band"):
        if key in row:
            row[key] = tuple(row[key])
    return Regime(id=name, condition=condition, rate=rate, **row)


@cache
def domain_files() -> Mapping[str, tuple[str, ...]]:
    """Domain file -> the subtasks looked up in it first, from index.toml."""
    return {name: tuple(subtasks) for name, subtasks in table("regimes/index.toml")["subtasks"].items()}


@cache
def load(domain: str) -> tuple[Regime, ...]:
    """The regimes of one domain file, in order. Errors: UnknownNameError."""
    if domain not in all_domains():
        raise UnknownNameError("recipe.unknown_domain", name=domain, known=", ".join(all_domains()))
    rows = table(f"regimes/{domain}.toml")
    return tuple(_regime(name, _inherited(row, rows)) for name, row in rows.items())


def _inherited(row: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[str, Any]:
    """A row with `like` takes what it does not say, conditions apart, from the row of that name in the same file."""
    own = dict(row)
    if "like" not in own:
        return own
    parent = dict(rows[own.pop("like")])
    take_condition(parent)
    return {**parent, **own}


@cache
def all_domains() -> tuple[str, ...]:
    """Names of all regime files."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml") if path.stem != "index"))


def all_regimes() -> tuple[Regime, ...]:
    """Every regime of every file."""
    return tuple(regime for domain in all_domains() for regime in load(domain))


def choose_regime(subtask: str, facts: Facts) -> Regime:
    """The first regime that fits: the subtask's own files, then language models, then the fallbacks.

    The last fallback has no condition, so there always is one.
    """
    own = [name for name, subtasks in domain_files().items() if subtask in subtasks]
    for domain in dict.fromkeys((*own, "llm", "fallback")):
        for regime in load(domain):
            if regime.condition.holds(facts):
                return regime
    raise UnknownNameError("recipe.no_regime", name=subtask)
