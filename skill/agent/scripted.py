"""A model that says what a script tells it to: for the evals and tests, and to replay a conversation without a network.

A script is a list of replies in the order of the calls. Each is one mapping:
    {call: NAME, arguments: {...}}            one function call
    {calls: [{call: NAME, arguments: {...}}]} several at once
    {text: "..."}                             text
    {finish: length | refusal, text: "..."}   cut off, or refused
    {raw: ANYTHING}                           this body, whatever it is: malformed replies
    {fault: CODE}                             the call fails with ModelError "model.CODE"
A call beyond the script, or a reply never asked for, is an error: a script must be consumed to the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.tools.errors import ModelError, ScriptError

# Usage of a scripted reply: characters by this factor, as a stand-in for a tokenizer; only its order matters.
_CHARS_PER_TOKEN = 4
_FAULT_DETAILS = {"model": "scripted", "address": "the script", "problem": "a scripted fault", "status": "scripted"}


class ScriptedModel:
    """Plays a script. requests: what the agent asked, in order, for tests to look at."""

    name = "scripted"

    def __init__(self, script: Sequence[Mapping[str, Any]]) -> None:
        self._script = list(script)
        self.requests: list[Request] = []

    def send(self, request: Request) -> RawReply:
        """The next reply of the script; errors: ScriptError when there is none left, ModelError for a fault."""
        position = len(self.requests)
        self.requests.append(request)
        if position >= len(self._script):
            raise ScriptError("script.not_scripted", call=position + 1, scripted=len(self._script))
        entry = self._script[position]
        if "fault" in entry:
            raise ModelError(f"model.{entry['fault']}", **_FAULT_DETAILS)
        if "raw" in entry:
            return RawReply(entry["raw"])
        return RawReply(_completion(entry, request, position))

    async def asend(self, request: Request) -> RawReply:
        """As `send`."""
        return self.send(request)

    def finish(self) -> None:
        """Errors: ScriptError when replies were left over."""
        left = len(self._script) - len(self.requests)
        if left > 0:
            raise ScriptError("script.left_over", left=left, scripted=len(self._script))


def _completion(entry: Mapping[str, Any], request: Request, position: int) -> dict[str, Any]:
    calls = entry.get("calls") or ([entry] if "call" in entry else [])
    message: dict[str, Any] = {"role": "assistant", "content": entry.get("text", "")}
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{position + 1}_{index}",
                "type": "function",
                "function": {"name": call["call"], "arguments": json.dumps(call.get("arguments", {}))},
            }
            for index, call in enumerate(calls)
        ]
    finish = entry.get("finish", "tool_calls" if calls else "stop")
    if finish == "refusal":
        message["refusal"], finish = message["content"] or "no", "stop"
    sent = len(request.system) + len(json.dumps([*request.messages, *request.tools], ensure_ascii=False))
    return {
        "id": f"scripted-{position + 1}",
        "object": "chat.completion",
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": sent // _CHARS_PER_TOKEN,
            "completion_tokens": len(json.dumps(message, ensure_ascii=False)) // _CHARS_PER_TOKEN,
        },
    }
