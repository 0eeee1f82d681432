"""What the server behind a base URL can do: first from a table of known servers, then from what it complains about.

A server that refuses a parameter says so in its error; `learn` finds the lesson in servers.toml, changes the record
and the request is sent again without it. The record is kept for the process, by base URL and model, since behind one
gateway each model can do something else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Capabilities:
    """Fields as explained in servers.toml, beside their defaults. name: the known server, or "gateway"."""

    name: str
    api: Literal["chat", "responses"]
    tools: bool
    tool_choice: bool
    parallel_calls: Literal["default", "on-request", "no"]
    strict_schemas: bool
    output_limit: Literal["max_tokens", "max_completion_tokens", ""]
    thinking_tokens: int
    usage: bool
    stream_usage: bool
    system_role: bool
    reasoning: str
    reasoning_back: bool


_learned: dict[tuple[str, str], Capabilities] = {}


def capabilities_of(base_url: str, model: str) -> Capabilities:
    """What is known by now of this model behind this base URL; nothing is sent."""
    return _learned.get((base_url, model)) or _row(base_url)


def configure(base_url: str, model: str, **fields: Any) -> Capabilities:
    """Sets fields by hand, over the table and over what was learnt.

    Errors: TypeError for a field there is not, or a value of another type.
    """
    known = capabilities_of(base_url, model)
    for name, value in fields.items():
        if type(value) is not type(getattr(known, name, None)):
            raise TypeError(name)
    record = _learned[base_url, model] = replace(known, **fields)
    return record


def learn(base_url: str, model: str, complaint: str) -> bool:
    """Changes the record by what the server said in refusing a request; False when it taught nothing."""
    record = capabilities_of(base_url, model)
    for lesson in _table()["lesson"]:
        fits = all(getattr(record, name) == value for name, value in lesson["when"].items())
        if fits and re.search(lesson["said"], complaint, re.IGNORECASE | re.DOTALL):
            configure(base_url, model, **lesson["set"])
            return True
    return False


@cache
def _table() -> Mapping[str, Any]:
    with Path(__file__).with_name("servers.toml").open("rb") as stream:
        return tomllib.load(stream)


def _row(base_url: str) -> Capabilities:
    """The first known server whose host, or whose port on this machine, is that of the address."""
    address = urlsplit(base_url)
    host, port = address.hostname or "", f":{address.port}"
    known: Mapping[str, Any] = next(
        (
            row
            for row in _table()["server"]
            if any(port == place or host == place or host.endswith(f".{place}") for place in row["hosts"])
        ),
        {},
    )
    fields = {**_table()["default"], **known}
    return Capabilities(**{name: value for name, value in fields.items() if name not in ("hosts", "source")})
