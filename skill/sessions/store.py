"""The durable event store: sessions by name, each an append-only list of events with one writer at a time.

An event is on the disk before `append` returns. Two writers of one session cannot both win: the second gets a
SessionError and loses nothing but that event, which was never accepted.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from deep_learning_expert.skill.sessions.address import find_store
from deep_learning_expert.skill.sessions.database import open_engine, transaction
from deep_learning_expert.skill.sessions.migrations import MIGRATIONS, Migration, migrate, version_of
from deep_learning_expert.skill.sessions.tables import EVENTS, SESSIONS
from deep_learning_expert.skill.workflow.events import Event, event_from_json, event_to_json
from deep_learning_expert.tools.errors import SessionError

Clock = Callable[[], datetime]
_NAME = r"[\w.-]{1,80}"


def check_name(name: str) -> None:
    """Errors: SessionError for a name that no session can have."""
    if re.fullmatch(_NAME, name) is None:
        raise SessionError("session.bad_name", name=name)


def _now() -> datetime:
    return datetime.now(UTC)


def _stamp(moment: datetime) -> str:
    """UTC in a fixed width, so that text order is time order in every database."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class SessionInfo:
    """One line of a listing. id: stays the session's own even if its name is used again; times: UTC, ISO 8601."""

    id: str
    name: str
    state: str
    length: int
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Record:
    """One stored event. seq counts from one without gaps; at: when it was accepted, UTC, ISO 8601."""

    seq: int
    at: str
    event: Event


class EventStore:
    """Sessions in one database. Safe to use from many processes; one object per process."""

    def __init__(self, place: str | None = None, *, clock: Clock = _now, migrations: Sequence[Migration] = MIGRATIONS):
        """Opens the store and brings it to the newest version. place: as in `find_store`.

        Errors: SettingError, FileError, MissingExtraError, SessionError.
        """
        address = find_store(place)
        self.shown = address.shown
        self.engine = open_engine(address)
        self._clock = clock
        try:
            self._update(migrations)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets the connections go."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- writing --------------------------------------------------------------------------------------------------

    def create(self, name: str, events: Iterable[Event], state: str) -> SessionInfo:
        """A new session with its first events, all or none; state: what the events fold to. Errors: SessionError."""
        now = _stamp(self._clock())
        return self.restore(name, [Record(seq, now, event) for seq, event in enumerate(events, start=1)], state)

    def restore(self, name: str, records: Sequence[Record], state: str) -> SessionInfo:
        """A new session whose events keep their times; errors: SessionError for a bad or a taken name."""
        check_name(name)
        now = _stamp(self._clock())
        first = records[0].at if records else now
        info = SessionInfo(uuid.uuid4().hex, name, state, len(records), first, now)
        rows = [self._row(info.id, record) for record in records]
        try:
            with self._transaction(writes=True) as connection:
                connection.execute(insert(SESSIONS).values(**vars(info)))
                if rows:
                    connection.execute(insert(EVENTS), rows)
        except IntegrityError as problem:
            raise SessionError("session.exists", name=name) from problem
        return info

    def append(self, info: SessionInfo, seq: int, event: Event, state: str) -> None:
        """Makes event number `seq` durable; state: what the session is in after it.

        Errors: SessionError when another process has written that number, or has deleted the session; nothing was
        changed then.
        """
        now = _stamp(self._clock())
        at_the_end = (SESSIONS.c.id == info.id) & (SESSIONS.c.length == seq - 1)
        grown = update(SESSIONS).where(at_the_end).values(length=seq, state=state, updated_at=now)
        try:
            with self._transaction(writes=True) as connection:
                if connection.execute(grown).rowcount != 1:
                    raise self._lost(connection, info)
                connection.execute(insert(EVENTS).values(**self._row(info.id, Record(seq, now, event))))
        except IntegrityError as problem:
            raise SessionError("session.conflict", name=info.name) from problem

    def delete(self, name: str) -> None:
        """Removes a session and its events for good; errors: SessionError."""
        with self._transaction(writes=True) as connection:
            self._remove(connection, [self._find(connection, name)])
        self._forget()

    def delete_older_than(self, days: float) -> list[str]:
        """Retention: removes the sessions without a change in so many days and names them, oldest first."""
        limit = _stamp(self._clock() - timedelta(days=days))
        old = select(SESSIONS).where(SESSIONS.c.updated_at < limit).order_by(SESSIONS.c.updated_at)
        with self._transaction(writes=True) as connection:
            gone = [_info(row) for row in connection.execute(old).mappings()]
            self._remove(connection, gone)
        self._forget()
        return [info.name for info in gone]

    # -- reading --------------------------------------------------------------------------------------------------

    def sessions(self) -> list[SessionInfo]:
        """All sessions, the last changed first."""
        newest = select(SESSIONS).order_by(SESSIONS.c.updated_at.desc(), SESSIONS.c.name)
        with self._transaction(writes=False) as connection:
            return [_info(row) for row in connection.execute(newest).mappings()]

    def read(self, name: str) -> tuple[SessionInfo, list[Record]]:
        """A session with all its events; errors: SessionError for an unknown session or a damaged record."""
        with self._transaction(writes=False) as connection:
            info = self._find(connection, name)
            query = select(EVENTS).where(EVENTS.c.session_id == info.id).order_by(EVENTS.c.seq)
            rows = list(connection.execute(query).mappings())
        # PostgreSQL reads the two tables at two moments: events that came in between are not of this reading.
        records = [_record(name, row) for row in rows[: info.length]]
        for expected, record in enumerate(records, start=1):
            if record.seq != expected:
                raise SessionError("session.damaged", name=name, seq=expected)
        if len(records) < info.length:
            raise SessionError("session.damaged", name=name, seq=len(records) + 1)
        return info, records

    # -- parts ----------------------------------------------------------------------------------------------------

    def _update(self, migrations: Sequence[Migration]) -> None:
        """Migrates if need be; a store of this version is only looked at, so that opening it waits for nobody."""
        with self._transaction(writes=False) as connection:
            current = version_of(connection) == len(migrations)
        if not current:
            with self._transaction(writes=True) as connection:
                migrate(connection, migrations)

    def _transaction(self, *, writes: bool) -> AbstractContextManager[Connection]:
        return transaction(self.engine, self.shown, writes=writes)

    @staticmethod
    def _row(key: str, record: Record) -> dict[str, object]:
        return {"session_id": key, "seq": record.seq, "at": record.at, "line": event_to_json(record.event)}

    @staticmethod
    def _find(connection: Connection, name: str) -> SessionInfo:
        row = connection.execute(select(SESSIONS).where(SESSIONS.c.name == name)).mappings().first()
        if row is None:
            raise SessionError("session.unknown", name=name)
        return _info(row)

    @staticmethod
    def _lost(connection: Connection, info: SessionInfo) -> SessionError:
        """Why an append found nothing to append to."""
        there = connection.execute(select(SESSIONS.c.length).where(SESSIONS.c.id == info.id)).scalar()
        return SessionError("session.unknown" if there is None else "session.conflict", name=info.name)

    @staticmethod
    def _remove(connection: Connection, gone: Sequence[SessionInfo]) -> None:
        for info in gone:
            connection.execute(delete(EVENTS).where(EVENTS.c.session_id == info.id))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id == info.id))

    def _forget(self) -> None:
        """Empties SQLite's write-ahead log, which still holds what was deleted."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _info(row: RowMapping) -> SessionInfo:
    return SessionInfo(**{str(key): value for key, value in row.items()})


def _record(name: str, row: RowMapping) -> Record:
    try:
        return Record(row["seq"], row["at"], event_from_json(row["line"]))
    except ValidationError as problem:
        raise SessionError("session.damaged", name=name, seq=row["seq"]) from problem
