"""Reading a model's answer: every way it was seen broken is mended by name, or refused with a stable problem."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.agent.client.replies import read_reply, usage_of
from deep_learning_expert.skill.agent.model import RawReply, TokenUsage
from deep_learning_expert.tools.errors import ModelError

_TOOLS = ("lookup", "list_devices")
_CASES = sorted((Path(__file__).parent / "replies").glob("*.json"))


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_each_known_answer_is_read_as_expected(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    expected = case["expect"]
    if "problem" in expected:
        with pytest.raises(ModelError) as caught:
            read_reply(RawReply(case["body"]), _TOOLS, model="m")
        assert (caught.value.code, caught.value.params["problem"]) == ("model.malformed", expected["problem"])
        return
    reply = read_reply(RawReply(case["body"]), _TOOLS, model="m")
    assert (reply.text, reply.finish, list(reply.repairs)) == (
        expected["text"],
        expected["finish"],
        expected["repairs"],
    ), case["about"]
    assert [(call.name, call.arguments) for call in reply.calls] == [
        (call["name"], call["arguments"]) for call in expected["calls"]
    ]
    ids = [call.id for call in reply.calls]
    assert len(set(ids)) == len(ids)
    for call, wanted in zip(reply.calls, expected["calls"], strict=True):
        assert call.id == wanted.get("id", call.id) and call.id


def test_the_problem_is_named_in_the_language_asked_for() -> None:
    with pytest.raises(ModelError) as caught:
        read_reply(RawReply("<html>"), (), model="m")
    assert "an HTML page" in caught.value.sentence("en") and "HTML 网页" in caught.value.sentence("zh")


def test_there_are_many_broken_answers_on_file() -> None:
    broken = [path for path in _CASES if not path.stem.startswith(("well_formed", "empty_reply", "unknown_tool"))]
    assert len(broken) >= 30


def test_a_made_id_is_the_same_on_a_second_reading() -> None:
    body = {"id": "x", "choices": [{"message": {"tool_calls": [{"function": {"name": "lookup"}}]}}]}
    first, second = (read_reply(RawReply(body), _TOOLS).calls[0].id for _ in range(2))
    assert first == second and len(first) == 9 and first.isalnum()


def test_calls_in_text_can_be_left_as_text() -> None:
    text = '{"call": "lookup", "arguments": {}}'
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    assert read_reply(RawReply(body), _TOOLS, calls_in_text=False).text == text


def test_a_hostile_text_is_read_in_linear_time() -> None:
    for unit in ("<think>", "<tool_call>", "```\n", "<tool_call>{", ",}", "</think>", "{,"):
        body = {"choices": [{"message": {"content": unit * 50_000}, "finish_reason": "stop"}]}
        begin = time.process_time()
        read_reply(RawReply(body), _TOOLS)
        assert time.process_time() - begin < 2, unit


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_ARGUMENTS = _JSON | st.sampled_from(['{"a": 1}', "", "null", '{"a": 1,}', "{", "[]", '"{}"', "```\n{}\n```"])
_NAME = _JSON | st.sampled_from(["lookup", "functions.lookup", "", " "])
_CALL = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "id": _JSON,
        "name": _NAME,
        "arguments": _ARGUMENTS,
        "function": _JSON | st.fixed_dictionaries({}, optional={"name": _NAME, "arguments": _ARGUMENTS}),
    },
)
_TEXT = st.sampled_from(['{"call": "x"}', '{"name": "lookup", "parameters": {}}', "<think>a", '```\n{"call": "x"}```'])
_MESSAGE = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "content": _JSON | _TEXT | st.lists(st.fixed_dictionaries({"type": _JSON, "text": _JSON})),
        "refusal": _JSON,
        "tool_calls": _JSON | st.lists(_CALL, max_size=3),
        "function_call": _CALL,
    },
)
_CHOICE = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "message": _MESSAGE,
        "delta": _MESSAGE,
        "finish_reason": _JSON | st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    },
)
_BODY = _JSON | st.fixed_dictionaries(
    {}, optional={"id": _JSON, "choices": _JSON | st.lists(_CHOICE, max_size=2), "error": _JSON, "usage": _JSON}
)


@given(_BODY | st.binary())
def test_nothing_makes_the_reader_fail_in_another_way(body: object) -> None:
    usage_of(RawReply(body))
    try:
        reply = read_reply(RawReply(body), _TOOLS)
    except ModelError as error:
        assert error.code == "model.malformed"
        return
    sent = json.dumps([reply.text, [[call.id, call.name, call.arguments] for call in reply.calls]], allow_nan=False)
    assert "\\u0000" not in sent
    sent.encode("utf-8")
    assert (reply.finish == "tool_calls") <= bool(reply.calls)


@given(st.text())
def test_nothing_written_as_a_body_makes_the_reader_fail_in_another_way(text: str) -> None:
    usage_of(RawReply(text))
    with pytest.raises(ModelError):
        read_reply(RawReply(text), _TOOLS)


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_a_body_nested_without_end_is_refused(depth: int) -> None:
    with pytest.raises(ModelError):
        read_reply(RawReply("[" * depth), _TOOLS)
    call = {"function": {"name": "lookup", "arguments": '{"a": ' + "[" * depth + "]" * depth + "}"}}
    with pytest.raises(ModelError) as caught:
        read_reply(RawReply({"choices": [{"message": {"tool_calls": [call]}}]}), _TOOLS)
    assert caught.value.params["problem"] == "nested too deeply"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}, TokenUsage(10, 3)),
        ({"input_tokens": 10, "output_tokens": 3}, TokenUsage(10, 3)),
        (
            {"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}},
            TokenUsage(10, 3, 8),
        ),
        (
            {"input_tokens": 10, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 0}},
            TokenUsage(10, 3, 0),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 3, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6},
            TokenUsage(10, 3, 4),
        ),
        ({"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": None}, TokenUsage(10, 3)),
        ({"prompt_tokens": 10.0, "completion_tokens": None}, TokenUsage(10, 0)),
        ({"prompt_tokens": 10, "completion_tokens": 3, "cached_tokens": 99}, TokenUsage(10, 3, 10)),
        ({"prompt_tokens": -1, "completion_tokens": True}, None),
        ({"total_tokens": 13}, None),
        (None, None),
        ([], None),
    ],
)
def test_usage_is_read_in_each_spelling(usage: object, expected: TokenUsage | None) -> None:
    assert usage_of(RawReply({"choices": None, "usage": usage})) == expected
    assert usage_of(RawReply(json.dumps({"usage": usage}))) == expected
