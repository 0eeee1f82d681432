"""The options by which a command works with a language model, and what follows from them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.advice import Advice

OfflineOption = Annotated[bool, typer.Option("--offline", help="Use no language model, whatever is set.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="A language model to advise, by its name on the server of OPENAI_BASE_URL."),
]


def advice_of(model: str | None, offline: bool) -> Advice | None:
    """The advice of the model named, or of the environment's; None to work offline. Errors: SettingError."""
    from deep_learning_expert.skill.agent.client.chosen import chosen_model

    chosen = chosen_model(model, offline=offline)
    if chosen is None:
        return None
    from deep_learning_expert.skill.agent.advice import Advice

    return Advice(chosen)


@contextmanager
def waiting(advice: Advice | None) -> Iterator[None]:
    """Shows a person that a model is being asked; nothing where no person watches, or nobody is asked."""
    if advice is None or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(advice.model.name):
        yield
