"""The databases the stores are tested on: SQLite in memory-backed files, and a PostgreSQL server of our own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

INSTALL = "DL_EXPERT_TEST_INSTALL_POSTGRES"
_SKIPPED: list[str] = []


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder that need not survive a power cut: killing processes is tested here, not pulling plugs."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of an empty PostgreSQL on a free port, torn down at the end."""
    programs = _programs()
    if programs is None or find_spec("psycopg") is None:
        reason = (
            f"no PostgreSQL server or no psycopg here; set {INSTALL}=1 to install the server from Debian's packages"
        )
        _SKIPPED.append(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, port = Path(folder) / "data", _free_port()
        _as_server("initdb", "-D", str(data), "-A", "trust", "-U", "expert", "--no-sync", programs=programs)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        log = str(Path(folder) / "log")
        _as_server("pg_ctl", "-D", str(data), "-l", log, "-w", "-o", options, "start", programs=programs)
        try:
            yield f"postgresql://expert@127.0.0.1:{port}"
        finally:
            _as_server("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop", programs=programs)


@pytest.fixture
def postgres(postgres_server: str, request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database."""
    import psycopg

    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres_server}/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Every kind of store."""
    return str(tmp_path / "s.sqlite3") if request.param == "sqlite" else request.getfixturevalue("postgres")


def _programs() -> Path | None:
    if os.environ.get(INSTALL) and not _found():
        for step in (["update", "-q"], ["install", "-y", "-q", "postgresql"]):
            subprocess.run(["apt-get", *step], check=True, capture_output=True)
    return _found()


def _found() -> Path | None:
    """The folder of the newest server programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("pg_ctl")
    return debian[-1].parent if debian else Path(on_path).parent if on_path else None


def _as_server(program: str, *arguments: str, programs: Path) -> None:
    """Runs a server program; PostgreSQL refuses to run as root."""
    command = [str(programs / program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A quiet skip would look like a pass."""
    if _SKIPPED:
        terminalreporter.section("sessions on PostgreSQL were NOT tested", red=True, bold=True)
        terminalreporter.line(_SKIPPED[0])
