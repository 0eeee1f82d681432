"""The client against a real server in another process: well-behaved, slow, broken, refusing."""

from __future__ import annotations

import asyncio
import email.utils
import http.server
import json
import logging
import shutil
import ssl
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import respx

from deep_learning_expert.skill.agent.client.capabilities import configure
from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel
from deep_learning_expert.skill.agent.client.replies import read_reply, usage_of
from deep_learning_expert.skill.agent.model import AsyncModel, Model, Request
from deep_learning_expert.tools.errors import ModelError, SettingError

_KEY = "sk-test-0123456789abcdef"
_TOOL = {
    "name": "lookup",
    "description": "Looks a model up.",
    "parameters": {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    },
}
_ASK = Request("You plan.", ({"role": "user", "content": "Which model?"},), (_TOOL,))
_CALLS = {"text": "I look.", "calls": [{"call": "lookup", "arguments": {"name": "ResNet-50"}}, {"call": "lookup"}]}
_OK = {"text": "Use ResNet-50."}


def _model(url: str, **options: Any) -> OpenAIModel:
    return OpenAIModel("m", url, _KEY, **{"first_pause_s": 0.01, **options})


def _ask(model: OpenAIModel, how: str, request: Request = _ASK) -> Any:
    """One call, blocking or on an event loop, with the connections closed after it."""

    async def on_a_loop() -> Any:
        try:
            return await model.asend(request)
        finally:
            await model.aclose()

    try:
        return asyncio.run(on_a_loop()) if how == "async" else model.send(request)
    finally:
        model.close()


def _fails(model: OpenAIModel, how: str = "sync") -> ModelError:
    with pytest.raises(ModelError) as caught:
        _ask(model, how)
    assert caught.value.sentence("en") and caught.value.sentence("zh")
    return caught.value


both = pytest.mark.parametrize("how", ["sync", "async"])


def test_it_is_a_model_both_ways() -> None:
    assert isinstance(_model("http://localhost/v1"), Model) and isinstance(_model("http://localhost/v1"), AsyncModel)


@both
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_arrives_whole_with_its_calls_and_tokens(local_server: Any, how: str, stream: bool) -> None:
    with local_server([{**_CALLS, "stream": stream}]) as server:
        raw = _ask(_model(server.url, stream=stream), how)
        asked = server.log()[0]["body"]
    reply = read_reply(raw, ["lookup"])
    assert (reply.text, reply.finish, reply.repairs) == ("I look.", "tool_calls", ())
    assert [(call.id, call.arguments) for call in reply.calls] == [
        ("call_1_0", {"name": "ResNet-50"}),
        ("call_1_1", {}),
    ]
    usage = usage_of(raw)
    assert usage is not None and usage.input_tokens > 0 and usage.output_tokens > 0 and raw.seconds > 0
    assert asked["messages"][0] == {"role": "system", "content": "You plan."}
    assert asked["tools"] == [{"type": "function", "function": _TOOL}]
    assert asked["max_tokens"] == 1024 and asked.get("stream", False) is stream


def test_a_stream_that_nobody_asked_for_is_read(local_server: Any) -> None:
    with local_server([{**_OK, "stream": True}]) as server:
        assert read_reply(_ask(_model(server.url), "sync"), ()).text == "Use ResNet-50."


def test_an_appended_conversation_is_read_from_the_cache(local_server: Any) -> None:
    longer = Request(
        _ASK.system,
        (*_ASK.messages, {"role": "assistant", "content": "Hm."}, {"role": "user", "content": "?"}),
        _ASK.tools,
    )
    with local_server([_OK, _OK]) as server:
        first, second = (usage_of(_ask(_model(server.url), "sync", ask)) for ask in (_ASK, longer))
    assert first is not None and second is not None
    assert first.cached_tokens == 0 and second.cached_tokens is not None
    assert second.cached_tokens >= first.input_tokens - 1


@both
def test_half_a_character_in_a_text_stops_nothing(local_server: Any, how: str) -> None:
    with local_server([_OK]) as server:
        _ask(_model(server.url), how, Request("计划", ({"role": "user", "content": "a\ud800b 模型"},)))
        assert server.log()[0]["body"]["messages"][1]["content"] == "a?b 模型"


@both
def test_one_connection_serves_many_calls(local_server: Any, how: str) -> None:
    with local_server([_OK], repeat=True) as server:
        model = _model(server.url)

        async def many() -> None:
            for _ in range(5):
                await model.asend(_ASK)
            await model.aclose()

        if how == "async":
            asyncio.run(many())
        else:
            for _ in range(5):
                model.send(_ASK)
        assert len({asked["peer"] for asked in server.log()}) == 1
        model.close()


def test_one_model_serves_many_threads(local_server: Any) -> None:
    with local_server([_OK], repeat=True) as server, ThreadPoolExecutor(16) as pool:
        model = _model(server.url)
        texts = {read_reply(raw, ()).text for raw in pool.map(model.send, [_ASK] * 64)}
        model.close()
    assert texts == {"Use ResNet-50."}


def test_one_model_serves_several_event_loops(local_server: Any) -> None:
    with local_server([_OK, _OK]) as server:
        model = _model(server.url)
        assert [read_reply(_ask(model, "async"), ()).text for _ in range(2)] == ["Use ResNet-50."] * 2


# What passes after a while is tried again


@both
@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500, "body": {"error": {"message": "oops"}}},
        {"status": 503, "raw": "<html>busy</html>"},
        {"status": 429, "body": {"error": {"message": "Rate limit reached, see account/billing", "code": "rate"}}},
        {**_OK, "drop": True},
        {**_OK, "half_closed": True},
        {**_OK, "stream": True, "stream_cut": 4},
    ],
    ids=["500", "503-page", "429", "dropped", "half-closed", "cut-stream"],
)
def test_trouble_that_passes_is_tried_again(local_server: Any, how: str, trouble: dict[str, Any]) -> None:
    with local_server([trouble, _OK]) as server:
        raw = _ask(_model(server.url, stream="stream" in trouble), how)
        assert len(server.log()) == 2
    assert read_reply(raw, ()).text == "Use ResNet-50."


@pytest.mark.parametrize(
    ("trouble", "code", "requests"),
    [
        ({"status": 500}, "model.server", 4),
        ({"status": 429}, "model.rate_limited", 4),
        ({**_OK, "half_closed": True}, "model.unreachable", 4),
        ({**_OK, "drop": True}, "model.malformed", 2),
        ({**_OK, "stream": True, "stream_cut": 4}, "model.malformed", 2),
    ],
    ids=["500", "429", "half-closed", "dropped", "cut-stream"],
)
def test_trouble_that_stays_ends_as_an_error(
    local_server: Any, trouble: dict[str, Any], code: str, requests: int
) -> None:
    with local_server([trouble], repeat=True) as server:
        assert _fails(_model(server.url)).code == code
        assert len(server.log()) == requests


@both
@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, {"message": "temperature is out of range"}, "model.bad_request"),
        (400, {"message": "maximum context length is 8192", "code": "context_length_exceeded"}, "model.too_long"),
        (400, {"message": "Access denied", "code": "Arrearage"}, "model.quota"),
        (401, {"message": f"Incorrect API key provided: {_KEY}"}, "model.refused_key"),
        (402, {"message": "Insufficient Balance"}, "model.quota"),
        (403, {"message": "country not supported"}, "model.bad_request"),
        (404, {"message": "no such model"}, "model.not_found"),
        (422, {"message": "bad body"}, "model.bad_request"),
        (429, {"message": "You exceeded your quota", "code": "insufficient_quota"}, "model.quota"),
        (501, {"message": "not implemented"}, "model.bad_request"),
    ],
)
def test_what_cannot_succeed_is_not_tried_again(
    local_server: Any, how: str, status: int, error: dict[str, Any], code: str
) -> None:
    with local_server([{"status": status, "body": {"error": error}}], repeat=True) as server:
        assert _fails(_model(server.url), how).code == code
        assert len(server.log()) == 1


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("retry-after", "1"),
        ("retry-after-ms", "1000"),
        ("retry-after", lambda: email.utils.formatdate(time.time() + 2, usegmt=True)),
    ],
    ids=["seconds", "milliseconds", "date"],
)
def test_a_server_that_names_a_pause_is_given_it(local_server: Any, header: str, value: Any) -> None:
    value = value() if callable(value) else value
    with local_server([{"status": 429, "headers": {header: value}, "body": {}}, _OK]) as server:
        assert _ask(_model(server.url), "sync").seconds >= 0.95


@both
def test_a_pause_beyond_the_deadline_is_not_waited_for(local_server: Any, how: str) -> None:
    with local_server([{"status": 429, "headers": {"retry-after": "60"}, "body": {}}, _OK]) as server:
        begin = time.monotonic()
        assert _fails(_model(server.url, deadline_s=5), how).code == "model.rate_limited"
        assert time.monotonic() - begin < 4 and len(server.log()) == 1


@pytest.mark.parametrize("value", ["soon", "nan", "-5", "Wed, 99 Foo 2020"])
def test_a_pause_that_means_nothing_is_replaced_by_ours(local_server: Any, value: str) -> None:
    with local_server([{"status": 503, "headers": {"retry-after": value}, "body": {}}, _OK]) as server:
        assert _ask(_model(server.url), "sync").seconds < 2


@both
@pytest.mark.parametrize("trouble", [{"wait_s": 3}, {"drip_s": 0.05}], ids=["silent", "dripping"])
def test_a_slow_server_ends_at_the_deadline(local_server: Any, how: str, trouble: dict[str, Any]) -> None:
    with local_server([{**_OK, **trouble}], repeat=True) as server:
        begin = time.monotonic()
        assert _fails(_model(server.url, deadline_s=0.5), how).code == "model.timeout"
        assert time.monotonic() - begin < 2.5


def test_nobody_listening_is_unreachable() -> None:
    error = _fails(_model("http://127.0.0.1:9/v1", attempts=2))
    assert error.code == "model.unreachable" and "127.0.0.1:9" in str(error) and "refused" in str(error)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"raw": "<!DOCTYPE html><title>Sign in</title>"}, "an HTML page"),
        ({"raw": "upstream connect error", "type": "text/plain"}, "no JSON"),
        ({"raw": '{"id": "x", "cho', "type": "application/json"}, "no JSON"),
        ({"raw": "[" * 20_000, "type": "application/json"}, "nested too deeply"),
        ({"body": {"choices": None}}, "no choices"),
        ({"body": {"error": {"message": "overloaded"}}}, "an error object"),
        ({"raw": 'data: {"error": {"message": "x"}}\n\n', "type": "text/event-stream"}, "an error object"),
    ],
)
def test_garbage_is_handed_on_for_the_reader_to_refuse(local_server: Any, entry: dict[str, Any], problem: str) -> None:
    with local_server([entry]) as server:
        raw = _ask(_model(server.url), "sync")
    with pytest.raises(ModelError) as caught:
        read_reply(raw, ())
    assert caught.value.params["problem"] == problem


# What a server refuses is learnt


@pytest.mark.parametrize(
    ("status", "complaint", "before", "after"),
    [
        (
            400,
            "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "max_completion_tokens",
        ),
        (400, "llama3 does not support tools", "tools", None),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "tools", None),
        (500, "tools param requires --jinja flag", "tools", None),
        (422, "body.stream_options: Extra inputs are not permitted", "stream_options", None),
    ],
)
def test_a_refused_parameter_is_dropped_and_remembered(
    local_server: Any, status: int, complaint: str, before: str, after: str | None
) -> None:
    with local_server([{"status": status, "body": {"error": {"message": complaint}}}, _OK, _OK]) as server:
        for _ in range(2):
            _ask(_model(server.url, stream=True), "sync")
        first, *later = (asked["body"] for asked in server.log())
    assert before in first and len(later) == 2
    for body in later:
        assert before not in body and (after is None or after in body)


def test_without_function_calling_tools_and_calls_are_text(local_server: Any) -> None:
    history = (
        {"role": "user", "content": "Which model?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "lookup", "arguments": '{"name": "x"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "unknown"},
        {"role": "user", "content": "Go on."},
    )
    with local_server([{"text": '{"call": "lookup", "arguments": {"name": "ResNet-50"}}'}]) as server:
        model = _model(server.url)
        configure(server.url, "m", tools=False, system_role=False)
        raw = _ask(model, "sync", Request("You plan.", history, (_TOOL,)))
        body = server.log()[0]["body"]
    assert read_reply(raw, ["lookup"]).calls[0].arguments == {"name": "ResNet-50"}
    assert "tools" not in body and [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][0]["content"].startswith("You plan.") and '"lookup"' in body["messages"][0]["content"]
    assert '{"call": "lookup", "arguments": {"name": "x"}}' in body["messages"][1]["content"]
    assert "unknown" in body["messages"][2]["content"] and "Go on." in body["messages"][2]["content"]


def test_thinking_goes_back_with_its_calls_where_the_server_wants_it(local_server: Any) -> None:
    complaint = "The `reasoning_content` in the thinking mode must be passed back to the API."
    answer = {**_CALLS, "message": {"reasoning_content": "Let me see."}, "stream": True}
    with local_server([answer, {"status": 400, "body": {"error": {"message": complaint}}}, _OK]) as server:
        model = _model(server.url, stream=True)
        message = model.send(_ASK).body["choices"][0]["message"]
        said = {"role": "assistant", "content": None, "tool_calls": message["tool_calls"]}
        model.send(Request("You plan.", (*_ASK.messages, said, {"role": "tool", "tool_call_id": "x", "content": ""})))
        model.close()
        log = server.log()
    assert [asked["body"]["messages"][2].get("reasoning_content") for asked in log[1:]] == [None, "Let me see."]


def test_a_model_cut_off_in_its_thinking_gets_more_room(local_server: Any) -> None:
    cut = {"text": "<think>Let me", "finish": "length"}
    too_much = {
        "status": 400,
        "body": {"error": {"message": "max_tokens is too large: 9216. At most 4096 are allowed."}},
    }
    with local_server([cut, _OK, too_much, _OK]) as server:
        for _ in range(3):
            raw = _ask(_model(server.url), "sync")
        assert [asked["body"]["max_tokens"] for asked in server.log()] == [1024, 1024 + 8192, 1024 + 8192, 1024]
    assert read_reply(raw, ()).text == "Use ResNet-50."


def test_the_responses_api_is_spoken_where_it_is_wanted(local_server: Any) -> None:
    output = [
        {"type": "reasoning", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "I look."}]},
        {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": '{"name": "ResNet-50"}'},
    ]
    usage = {"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}
    answer = {"id": "r", "status": "completed", "output": output, "usage": usage}
    complaint = {"status": 404, "body": {"error": {"message": "This model is only supported in v1/responses."}}}
    with local_server([complaint, {"body": answer}]) as server:
        raw = _ask(_model(server.url), "sync")
        asked = server.log()[1]
    reply = read_reply(raw, ["lookup"])
    assert (reply.text, reply.calls[0].id, reply.calls[0].arguments) == ("I look.", "c1", {"name": "ResNet-50"})
    assert reply.repairs == () and usage_of(raw).cached_tokens == 4
    assert asked["path"].endswith("/v1/responses") and asked["body"]["instructions"] == "You plan."
    assert asked["body"]["input"] == [{"role": "user", "content": "Which model?"}]


def test_where_there_is_no_responses_api_the_other_is_spoken(local_server: Any) -> None:
    with local_server([{"status": 404, "raw": "<html>Not Found</html>"}, _OK]) as server:
        configure(server.url, "m", api="responses")
        assert read_reply(_ask(_model(server.url), "sync"), ()).text == "Use ResNet-50."
        assert [asked["path"].partition("/v1")[2] for asked in server.log()] == ["/responses", "/chat/completions"]


# Secrets


@both
def test_no_key_is_in_a_log_an_error_or_a_repr(local_server: Any, caplog: pytest.LogCaptureFixture, how: str) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"message": f"I got Bearer {_KEY} and http://user:secret@host and sk-other-987654321"}
    with local_server(
        [_OK, {"status": 400, "body": {"error": echo}}, {"status": 500, "body": {"error": echo}}]
    ) as server:
        model = _model(server.url, attempts=1)
        shown = [repr(model)]
        _ask(model, how)
        for _ in range(2):
            error = _fails(model, how)
            shown += [str(error), repr(error), "".join(traceback.format_exception(error, chain=True))]
            chain: BaseException | None = error
            while chain is not None:
                assert type(chain) is ModelError  # the SDK's exceptions hold the request, and it the key
                chain = chain.__cause__ or chain.__context__
        sent = server.log()[0]["headers"]["authorization"]
    text = "\n".join([*shown, caplog.text])
    assert sent == f"Bearer {_KEY}" and caplog.records
    for secret in (_KEY, "secret", "sk-other"):
        assert secret not in text


def test_without_a_key_a_complaint_is_shown_as_it_is(local_server: Any) -> None:
    with local_server([{"status": 400, "body": {"error": {"message": "none of the roles fit"}}}]) as server:
        assert "none of the roles fit" in str(_fails(OpenAIModel("m", server.url)))


@pytest.mark.parametrize("key", ["sk-“quoted”", "sk-a\nb", "sk-\x07"])
def test_a_key_that_no_header_can_carry_is_a_setting_error(key: str) -> None:
    with pytest.raises(SettingError) as caught:
        OpenAIModel("m", "http://localhost/v1", key)
    assert caught.value.code == "model.bad_key" and key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://x/v1", "http://", "http://me:pw@host/v1", "http://h/v1?key=k"]
)
def test_an_address_that_is_none_is_a_setting_error(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        OpenAIModel("m", url, _KEY)
    assert caught.value.code == "model.bad_url"


def test_the_environment_turns_the_model_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert OpenAIModel.from_environment() is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:11434/v1/")
    with pytest.raises(SettingError):
        OpenAIModel.from_environment()
    monkeypatch.setenv("OPENAI_MODEL", "other")
    monkeypatch.setenv("DL_EXPERT_MODEL", "qwen3")
    model = OpenAIModel.from_environment()
    assert model is not None and (model.name, model.capabilities.name) == ("qwen3", "ollama")


def test_the_environment_says_what_the_server_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:9/v1")
    monkeypatch.setenv("DL_EXPERT_MODEL_CAN", '{"tools": false}')
    model = OpenAIModel.from_environment("m")
    assert model is not None and model.capabilities.tools is False and model.capabilities.system_role is True
    for wrong in ('{"tool": false}', '{"tools": "no"}', "[]", "{"):
        monkeypatch.setenv("DL_EXPERT_MODEL_CAN", wrong)
        with pytest.raises(SettingError) as caught:
            OpenAIModel.from_environment("m")
        assert caught.value.sentence("zh").startswith("DL_EXPERT_MODEL_CAN")


# The way to the server


def test_a_proxy_of_the_environment_is_used(local_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with local_server([_OK]) as server:
        url = server.url.replace(server.root, "http://models.example")
        monkeypatch.setenv("HTTP_PROXY", server.root)
        monkeypatch.setenv("NO_PROXY", "elsewhere.example")
        _ask(_model(url), "sync")
        monkeypatch.delenv("HTTP_PROXY")
        assert server.log()[0]["path"] == f"{url}/chat/completions"


def test_an_own_certificate_authority_is_trusted_when_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key -out cert"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE"]
    subprocess.run([*make.split(), *names], cwd=tmp_path, check=True, capture_output=True)

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            data = json.dumps({"choices": [{"message": {"content": "safe"}, "finish_reason": "stop"}]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Server(http.server.ThreadingHTTPServer):
        handshakes = 0

        def get_request(self) -> Any:
            Server.handshakes += 1
            return super().get_request()

        def handle_error(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://127.0.0.1:{server.server_address[1]}/v1"
        error = _fails(_model(url))
        assert error.code == "model.unreachable" and "certificate" in str(error).lower() and Server.handshakes == 1
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
        assert read_reply(_ask(_model(url), "sync"), ()).text == "safe"
        server.shutdown()


def test_known_servers_get_the_body_they_take(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post("https://api.openai.com/v1/chat/completions").respond(
        json={"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    )
    model = OpenAIModel("gpt", api_key=_KEY)
    assert read_reply(model.send(_ASK), ()).text == "hi"
    body = json.loads(route.calls[0].request.content)
    assert "max_tokens" not in body and body["max_completion_tokens"] > 1024
    assert body["tools"][0]["function"]["strict"] is True
    model.close()


def test_a_request_to_another_machine_is_forbidden_in_tests() -> None:
    with pytest.raises(AssertionError, match=r"example\.com"):
        _model("https://example.com/v1").send(_ASK)


def test_the_sdk_is_imported_at_the_first_call_only() -> None:
    code = (
        "import sys, deep_learning_expert.skill.agent.client.openai_client as c;"
        "c.OpenAIModel('m', 'http://x/v1', 'k');"
        "print([n for n in ('openai', 'httpx2', 'tenacity') if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
