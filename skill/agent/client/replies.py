"""Reads a model's answer strictly: what can be mended with certainty is mended and named, the rest is a ModelError.

The SDK passes malformed answers on without a word, and servers differ in a hundred small ways, so nothing of an answer
is believed before it went through here. Names of repairs (`Reply.repairs`, each at most once) and problems are stable;
tests/skill/agent/replies holds one file for each way an answer was seen to be broken.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from deep_learning_expert.skill.agent.client.lenient import (
    FENCE,
    Malformed,
    clean,
    inside,
    loaded,
    parsed,
    plain,
    refuse,
    without_thinking,
)
from deep_learning_expert.skill.agent.model import Finish, RawReply, Reply, TokenUsage, ToolCall
from deep_learning_expert.tools.errors import ModelError, Words

_MADE_ID_CHARS = 9  # letters and digits only: Mistral's servers accept exactly this form of a call's id
_MOST_TOKENS = 1 << 40  # more than any window; a larger count is a broken one
_FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    **dict.fromkeys(("length", "max_tokens", "model_length", "insufficient_system_resource"), "length"),
    **dict.fromkeys(("content_filter", "safety", "recitation", "prohibited_content", "blocklist"), "refusal"),
}
_CALL_KEYS = {"call", "name", "arguments", "parameters", "id", "type"}
_NAME_PARTS = re.compile(r"__|[^\w-]+")


def read_reply(
    raw: RawReply, known_tools: Collection[str], *, model: str = "model", calls_in_text: bool = True
) -> Reply:
    """The answer as a well-formed reply.

    known_tools: names of the tools that were offered; other names are kept for the caller to answer.
    model: its name, for the error. calls_in_text: also read calls written as JSON in the text, as models do whose
    server has no function calling.
    A reply with finish "length" holds only the calls that arrived whole; one with "refusal" holds none.
    Errors: ModelError "model.malformed", whose `problem` is one of the Words under errors.model.why.
    """
    try:
        return _Reader(known_tools).read(raw.body, calls_in_text)
    except Malformed as malformed:
        why = str(malformed)
    except RecursionError:
        why = "too_deep"
    raise ModelError("model.malformed", model=model, problem=Words(f"model.why.{why}"))


def usage_of(raw: RawReply) -> TokenUsage | None:
    """Tokens of the call in whichever of the known spellings the server used; None when it did not say."""
    try:
        body = _decoded(raw.body) if isinstance(raw.body, str) else raw.body
    except (Malformed, RecursionError):
        return None
    usage = body.get("usage") if isinstance(body, Mapping) else None
    if not isinstance(usage, Mapping):
        return None
    sent = _count(usage, "prompt_tokens", "input_tokens")
    written = _count(usage, "completion_tokens", "output_tokens")
    if sent is None and written is None:
        return None
    cached = _count(usage, "prompt_cache_hit_tokens", "cached_tokens")  # DeepSeek, Moonshot
    for details in (usage.get("prompt_tokens_details"), usage.get("input_tokens_details")):
        if cached is None and isinstance(details, Mapping):
            cached = _count(details, "cached_tokens")
    return TokenUsage(sent or 0, written or 0, None if cached is None else min(cached, sent or 0))


def _count(table: Mapping[Any, Any], *names: str) -> int | None:
    for name in names:
        value = table.get(name)
        value = int(value) if isinstance(value, float) and value.is_integer() else value
        if type(value) is int and 0 <= value < _MOST_TOKENS:
            return value
    return None


class _Reader:
    """One reading; collects the repairs it made."""

    def __init__(self, known_tools: Collection[str]) -> None:
        self._known = known_tools
        self._repairs: list[str] = []
        self._seed = ""

    def _mended(self, repair: str) -> None:
        if repair not in self._repairs:
            self._repairs.append(repair)

    def read(self, body: object, calls_in_text: bool) -> Reply:
        if isinstance(body, str):
            body = _decoded(body)
            self._mended("body-as-text")
        choice = self._choice(body)
        message = self._message(choice)
        reason = choice.get("finish_reason")
        finish = _FINISHES.get(reason.lower()) if isinstance(reason, str) else None
        text, refusal = self._text(message)
        if refusal or finish == "refusal":
            return Reply(clean(refusal or text), (), "refusal", tuple(self._repairs))
        items = self._items(message)
        if not items and calls_in_text:
            text, items = self._written(text)
        calls = self._calls(items, cut=finish == "length")
        due: Finish = "length" if finish == "length" else "tool_calls" if calls else "stop"
        if finish != due:
            self._mended("finish-reason")
        return Reply(clean(text), calls, due, tuple(self._repairs))

    def _choice(self, body: object) -> Mapping[Any, Any]:
        if isinstance(body, list) and len(body) == 1:  # Gemini's gateway wraps its errors so
            body = body[0]
        if not isinstance(body, Mapping):
            refuse("no_object")
        choices = body.get("choices")
        if not choices and body.get("error"):
            refuse("error_object")
        if not isinstance(choices, list) or not choices:
            refuse("no_choices")
        choice = choices[0]
        if not isinstance(choice, Mapping):
            refuse("choice_no_object")
        if choice.get("error"):  # OpenRouter puts an upstream's failure here
            refuse("error_object")
        self._seed = body["id"] if isinstance(body.get("id"), str) else ""
        return choice

    def _message(self, choice: Mapping[Any, Any]) -> Mapping[Any, Any]:
        message = choice.get("message")
        if message is None and isinstance(choice.get("delta"), Mapping):
            self._mended("delta-as-message")
            message = choice["delta"]
        if not isinstance(message, Mapping):
            refuse("no_message")
        return message

    def _text(self, message: Mapping[Any, Any]) -> tuple[str, str]:
        """The text without the model's thinking, and the words of a refusal."""
        content, refusal = message.get("content"), message.get("refusal")
        refusal = refusal if isinstance(refusal, str) else ""
        if isinstance(content, Mapping):
            content = [content]
        if isinstance(content, list):
            self._mended("content-parts")
            refusal = refusal or "".join(_part(part, "refusal") for part in content)
            content = "".join(_part(part, "text") for part in content)
        content = "" if content is None else content
        if not isinstance(content, str):
            refuse("content_no_text")
        text = without_thinking(content)
        if text != content:
            self._mended("thinking-in-text")
        return text.strip(), refusal.strip()

    def _items(self, message: Mapping[Any, Any]) -> Sequence[object]:
        """The calls as the server spelled them."""
        items: object = message.get("tool_calls", ())
        if items is None:
            self._mended("tool-calls-null")
            items = ()
        if isinstance(items, Mapping):
            self._mended("tool-calls-object")
            items = (items,)
        if not isinstance(items, list | tuple):
            refuse("tool_calls_no_list")
        if not items and isinstance(message.get("function_call"), Mapping):
            self._mended("function-call")
            items = ({"function": message["function_call"]},)
        return items

    def _written(self, text: str) -> tuple[str, Sequence[object]]:
        """Calls that make up the text or its only fenced block, and the text beside them."""
        blocks = list(FENCE.finditer(text))
        whole = text[:1] in ("{", "[")
        if not whole and len(blocks) != 1:
            return text, ()
        mended: list[str] = []
        try:
            value = parsed(text if whole else inside(blocks[0]), mended.append)
        except Malformed:
            return text, ()
        items = [self._written_call(item) for item in (value if isinstance(value, list) else [value])]
        if not items or None in items:
            return text, ()
        for repair in (*mended, "calls-in-text"):
            self._mended(repair)
        return "" if whole else f"{text[: blocks[0].start()]}{text[blocks[0].end() :]}".strip(), items

    def _written_call(self, item: object) -> dict[str, object] | None:
        """{"call": NAME, ...} is our own form; {"name": NAME, ...} counts only for a tool that exists."""
        if not isinstance(item, Mapping) or not set(item) <= _CALL_KEYS:
            return None
        name = item.get("call", item.get("name"))
        if not isinstance(name, str) or ("call" not in item and name not in self._known):
            return None
        given = item.get("arguments", item.get("parameters")) or {}
        arguments = given if isinstance(given, str) else json.dumps(plain(given))
        made = _made_id(f"{self._seed} {name} {arguments}")  # a call in text has no id, which is no fault of it
        return {"id": made, "function": {"name": name, "arguments": arguments}}

    def _calls(self, items: Sequence[object], cut: bool) -> tuple[ToolCall, ...]:
        calls: dict[str, ToolCall] = {}
        for index, item in enumerate(items):
            call = self._call(item, index, {call.id for call in calls.values()}, cut)
            if call is None:
                self._mended("cut-call-dropped")
                continue
            same = f"{call.name} {json.dumps(call.arguments, sort_keys=True)}"
            if same in calls:
                self._mended("duplicate-call")
            calls.setdefault(same, call)
        return tuple(calls.values())

    def _call(self, item: object, index: int, taken: Collection[str], cut: bool) -> ToolCall | None:
        """None for a call that the length limit cut off."""
        if not isinstance(item, Mapping):
            refuse("call_no_object")
        function = item.get("function")
        if function is None and "name" in item:
            self._mended("flat-call")
            function = item
        name = function.get("name") if isinstance(function, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(name, str) or not name.strip():
            refuse("call_no_name")
        given = function.get("arguments")
        if cut and not (isinstance(given, Mapping) or _is_json(given)):
            return None
        name, arguments = self._name(name), self._arguments(given)
        made = item.get("id")
        if not isinstance(made, str) or not made.strip() or made in taken:
            self._mended("call-id")
            made = _made_id(f"{self._seed} {index} {name} {json.dumps(arguments, sort_keys=True)}")
        return ToolCall(clean(made), name, arguments)

    def _name(self, name: str) -> str:
        """Without blanks, and without a namespace or a template's token when a tool's name stands beside it."""
        parts = [name.strip(), *(part for part in _NAME_PARTS.split(name) if part)]
        found = next((part for part in parts if part in self._known), clean(parts[0]))
        if found != name:
            self._mended("tool-name")
        return found

    def _arguments(self, given: object) -> Mapping[str, Any]:
        if given is None or (isinstance(given, str) and given.strip() in ("", "null")):
            self._mended("arguments-empty")
            return {}
        if isinstance(given, str):
            given = parsed(given, self._mended)
            if isinstance(given, str):
                self._mended("arguments-encoded-twice")
                given = parsed(given, self._mended)
        elif isinstance(given, Mapping):
            self._mended("arguments-as-object")
        if not isinstance(given, Mapping):
            refuse("arguments_no_object")
        arguments: Mapping[str, Any] = plain(given)
        return arguments


def _decoded(text: str) -> object:
    text = text.strip().removeprefix("\ufeff")
    if text[:1] == "<":
        refuse("html_page")
    if not text:
        refuse("empty_body")
    try:
        return loaded(text)
    except ValueError:
        raise Malformed("no_json") from None


def _is_json(text: object) -> bool:
    try:
        return isinstance(text, str) and loaded(text) is not None
    except ValueError:
        return False


def _part(part: object, kind: str) -> str:
    """The text of one part of a content; parts of other kinds (thinking, images) say nothing to us."""
    if isinstance(part, str):
        return part if kind == "text" else ""
    if not isinstance(part, Mapping):
        refuse("content_no_text")
    value = part.get(kind)
    return value if isinstance(value, str) and part.get("type", kind) in (kind, f"output_{kind}") else ""


def _made_id(seed: str) -> str:
    """The same for the same answer, so that a replay makes the same ids."""
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:_MADE_ID_CHARS]
