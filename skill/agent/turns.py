"""What every exchange with a model shares: charging and reading an answer, answering its calls, asking for another."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.agent.client.replies import read_reply, usage_of
from deep_learning_expert.skill.agent.client.telemetry import tool_call
from deep_learning_expert.skill.agent.model import RawReply, Reply, Request, ToolCall
from deep_learning_expert.skill.workflow.events import ModelTurn
from deep_learning_expert.tools.errors import ExpertError, ModelError

CALL_FAILED = "model.call_failed"  # the call itself failed, retries included: there is no answer to correct
_CHARS_PER_TOKEN = 4  # for servers that do not count; a budget needs an order of magnitude


def opened(
    step: str, model: str, prompt: str, request: Request, lang: Language, *, calls_in_text: bool = True
) -> Generator[Request, RawReply, tuple[Reply | None, ModelTurn]]:
    """One call, charged and then read: the reply, None when it cannot be used, and the turn as far as it is known."""
    turn = ModelTurn(step=step, model=model, prompt=prompt)
    started = time.perf_counter()
    try:
        raw = yield request
    except ModelError as problem:
        seconds, detail = round(time.perf_counter() - started, 3), problem.sentence(lang)
        return None, turn.model_copy(
            update={"fault": CALL_FAILED, "detail": detail, "closes": True, "seconds": seconds}
        )
    turn = turn.model_copy(update=cost(request, raw))
    try:
        names = [str(tool["name"]) for tool in request.tools]
        reply = read_reply(raw, names, model=model, calls_in_text=calls_in_text)
    except ModelError as problem:
        return None, turn.model_copy(update={"fault": problem.code})
    fault = unusable(reply)
    if fault:
        return None, turn.model_copy(update={"fault": fault, "closes": reply.finish == "refusal"})
    return reply, turn.model_copy(update={"assistant": assistant_message(reply), "repairs": reply.repairs})


def results_of(
    calls: Iterable[ToolCall], run: Callable[[ToolCall], str], lang: Language
) -> tuple[tuple[dict[str, Any], ...], bool]:
    """Our answer to each call, in order, and whether one of them was refused."""
    found: list[dict[str, Any]] = []
    failed = False
    for call in calls:
        try:
            with tool_call(call.name, call.id):
                text = run(call)
        except ExpertError as problem:
            failed, text = True, template(lang, "agent.error").format(problem=problem.sentence(lang))
        found.append({"role": "tool", "tool_call_id": call.id, "content": text})
    return tuple(found), failed


def correction(turn: ModelTurn, lang: Language) -> str:
    """What is said after a turn that could not be used; nothing after one whose calls were answered."""
    return template(lang, f"agent.correction.{turn.fault.rpartition('.')[2]}") if turn.fault else turn.detail


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
