"""Between the agent's form of a conversation and what a server reads and writes: pure functions over JSON values.

Out: a request as the body of Chat Completions, of the Responses API, or as plain text for a server without function
calling. In: an answer of the Responses API, or a stream of server-sent events, as one chat completion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.agent.client.capabilities import Capabilities
from deep_learning_expert.skill.agent.model import Message, Request, ToolSchema

JSON = dict[str, Any]
_CALL_FORM = '{"call": NAME, "arguments": {...}}'  # as replies.py reads it


class StreamCutError(Exception):
    """A stream that ended before its end was announced."""


def chat_body(request: Request, model: str, can: Capabilities, stream: bool) -> JSON:
    """The body of POST /chat/completions."""
    system = request.system if can.tools or not request.tools else _with_tools_as_text(request)
    messages = [dict(message) for message in request.messages]
    if not can.tools:
        messages = _as_text(messages)
    if can.system_role:
        messages.insert(0, {"role": "system", "content": system})
    elif messages and messages[0]["role"] == "user":
        messages[0] = {**messages[0], "content": f"{system}\n\n{messages[0]['content']}"}
    else:
        messages.insert(0, {"role": "user", "content": system})
    body: JSON = {"model": model, "messages": messages}
    if request.tools and can.tools:
        body["tools"] = [{"type": "function", "function": _tool(tool, can)} for tool in request.tools]
        if can.parallel_calls != "default":
            body["parallel_tool_calls"] = can.parallel_calls == "on-request"
    if can.output_limit:
        body[can.output_limit] = request.max_output_tokens + can.thinking_tokens
    if stream:
        body |= {"stream": True} | ({"stream_options": {"include_usage": True}} if can.stream_usage else {})
    return body


def responses_body(request: Request, model: str, can: Capabilities, stream: bool) -> JSON:
    """The body of POST /responses; nothing is stored on the server, so the whole conversation goes along."""
    body: JSON = {"model": model, "instructions": request.system, "store": False}
    body["input"] = [item for message in request.messages for item in _response_items(message)]
    if request.tools:  # strict is the default of this API, so it is always said
        body["tools"] = [{"type": "function", "strict": False, **_tool(tool, can)} for tool in request.tools]
    body["max_output_tokens"] = request.max_output_tokens + can.thinking_tokens
    return body | ({"stream": True} if stream else {})


def completion_of(body: object) -> object:
    """An answer of the Responses API as a chat completion; anything else as it came."""
    if not isinstance(body, Mapping) or not isinstance(body.get("output"), list):
        return body
    message: JSON = {"role": "assistant", "content": [], "tool_calls": []}
    for item in body["output"]:
        kind = item.get("type") if isinstance(item, Mapping) else None
        if kind == "message":
            content = item.get("content")
            message["content"] += content if isinstance(content, list) else [{"type": "text", "text": content}]
        elif kind == "function_call":
            call = {"name": item.get("name"), "arguments": item.get("arguments")}
            message["tool_calls"].append({"id": item.get("call_id"), "type": "function", "function": call})
    parts = message["content"]
    if all(isinstance(part, Mapping) and isinstance(part.get("text"), str) for part in parts):
        message["content"] = "".join(part["text"] for part in parts)
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    finish = {"max_output_tokens": "length"}.get(str(reason), reason) or (
        "tool_calls" if message["tool_calls"] else "stop"
    )
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {"id": body.get("id"), "error": body.get("error"), "usage": body.get("usage")} | (
        {} if body.get("status") == "failed" else {"choices": choices}
    )


def assembled(events: str) -> object:
    """The completion that a stream of server-sent events adds up to; text that is no stream as it came.

    Errors: StreamCutError when the stream broke off.
    """
    choice: JSON = {"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": None}
    whole: JSON = {"choices": [choice]}
    for data in _data_of(events):
        if data == "[DONE]":
            choice["finish_reason"] = choice["finish_reason"] or "stop"
            break
        try:
            chunk = json.loads(data)
        except ValueError:
            raise StreamCutError from None
        if not isinstance(chunk, Mapping) or chunk.get("error"):
            return chunk
        if isinstance(chunk.get("response"), Mapping):  # an event of the Responses API; the last holds the whole
            if chunk.get("type") in ("response.completed", "response.incomplete", "response.failed"):
                return completion_of(chunk["response"])
            continue
        whole |= {key: chunk[key] for key in ("id", "model", "usage") if chunk.get(key)}
        for part in listed(chunk.get("choices")):
            _add(choice, part)
    if choice["finish_reason"] is None:
        raise StreamCutError
    return whole


def listed(value: object) -> list[Any]:
    """A list as it is; nothing for anything else that a server may have put in its place."""
    return value if isinstance(value, list) else []


def _data_of(events: str) -> Iterator[str]:
    for event in events.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
        if lines:
            yield "\n".join(lines)


def _add(choice: JSON, part: object) -> None:
    """One chunk's choice onto the sum: texts are joined, calls by their index."""
    if not isinstance(part, Mapping) or part.get("index", 0) != 0:
        return
    choice["finish_reason"] = part.get("finish_reason") or choice["finish_reason"]
    delta = part.get("delta") or part.get("message")
    for key, value in delta.items() if isinstance(delta, Mapping) else ():
        if key == "tool_calls":
            for call in listed(value):
                _add_call(choice["message"].setdefault("tool_calls", []), call)
        elif key != "role" and isinstance(value, str):
            choice["message"][key] = choice["message"].get(key, "") + value


def _add_call(calls: list[JSON], delta: object) -> None:
    if not isinstance(delta, Mapping):
        return
    index, made = delta.get("index", len(calls)), delta.get("id")
    begun = next((call for call in reversed(calls) if call["index"] == index), None)
    if begun is None or (made and begun["id"] and made != begun["id"]):  # some servers number all calls 0
        begun = {"index": index, "id": made, "type": "function", "function": {"name": None, "arguments": ""}}
        calls.append(begun)
    function = delta.get("function")
    if isinstance(function, Mapping):
        begun["function"]["name"] = begun["function"]["name"] or function.get("name")
        more = function.get("arguments")
        begun["function"]["arguments"] += more if isinstance(more, str) else json.dumps(more) if more else ""


def _tool(tool: ToolSchema, can: Capabilities) -> JSON:
    return dict(tool) | ({"strict": True} if can.strict_schemas and _is_strict(tool["parameters"]) else {})


def _is_strict(schema: object) -> bool:
    """Whether a schema keeps the rules of strict mode: every object closed, and all of its properties required."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "object" or "properties" in schema:
            listed = set(schema.get("properties", ())) == set(schema.get("required", ()))
            if not listed or schema.get("additionalProperties") is not False:
                return False
        return all(_is_strict(value) for value in schema.values())
    return not isinstance(schema, list) or all(_is_strict(item) for item in schema)


def _with_tools_as_text(request: Request) -> str:
    lang: Language = "zh" if any("\u4e00" <= char <= "\u9fff" for char in request.system) else "en"
    listed = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in request.tools)
    return f"{request.system}\n\n{template(lang, 'wire.calls_in_text').format(form=_CALL_FORM)}\n{listed}"


def _as_text(messages: Sequence[Message]) -> list[JSON]:
    """Calls and their results as text, and no role twice in a row, as plain chat templates demand."""
    texts: list[JSON] = []
    for message in messages:
        role, content = message["role"], message.get("content") or ""
        if role == "tool":
            role, content = "user", json.dumps({"result": content}, ensure_ascii=False)
        for call in message.get("tool_calls") or ():
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            content += "\n" + json.dumps({"call": name, "arguments": arguments}, ensure_ascii=False)
        if texts and texts[-1]["role"] == role:
            texts[-1]["content"] += f"\n\n{content.strip()}"
        else:
            texts.append({"role": role, "content": content.strip()})
    return texts


def _response_items(message: Message) -> Iterator[JSON]:
    if message["role"] == "tool":
        yield {"type": "function_call_output", "call_id": message["tool_call_id"], "output": message["content"]}
        return
    if message.get("content"):
        yield {"role": message["role"], "content": message["content"]}
    for call in message.get("tool_calls") or ():
        yield {"type": "function_call", "call_id": call["id"], **call["function"]}
