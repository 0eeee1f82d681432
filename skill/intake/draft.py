"""A task in the making: facts from what a person wrote over several turns, each with the words it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deep_learning_expert.skill.contract.task import Task

_LISTS = ("challenges", "existingSetup.trainingIssues")
_JOINT = "; "


@dataclass(frozen=True)
class Fact:
    """One stated thing. path: JSON path in the task; key: which of the things the path can hold ("samples",
    "classes", "deploy"); text: for the task; turn, span: the message and the characters [start, end) in it."""

    path: str
    key: str
    text: str
    turn: int
    span: tuple[int, int]


@dataclass(frozen=True)
class TaskDraft:
    """messages: all turns as written; facts: what they state, corrections applied; logs: pasted training logs."""

    messages: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    logs: tuple[str, ...] = ()

    def text(self, path: str) -> str | None:
        """What is stated for a path, its facts joined; None when nothing is."""
        texts = list(dict.fromkeys(fact.text for fact in self.facts if fact.path == path))
        return (
            _JOINT.join(text for text in texts if not any(text != other and text in other for other in texts)) or None
        )

    def words(self, fact: Fact) -> str:
        """The words of the message a fact came from."""
        return self.messages[fact.turn][slice(*fact.span)]

    def changed_paths(self) -> tuple[str, ...]:
        """The paths that the last message stated something for."""
        last = len(self.messages) - 1
        return tuple(dict.fromkeys(fact.path for fact in self.facts if fact.turn == last))

    def with_turn(self, message: str, facts: tuple[Fact, ...], logs: tuple[str, ...]) -> TaskDraft:
        """The draft after one more message: a fact replaces earlier ones of the same path and key."""
        said = {(fact.path, fact.key) for fact in facts}
        kept = tuple(fact for fact in self.facts if (fact.path, fact.key) not in said)
        return replace(self, messages=(*self.messages, message), facts=(*kept, *facts), logs=(*self.logs, *logs))

    def task(self) -> Task | None:
        """The typed task; None as long as nothing says what is to be learnt."""
        if self.text("task.type") is None:
            return None
        made: dict[str, Any] = {"task": {}, "data": {}, "constraints": {}}
        for path in dict.fromkeys(fact.path for fact in self.facts):
            made = _set(made, path, self._value(path))
        return Task.model_validate(made)

    def _value(self, path: str) -> object:
        if path in _LISTS:
            return list(dict.fromkeys(fact.text for fact in self.facts if fact.path == path))
        if path == "data.augmentationNeeded":
            return True
        return self.text(path)


def _set(task: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    return {**task, head: _set(task.get(head) or {}, rest, value)} if rest else {**task, head: value}
