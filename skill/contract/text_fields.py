"""The fields of a task that a person fills in words, by their dotted paths as a task spells them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from deep_learning_expert.skill.contract.task import Task


@cache
def text_fields() -> tuple[str, ...]:
    """Dotted paths of the task's text fields that an answer can fill."""
    found: list[str] = []
    for name, section in get_type_hints(Task).items():
        for inner in (section, *get_args(section)):
            if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
                continue
            for part, kind in get_type_hints(inner).items():
                if str in (kind, *get_args(kind)):
                    aliases = Task.model_fields[name].alias, inner.model_fields[part].alias
                    found.append(f"{aliases[0] or name}.{aliases[1] or part}")
    return tuple(found)


def is_filled(task: Mapping[str, Any], path: str) -> bool:
    """Whether a task, as plain data, says something in the field of this dotted path."""
    head, _, rest = path.partition(".")
    part = task.get(head)
    return bool(isinstance(part, Mapping) and part.get(rest))
