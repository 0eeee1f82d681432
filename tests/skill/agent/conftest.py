"""The local server, for tests that need a real peer."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def local_server() -> Iterator[Any]:
    """The process of server.py: `with local_server([ENTRY, ...]) as server: server.url, server.log()`."""
    spec = importlib.util.spec_from_file_location("agent_test_server", Path(__file__).with_name("server.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = module.LocalServer()
    yield server
    server.close()
