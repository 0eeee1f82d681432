"""No test reaches beyond this machine, and none sees the developer's keys or proxies."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Any

import pytest

_SETTINGS = ("OPENAI_", "DL_EXPERT_MODEL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_")


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):  # a path of a Unix socket
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@pytest.fixture(autouse=True)
def _no_requests_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting elsewhere, or asking for another machine's address, fails as a mistake of the test."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def local_connect(self: socket.socket, address: Any) -> None:
        assert _is_local(address), f"a test tried to reach {address}"
        connect(self, address)

    def local_look_up(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        assert name is None or _is_local((name,)), f"a test tried to reach {name}"
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", local_connect)
    monkeypatch.setattr(socket, "getaddrinfo", local_look_up)
    for name in list(os.environ):
        if name.upper().startswith(_SETTINGS):
            monkeypatch.delenv(name)
