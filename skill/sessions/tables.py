"""The tables as queries see them; `migrations.py` makes them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

_METADATA = MetaData()

SESSIONS = Table(
    "sessions",
    _METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("state", String(32), nullable=False),
    Column("length", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)
EVENTS = Table(
    "events",
    _METADATA,
    Column("session_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("line", Text, nullable=False),
)
