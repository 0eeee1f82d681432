"""Where the sessions are kept: a file of the user by default, or a path or database URL of their choice."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from deep_learning_expert.tools.errors import SettingError

VARIABLE = "DL_EXPERT_STORE"
_FOLDER = "dl-expert"
_FILE = "sessions.sqlite3"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True)
class Address:
    """A store's place. file: the SQLite file, None for a server; shown: the place without any password."""

    url: URL
    file: Path | None

    @property
    def shown(self) -> str:
        """The place as a person may see it."""
        return str(self.file) if self.file is not None else self.url.render_as_string(hide_password=True)


def find_store(chosen: str | None = None, environ: Mapping[str, str] = os.environ) -> Address:
    """The store to use: `chosen` (a path or a URL), else $DL_EXPERT_STORE, else a file in the user's state folder.

    Errors: SettingError for a URL of another kind or one that cannot be read.
    """
    place = chosen or environ.get(VARIABLE) or str(_state_folder(environ) / _FOLDER / _FILE)
    if "://" not in place:
        return _file(Path(place).expanduser())
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is not repeated.
        raise SettingError("session.bad_url") from None
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return _file(Path(url.database))
    if url.drivername in _POSTGRES:
        return Address(url.set(drivername="postgresql+psycopg"), None)
    raise SettingError("session.bad_url")


def _file(path: Path) -> Address:
    absolute = path.absolute()
    return Address(URL.create("sqlite", database=str(absolute)), absolute)


def _state_folder(environ: Mapping[str, str]) -> Path:
    """Where the system wants programs to keep their state."""
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
