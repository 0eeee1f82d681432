"""The tables beside this code, each read once and when first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@cache
def table(name: str) -> Mapping[str, Any]:
    """The table `name` ("routes.toml", "defaults.toml"); errors: FileNotFoundError."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
