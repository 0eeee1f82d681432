"""The tables of the store and how an older store becomes a newer one.

`MIGRATIONS` is append-only: entry n turns version n into version n + 1. An entry that has been released never changes;
that is why the tables are spelled out in SQL both databases understand and not made from `tables.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, inspect, text

from deep_learning_expert.tools.errors import SessionError

Migration = Callable[[Connection], None]
# An arbitrary constant under which PostgreSQL lets one process at a time migrate.
_MIGRATION_LOCK = 7_306_085_019


def _first_tables(connection: Connection) -> None:
    """sessions: one row per session, with a copy of what a listing shows; events: the record itself, never updated."""
    connection.execute(
        text(
            """
            CREATE TABLE sessions (
                id VARCHAR(32) PRIMARY KEY,
                name VARCHAR(80) NOT NULL UNIQUE,
                state VARCHAR(32) NOT NULL,
                length INTEGER NOT NULL,
                created_at VARCHAR(32) NOT NULL,
                updated_at VARCHAR(32) NOT NULL
            )
            """
        )
    )
    connection.execute(
        text(
            """
            CREATE TABLE events (
                session_id VARCHAR(32) NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
                seq INTEGER NOT NULL,
                at VARCHAR(32) NOT NULL,
                line TEXT NOT NULL,
                PRIMARY KEY (session_id, seq)
            )
            """
        )
    )


def _index_by_age(connection: Connection) -> None:
    """Listing and retention go by the last change."""
    connection.execute(text("CREATE INDEX sessions_by_age ON sessions (updated_at)"))


MIGRATIONS: tuple[Migration, ...] = (_first_tables, _index_by_age)


def version_of(connection: Connection) -> int:
    """The version of the store's tables, zero for an empty database."""
    if not inspect(connection).has_table("store_version"):
        return 0
    return int(connection.execute(text("SELECT version FROM store_version")).scalar() or 0)


def migrate(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings the store to the newest version inside the caller's write transaction: all changes or none.

    Errors: SessionError when a newer program has written the store.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    version = version_of(connection)  # looked at under the lock: another process may just have migrated
    if version > len(migrations):
        raise SessionError("session.newer_store", version=version, known=len(migrations))
    for change in migrations[version:]:
        change(connection)
    connection.execute(text("CREATE TABLE IF NOT EXISTS store_version (version INTEGER NOT NULL)"))
    connection.execute(text("DELETE FROM store_version"))
    connection.execute(text("INSERT INTO store_version (version) VALUES (:version)"), {"version": len(migrations)})
