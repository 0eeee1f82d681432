"""OpenTelemetry spans of model and tool calls, where the program around us has set OpenTelemetry up; else nothing.

Names are those of the GenAI semantic conventions (opentelemetry-semantic-conventions 1.45, incubating), all of them
here. What was said, by whomever, never goes into a span: only names, counts and codes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from deep_learning_expert.skill.agent.client.replies import usage_of
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.tools.errors import ExpertError

_OPERATION, _MODEL, _MOST = "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.request.max_tokens"
_IN, _OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
_CACHED = "gen_ai.usage.cache_read.input_tokens"
_TOOL, _CALL, _ERROR = "gen_ai.tool.name", "gen_ai.tool.call.id", "error.type"
_SCOPE = "deep_learning_expert"

Seen = Callable[[RawReply], RawReply]


@contextmanager
def model_call(model: str, request: Request) -> Iterator[Seen]:
    """A span around one call; what it yields takes the answer and passes it on."""
    attributes = {_OPERATION: "chat", _MODEL: model, _MOST: request.max_output_tokens}
    with _span(f"chat {model}", "CLIENT", attributes) as span:

        def seen(raw: RawReply) -> RawReply:
            usage = usage_of(raw) if span is not None else None
            if span is not None and usage is not None:
                span.set_attribute(_IN, usage.input_tokens)
                span.set_attribute(_OUT, usage.output_tokens)
                if usage.cached_tokens is not None:
                    span.set_attribute(_CACHED, usage.cached_tokens)
            return raw

        yield seen


def tool_call(name: str, call_id: str) -> AbstractContextManager[Any]:
    """A span around one function of ours."""
    return _span(f"execute_tool {name}", "INTERNAL", {_OPERATION: "execute_tool", _TOOL: name, _CALL: call_id})


def _span(name: str, kind: str, attributes: dict[str, Any]) -> AbstractContextManager[Any]:
    # A program that records traces has imported OpenTelemetry already; if none has, there is nothing to record for.
    if "opentelemetry.trace" not in sys.modules:
        return nullcontext()
    return _recorded(name, kind, attributes)


@contextmanager
def _recorded(name: str, kind: str, attributes: dict[str, Any]) -> Iterator[Any]:
    from opentelemetry import trace

    tracer = trace.get_tracer(_SCOPE)
    # The exception's text may hold words of the user: only its code is told.
    with tracer.start_as_current_span(
        name, kind=trace.SpanKind[kind], attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except ExpertError as problem:
            span.set_attribute(_ERROR, problem.code)
            span.set_status(trace.StatusCode.ERROR)
            raise
