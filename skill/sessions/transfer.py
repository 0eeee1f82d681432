"""One session as JSON lines: a head line that says what follows, then one event per line with its number and time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deep_learning_expert.skill.sessions.recorded import state_of
from deep_learning_expert.skill.sessions.store import EventStore, Record, SessionInfo
from deep_learning_expert.skill.workflow.events import Event, event_to_json
from deep_learning_expert.tools.errors import SessionError

_Model = TypeVar("_Model", bound=BaseModel)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Head(_Line):
    """The first line. events: how many lines follow, so that a cut file is noticed."""

    format: Literal["dl-expert-session"] = "dl-expert-session"
    version: Literal[1] = 1
    name: str
    events: int


class Entry(BaseModel):
    """One event."""

    model_config = ConfigDict(extra="forbid")

    seq: int
    at: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
    event: Event


def export_lines(store: EventStore, name: str) -> Iterator[str]:
    """The session's lines, without line ends; errors: SessionError."""
    _, records = store.read(name)
    yield Head(name=name, events=len(records)).model_dump_json()
    for item in records:
        # The event is spliced in as stored, so that export, import and export again give the same bytes.
        yield f'{{"seq":{item.seq},"at":{json.dumps(item.at)},"event":{event_to_json(item.event)}}}'


def import_lines(store: EventStore, lines: Iterable[str], name: str | None = None) -> SessionInfo:
    """Takes an exported session in, under its own name or another; all of it or nothing.

    Errors: SessionError for a taken name, a line that is none, a cut file, or events that are no legal history.
    """
    kept = [line for line in lines if line.strip()]
    if not kept:
        raise SessionError("session.no_export", line=1, problem="empty")
    head = _read(Head, kept[0], 1)
    records = [_entry(line, number) for number, line in enumerate(kept[1:], start=2)]
    _check_numbers(records, head.events)
    chosen = name or head.name
    return store.restore(chosen, records, state_of(chosen, (item.event for item in records)))


def _entry(line: str, number: int) -> Record:
    entry = _read(Entry, line, number)
    return Record(entry.seq, entry.at, entry.event)


def _read(model: type[_Model], line: str, number: int) -> _Model:
    try:
        return model.model_validate_json(line)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SessionError("session.no_export", line=number, problem=f"{where} {first['msg']}".strip()) from problem


def _check_numbers(records: Sequence[Record], announced: int) -> None:
    for expected, item in enumerate(records, start=1):
        if item.seq != expected:
            raise SessionError("session.no_export", line=expected + 1, problem=f"seq {item.seq} ≠ {expected}")
    if len(records) != announced:
        raise SessionError("session.cut_export", found=len(records), announced=announced)
