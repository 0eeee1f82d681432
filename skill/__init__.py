"""The public Python API: `Expert`, `Task`, `Plan`, `Report`; everything else may change between versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deep_learning_expert.skill.contract.plan import Plan
    from deep_learning_expert.skill.contract.report import Report
    from deep_learning_expert.skill.contract.task import Task
    from deep_learning_expert.skill.expert import Expert

__all__ = ["Expert", "Plan", "Report", "Task"]

_HOMES = {"Expert": "expert", "Plan": "contract.plan", "Report": "contract.report", "Task": "contract.task"}


def __getattr__(name: str) -> object:
    """Loads a public name on first use, so that importing a sub-module stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
