"""From a task back to a draft, so that a dialogue taken up again can go on correcting it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.message import read_message

_PARTS = "; "  # between the facts of one field


def draft_of(task: Mapping[str, object]) -> TaskDraft:
    """The draft whose facts are the fields of a task (JSON keys); each keeps the key under which words like it would
    have been read, so that a later number of the same kind takes its place."""
    lines = list(_texts(task))
    message = "\n".join(text for _, text in lines)
    facts: list[Fact] = []
    at = 0
    for path, text in lines:
        facts.append(Fact(path, _key(path, text), text, 0, (at, at + len(text))))
        at += len(text) + 1
    return TaskDraft().with_turn(message, tuple(facts), ()) if facts else TaskDraft()


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        yield from ((path, item) for item in value if isinstance(item, str) and item)
    elif isinstance(value, str) and value:
        parts = value.split(_PARTS) if path.startswith(("data.", "constraints.")) else [value]
        yield from ((path, part) for part in parts if part)


def _key(path: str, text: str) -> str:
    return next((fact.key for fact in read_message(text).facts if fact.path == path), "")
