"""The checked-in tables are what their build script makes of the published rows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOM = Path(__file__).resolve().parents[3] / "tools" / "compression"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compression_table_build", ROOM / "build" / "table.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_drop_table(build: ModuleType) -> None:
    assert build.cells(build.reader.rows()) == json.loads((ROOM / "drop_table.json").read_text(encoding="utf-8"))


def test_speed_table(build: ModuleType) -> None:
    made = build.speeds(build.reader.speed_rows(), build.reader.RULES["hardware"])
    assert made == json.loads((ROOM / "speed_table.json").read_text(encoding="utf-8"))
