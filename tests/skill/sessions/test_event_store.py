"""The store: nothing half-written, one writer at a time, old stores carried on, deleted things gone."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.sessions.address import find_store
from deep_learning_expert.skill.sessions.migrations import MIGRATIONS
from deep_learning_expert.skill.sessions.recorded import record, resume
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.workflow.events import Answered, Started
from deep_learning_expert.tools.errors import FileError, SessionError, SettingError, WorkflowError

TASK = {"task": {"type": "classification", "domain": "cv"}, "data": {}, "constraints": {}}
FIRST = Started(task=TASK, language="zh")


def fill(store: EventStore, *names: str) -> None:
    for name in names:
        store.create(name, [FIRST], "requirements")


def refused(code: str):
    return pytest.raises(SessionError, check=lambda error: error.code == code)


def test_events_come_back_as_they_were(place: str) -> None:
    odd = Answered(field="data.size", text="'; DROP TABLE events; --\n\0 ‘你好’ \u2028 🙂")
    with EventStore(place) as store:
        info = store.create("odd", [FIRST], "asking")
        store.append(info, 2, odd, "requirements")
    with EventStore(place) as again:
        info, records = again.read("odd")
    assert [item.event for item in records] == [FIRST, odd]
    assert (info.state, info.length) == ("requirements", 2)


def test_of_two_writers_one_wins_and_the_other_is_told(place: str) -> None:
    with EventStore(place) as one, EventStore(place) as two:
        info = one.create("shared", [FIRST], "asking")
        one.append(info, 2, Answered(field="data.size", text="1k"), "requirements")
        with refused("session.conflict"):
            two.append(info, 2, Answered(field="data.size", text="2k"), "requirements")
        with refused("session.conflict"):
            two.append(info, 4, Answered(field="data.size", text="gap"), "requirements")
        assert [item.event.text for item in two.read("shared")[1][1:]] == ["1k"]


def test_a_session_in_memory_does_not_move_when_the_store_refuses(place: str) -> None:
    with EventStore(place) as store:
        record(store, "twice", Expert().start(TASK)).report()
        one, two = resume(store, "twice"), resume(store, "twice")
        one.answer("data.size", "5k images")
        before = (list(two.session.events), two.session.state)
        with refused("session.conflict"):
            two.answer("data.size", "9k images")
        assert (two.session.events, two.session.state) == before
        with pytest.raises(WorkflowError):
            one.session.add(FIRST)
        assert store.read("twice")[0].length == len(one.session.events)


def test_a_writer_of_a_deleted_session_does_not_revive_it(place: str) -> None:
    with EventStore(place) as store:
        info = store.create("gone", [FIRST], "asking")
        store.delete("gone")
        store.create("gone", [FIRST], "asking")
        with refused("session.unknown"):
            store.append(info, 2, Answered(field="data.size", text="1k"), "requirements")
        assert store.read("gone")[0].length == 1


def test_names_are_unique_and_plain(place: str) -> None:
    with EventStore(place) as store:
        fill(store, "taken", "缺陷_1.b-c")
        with refused("session.exists"):
            fill(store, "taken")
        for bad in ("", "a b", "a/b", "x" * 81, "a\n"):
            with refused("session.bad_name"):
                fill(store, bad)
        for call in (store.read, store.delete):
            with refused("session.unknown"):
                call("none")
        assert {info.name for info in store.sessions()} == {"taken", "缺陷_1.b-c"}


def test_retention_goes_by_the_last_change(place: str) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    day = 0
    with EventStore(place, clock=lambda: begin + timedelta(days=day)) as store:
        revived = store.create("revived", [FIRST], "asking")
        day = 5
        fill(store, "old")
        day = 29
        fill(store, "new")
        day = 30
        store.append(revived, 2, Answered(field="data.size", text="1k"), "requirements")
        assert store.delete_older_than(26) == []
        assert store.delete_older_than(10) == ["old"]
        assert [info.name for info in store.sessions()] == ["revived", "new"]


def test_a_damaged_record_is_named_and_the_rest_stays_usable(place: str) -> None:
    with EventStore(place) as store:
        fill(store, "well")
        for name, statement in {
            "unreadable": "UPDATE events SET line = '{' WHERE session_id = :id",
            "missing": "DELETE FROM events WHERE session_id = :id",
        }.items():
            info = store.create(name, [FIRST], "asking")
            with store.engine.connect() as connection, connection.begin():
                connection.execute(text(statement), {"id": info.id})
            with refused("session.damaged"):
                store.read(name)
        store.create("illegal", [Answered(field="data.size", text="1k")], "asking")
        with refused("session.illegal"):
            resume(store, "illegal")
        assert store.read("well")[0].length == 1


def test_an_old_store_is_carried_on_and_a_newer_one_refused(place: str) -> None:
    with EventStore(place, migrations=MIGRATIONS[:1]) as old:
        fill(old, "kept")

    def add_column(connection) -> None:
        connection.execute(text("ALTER TABLE sessions ADD COLUMN note TEXT"))

    def broken(connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        EventStore(place, migrations=(*MIGRATIONS, broken))
    with EventStore(place) as store:
        assert [info.name for info in store.sessions()] == ["kept"]
        with store.engine.connect() as connection:
            tables = connection.dialect.get_table_names(connection)
        assert "half" not in tables
    EventStore(place, migrations=(*MIGRATIONS, add_column)).close()
    with refused("session.newer_store"):
        EventStore(place)


def test_deleted_text_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite3"
    with EventStore(str(path)) as store:
        store.create("secret", [Started(task={"task": {"description": "Geheimrezept"}}, language="en")], "asking")
        fill(store, "other")
        store.delete("secret")
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Geheimrezept" not in left
    assert path.stat().st_mode & 0o077 == 0


def test_the_file_is_written_ahead_and_through(tmp_path: Path) -> None:
    with EventStore(str(tmp_path / "s.sqlite3")) as store, store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_locked_store_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deep_learning_expert.skill.sessions.database._WAIT_S", 0.05)
    path = str(tmp_path / "s.sqlite3")
    with EventStore(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with refused("session.store_failed"):
            fill(store, "waits")
        other.execute("ROLLBACK")
        other.close()
        fill(store, "waits")


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    text_file = tmp_path / "notes.txt"
    text_file.write_text("these are notes, not a database " * 40)
    with refused("session.store_failed"):
        EventStore(str(text_file))
    assert text_file.read_text().startswith("these are notes")
    with pytest.raises(FileError):
        EventStore(str(text_file / "below"))


def test_where_the_store_is(tmp_path: Path) -> None:
    assert find_store(None, {"XDG_STATE_HOME": "/state"}).shown == "/state/dl-expert/sessions.sqlite3"
    assert find_store(None, {"DL_EXPERT_STORE": "/a/b"}).shown == "/a/b"
    assert find_store("/c", {"DL_EXPERT_STORE": "/a/b"}).shown == "/c"
    assert find_store("sqlite:////x/y.db", {}).shown == "/x/y.db"
    assert find_store("postgres://me:hunter2@h/d", {}).shown == "postgresql+psycopg://me:***@h/d"
    for bad in ("mysql://me:hunter2@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://h:port/hunter2", "://"):
        with pytest.raises(SettingError) as caught:
            find_store(bad, {})
        assert "hunter2" not in caught.value.sentence() + caught.value.sentence("zh")
