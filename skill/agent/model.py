"""What the agent asks of a language model, and nothing more: a request out, the server's raw answer back.

A model returns the answer as it came (`RawReply`), unparsed: the loop first charges it to the budget, then reads it
strictly (`replies.read_reply`). So a broken answer costs what it cost, and every model, scripted or real, goes through
the same reading. Messages and tools have the form of the Chat Completions API, the one most servers speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

Message = Mapping[str, Any]  # {"role": "user" | "assistant" | "tool", ...} as Chat Completions spells it
ToolSchema = Mapping[str, Any]  # {"name", "description", "parameters": JSON Schema}

Finish = Literal["stop", "tool_calls", "length", "refusal"]


@dataclass(frozen=True)
class Request:
    """system: byte-stable over a conversation; messages: only ever appended to, so that servers can reuse a prefix."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSchema, ...] = ()
    max_output_tokens: int = 1024


@dataclass(frozen=True)
class RawReply:
    """body: the decoded JSON of a chat completion, or the text when it was no JSON; seconds: wall time of the call."""

    body: object
    seconds: float = 0.0


@dataclass(frozen=True)
class ToolCall:
    """One function call of the model. arguments: the decoded object."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class TokenUsage:
    """Tokens as the server counted them. cached_tokens: part of input_tokens read from its cache, None when unsaid."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int | None = None


@dataclass(frozen=True)
class Reply:
    """A well-formed answer. repairs: what had to be mended to read it, by stable names ("arguments-as-object")."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    repairs: tuple[str, ...] = field(default=())


@runtime_checkable
class Model(Protocol):
    """A language model reached by blocking calls."""

    @property
    def name(self) -> str:
        """As shown in the report."""

    def send(self, request: Request) -> RawReply:
        """One completed call, retries included; errors: ModelError."""
        ...


@runtime_checkable
class AsyncModel(Protocol):
    """A language model reached from an event loop."""

    @property
    def name(self) -> str:
        """As shown in the report."""

    async def asend(self, request: Request) -> RawReply:
        """One completed call, retries included; errors: ModelError."""
        ...
