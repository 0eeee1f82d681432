"""Streams and Responses bodies become chat completions, whatever a server sends."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.agent.client.capabilities import capabilities_of, configure, learn
from deep_learning_expert.skill.agent.client.replies import read_reply
from deep_learning_expert.skill.agent.client.wire import (
    StreamCutError,
    assembled,
    chat_body,
    completion_of,
    responses_body,
)
from deep_learning_expert.skill.agent.model import RawReply, Request


def _stream(*chunks: object, done: bool = True) -> str:
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"] if done else lines)


def _delta(delta: object, finish: str | None = None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _call(index: int | None, name: str | None, arguments: object, made: str | None = None) -> dict[str, object]:
    call: dict[str, object] = {"function": {"name": name, "arguments": arguments}}
    call |= {} if index is None else {"index": index}
    return _delta({"tool_calls": [call | ({"id": made} if made else {})]})


@pytest.mark.parametrize(
    "chunks",
    [
        [_call(0, "f", "", "a"), _call(0, None, '{"x":'), _call(0, None, "1}"), _call(1, "g", "{}", "b")],
        [_call(0, "f", '{"x":1}', "a"), _call(0, "g", "{}", "b")],  # all calls numbered zero
        [_call(None, "f", '{"x":1}', "a"), _call(None, "g", "{}", "b")],  # no numbers
        [_call(0, "f", {"x": 1}, "a"), _call(1, "g", {}, "b")],  # decoded arguments
        [
            _call(0, "f", '{"x"', "a"),
            _call(1, "g", "{", "b"),
            _call(0, None, ":1}"),
            _call(1, None, "}"),
        ],  # interleaved
        [_call(0, "f", '{"x":', "a"), _call(0, "f", "1}", "a"), _call(1, "g", "{}", "b")],  # name and id in each chunk
    ],
)
def test_calls_are_put_together_from_their_pieces(chunks: list[dict[str, object]]) -> None:
    reply = read_reply(RawReply(assembled(_stream(*chunks, _delta({}, "tool_calls")))), ["f", "g"])
    assert [(call.id, call.name, dict(call.arguments)) for call in reply.calls] == [
        ("a", "f", {"x": 1}),
        ("b", "g", {}),
    ]


def test_text_usage_and_reason_are_kept() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    body = assembled(
        _stream(
            {"id": "s", **_delta({"content": "Hello "})},
            _delta({"content": "you"}, "length"),
            {"choices": [], "usage": usage},
        )
    )
    assert body["usage"] == usage and body["id"] == "s"
    reply = read_reply(RawReply(body), ())
    assert (reply.text, reply.finish) == ("Hello you", "length")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_comments_and_event_names_do_not_matter(newline: str) -> None:
    text = f": hi\n\nevent: x\nid: 1\ndata:{json.dumps(_delta({'content': 'a'}, 'stop'))}\n\n"
    assert read_reply(RawReply(assembled(text.replace("\n", newline))), ()).text == "a"


def test_a_stream_cut_anywhere_is_never_taken_for_a_whole_one() -> None:
    whole = _stream(_delta({"content": "Use 灰 ResNet"}), _delta({"content": "-50"}), _delta({}, "stop"))
    complete = assembled(whole)
    for length in range(len(whole)):
        try:
            body = assembled(whole[:length])
        except StreamCutError:
            continue
        assert body == complete, length


def test_a_responses_stream_is_its_last_event() -> None:
    response = {"id": "r", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}
    stream = _stream(
        {"type": "response.created", "response": {}}, {"type": "response.completed", "response": response}, done=False
    )
    reply = read_reply(RawReply(assembled(stream)), ())
    assert (reply.text, reply.finish) == ("No.", "refusal")


@pytest.mark.parametrize(
    ("body", "finish"),
    [
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": []}, "refusal"),
        ({"status": "completed", "output": []}, "stop"),
    ],
)
def test_the_end_of_a_response_keeps_its_meaning(body: object, finish: str) -> None:
    assert read_reply(RawReply(completion_of(body)), ()).finish == finish


_KEYS = ["choices", "delta", "message", "index", "tool_calls", "function", "arguments", "id", "content", "output"]
_KEYS += ["type", "call_id", "error", "response", "usage", "finish_reason"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=4), st.booleans())
def test_no_stream_makes_it_fail_in_another_way(chunks: list[object], done: bool) -> None:
    with contextlib.suppress(StreamCutError):
        assembled(_stream(*chunks, done=done))


@given(st.text() | st.text(alphabet='data: {}[]\n\r"DONE,'))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with contextlib.suppress(StreamCutError):
        assembled(text)


@given(_JSON, st.lists(_JSON, max_size=3))
def test_no_response_makes_it_fail_in_another_way(details: object, output: list[object]) -> None:
    completion_of({"output": output, "incomplete_details": details, "status": "completed"})
    completion_of(details)


def _request(parameters: dict[str, object]) -> Request:
    return Request(
        "s", ({"role": "user", "content": "u"},), ({"name": "f", "description": "d", "parameters": parameters},)
    )


@pytest.mark.parametrize(
    ("parameters", "strict"),
    [
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}, False),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "object", "properties": {"b": {}}}}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
    ],
)
def test_strict_is_asked_only_for_schemas_that_keep_its_rules(parameters: dict[str, object], strict: bool) -> None:
    can = capabilities_of("https://api.openai.com/v1", "strict-test")
    for body in (
        chat_body(_request(parameters), "m", can, False),
        responses_body(_request(parameters), "m", can, False),
    ):
        tool = body["tools"][0]
        assert tool.get("function", tool).get("strict", False) is strict


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.deepseek.com", "deepseek"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "dashscope"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://gpu-box:8000/v1", "vllm"),
        ("http://127.0.0.1:8080/v1", "llama.cpp"),
        ("https://gateway.example/v1", "gateway"),
        ("https://api.openai.com.evil.example/v1", "gateway"),
    ],
)
def test_a_known_server_is_known_by_its_address(url: str, name: str) -> None:
    assert capabilities_of(url, "any").name == name


def test_lessons_end() -> None:
    url = "http://lessons.example/v1"
    configure(url, "m", output_limit="max_tokens")
    complaint = (
        "Unknown field max_tokens; use max_completion_tokens; tools, strict, stream_options, system role: unsupported"
    )
    taught = sum(learn(url, "m", complaint) for _ in range(50))
    assert 0 < taught < 50 or capabilities_of(url, "m").output_limit in ("max_tokens", "max_completion_tokens")
    assert not learn(url, "m", "the moon is full")
