"""Opens the database behind a store and sets it up so that a committed event survives whatever comes next."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from deep_learning_expert.skill.sessions.address import Address
from deep_learning_expert.tools.errors import FileError, MissingExtraError, SessionError, os_problem

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_WAIT_S = 30  # how long a writer waits for another process before it gives up
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600  # a conversation is the user's own
_WRITES = "dl_expert_writes"


def open_engine(address: Address) -> Engine:
    """An engine for the place; errors: FileError, MissingExtraError."""
    if address.file is not None:
        return _sqlite(address)
    if importlib.util.find_spec("psycopg") is None:
        raise MissingExtraError("session.missing_extra")
    return create_engine(address.url, pool_pre_ping=True, connect_args={"connect_timeout": _WAIT_S})


def _sqlite(address: Address) -> Engine:
    assert address.file is not None  # the caller looked
    try:
        address.file.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(address.file, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
    except OSError as problem:
        raise FileError("session.no_file", path=address.file, problem=os_problem(problem)) from problem
    engine = create_engine(address.url, connect_args={"timeout": _WAIT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Transactions are begun by us; each commit reaches the disk; deleted text is overwritten."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _use_wal(cursor: object) -> None:
    """Turns the write-ahead log on. SQLite's own waiting does not cover this switch, so it is tried again here."""
    import sqlite3

    assert isinstance(cursor, sqlite3.Cursor)
    until = time.monotonic() + _WAIT_S
    while cursor.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        try:
            cursor.execute("PRAGMA journal_mode = WAL").fetchone()
            return  # a file system without shared memory keeps its journal, which is as durable
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: taking it half-way could fail without waiting."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine, shown: str, *, writes: bool) -> Iterator[Connection]:
    """One transaction, committed at the end, rolled back on any error; shown: the store's name in error messages.

    Errors: SessionError when the database cannot be reached or does not do what it should. Violated constraints
    (IntegrityError) pass through for the caller to name.
    """
    from sqlalchemy.exc import IntegrityError

    try:
        with engine.connect() as connection:
            prepared = connection.execution_options(**{_WRITES: writes})
            with prepared.begin():
                yield prepared
    except IntegrityError:
        raise
    except DBAPIError as problem:
        reason = str(problem.orig).strip().partition("\n")[0]
        raise SessionError("session.store_failed", store=shown, problem=reason) from problem
