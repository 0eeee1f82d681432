"""What every exchange with a model shares: what a call cost, the model's message as the history keeps it, and which
answers cannot be used."""

from __future__ import annotations

import json
from typing import Any

from deep_learning_expert.skill.agent.client.replies import usage_of
from deep_learning_expert.skill.agent.model import RawReply, Reply, Request

CALL_FAILED = "model.call_failed"  # the call itself failed, retries included: there is no answer to correct
_CHARS_PER_TOKEN = 4  # for servers that do not count; a budget needs an order of magnitude


def cost(request: Request, raw: RawReply) -> dict[str, Any]:
    """Tokens and seconds of a call, by the server's count, or by length where it does not count."""
    usage = usage_of(raw)
    if usage is not None:
        sent, written, cached = usage.input_tokens, usage.output_tokens, usage.cached_tokens
    else:
        sent = (len(request.system) + len(str(request.messages)) + len(str(request.tools))) // _CHARS_PER_TOKEN
        written, cached = len(str(raw.body)) // _CHARS_PER_TOKEN, None
    return {"input_tokens": sent, "output_tokens": written, "cached_tokens": cached, "seconds": round(raw.seconds, 3)}


def unusable(reply: Reply) -> str:
    """Why a readable reply cannot be used ("model.refusal", "model.cut", "model.empty"), empty when it can."""
    if reply.finish == "refusal":
        return "model.refusal"
    if reply.calls:
        return ""
    return "model.cut" if reply.finish == "length" else "" if reply.text else "model.empty"


def assistant_message(reply: Reply) -> dict[str, Any]:
    """The model's message as the next request shows it: cleaned, every call well-formed."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in reply.calls
        ]
    return message
