"""A real OpenAI-compatible server on this machine, in a process of its own, that does what scripts tell it to.

A script is {"replies": [ENTRY, ...], "repeat": false}; POST /scripts takes one and answers with the number under which
it is played: the base URL is then http://127.0.0.1:PORT/NUMBER/v1. Each request takes the script's next entry (with
"repeat" the first comes after the last), and one too many gets status 599. With "by_turn" it takes the entry after as
many as the request holds answers with calls, so that any number of conversations can share a script; cached
prefixes are not counted then. An entry says what to answer, and how badly:
    {text: "..."} {calls: [{call: NAME, arguments: {...}}]} {body: ANY}   a completion, or this body
    {raw: "TEXT", type: "text/html"}                                      these bytes
    {status: 429, headers: {...}, body: ANY}                              an error
    stream: true         as server-sent events, in small pieces, the usage last; also without being asked
    stream_cut: N        only the first N events, then the answer ends properly
    wait_s: SECONDS      before answering;  drip_s: SECONDS between single bytes of the body
    drop: true           the connection breaks in the middle of the body
    half_closed: true    the server reads the request and closes without a word
Tokens are bytes of the prompt (tools, then messages, as JSON) divided by four; those that begin some earlier request
of the script the same way are reported as cached. GET /NUMBER/log gives what was asked:
[{path, headers, body, peer, prompt, cached}].
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

_BYTES_PER_TOKEN = 4


class LocalServer:
    """One process; each script is a server of its own: `with process([{"text": "hi"}]) as server: server.url`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.root = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    @contextmanager
    def __call__(
        self, replies: list[dict[str, Any]], *, repeat: bool = False, by_turn: bool = False
    ) -> Iterator[Script]:
        """A script to be played under a URL of its own."""
        data = json.dumps({"replies": replies, "repeat": repeat, "by_turn": by_turn}).encode()
        yield Script(self.root, _fetched(urllib.request.Request(f"{self.root}/scripts", data)))

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()  # the server ends with its input
        self._process.wait(timeout=10)
        self._process.stdout.close()


class Script:
    """url: the base URL under which the script is played."""

    def __init__(self, root: str, number: int) -> None:
        self.root, self.url, self._log = root, f"{root}/{number}/v1", f"{root}/{number}/log"

    def log(self) -> list[dict[str, Any]]:
        """What was asked so far."""
        return _fetched(self._log)


def _fetched(request: Any) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return json.load(answer)


class _State:
    def __init__(self, script: dict[str, Any]) -> None:
        self.script = script
        self.lock = threading.Lock()
        self.log: list[dict[str, Any]] = []
        self.prompts: list[bytes] = []

    def take(self, request: dict[str, Any]) -> dict[str, Any]:
        """Notes the request and gives it its entry."""
        body = request["body"] if isinstance(request["body"], dict) else {}
        parts = [body.get("tools", []), body.get("instructions", ""), *body.get("messages", body.get("input", []))]
        prompt = "\n".join(json.dumps(part, ensure_ascii=False) for part in parts).encode()
        with self.lock:
            by_turn = self.script.get("by_turn", False)
            shared = max((_common(prompt, earlier) for earlier in self.prompts), default=0)
            self.prompts += [] if by_turn else [prompt]
            said = sum(bool(message.get("tool_calls")) for message in body.get("messages", []))
            position, replies = said if by_turn else len(self.log), self.script["replies"]
            request |= {"prompt": len(prompt) // _BYTES_PER_TOKEN, "cached": shared // _BYTES_PER_TOKEN}
            self.log.append(request)
        if position >= len(replies) and not self.script["repeat"]:
            return {"status": 599, "body": {"error": {"message": f"request {position + 1} is not scripted"}}}
        return replies[position % len(replies)]


def _common(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _completion(entry: dict[str, Any], request: dict[str, Any], number: int) -> Any:
    if "body" in entry:
        return entry["body"]
    message: dict[str, Any] = {"role": "assistant", "content": entry.get("text")}
    if entry.get("calls"):
        message["tool_calls"] = [
            {
                "id": f"call_{number}_{index}",
                "type": "function",
                "function": {"name": call["call"], "arguments": json.dumps(call.get("arguments", {}))},
            }
            for index, call in enumerate(entry["calls"])
        ]
    message |= entry.get("message", {})
    finish = entry.get("finish", "tool_calls" if entry.get("calls") else "stop")
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": request["body"].get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": request["prompt"],
            "completion_tokens": len(json.dumps(message)) // _BYTES_PER_TOKEN,
            "total_tokens": request["prompt"] + len(json.dumps(message)) // _BYTES_PER_TOKEN,
            "prompt_tokens_details": {"cached_tokens": request["cached"]},
        },
    }


def _events(body: dict[str, Any]) -> list[bytes]:
    """A completion as chunks of a stream: a role, text by words, arguments by halves, the reason, the usage."""
    choice = body["choices"][0]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for key in ("reasoning_content", "content"):
        text = choice["message"].get(key) or ""
        deltas += [{key: word} for word in text.split(" ")[:1] + [f" {word}" for word in text.split(" ")[1:]] if word]
    for index, call in enumerate(choice["message"].get("tool_calls", [])):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        half = len(arguments) // 2
        begin = {"index": index, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        pieces = [{"index": index, "function": {"arguments": part}} for part in (arguments[:half], arguments[half:])]
        deltas += [{"tool_calls": [piece]} for piece in (begin, *pieces)]
    chunks: list[dict[str, Any]] = [
        {"id": body["id"], "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
        for delta in deltas
    ]
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    chunks += [{"id": body["id"], "choices": [last]}, {"id": body["id"], "choices": [], "usage": body["usage"]}]
    events = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    return [b": a comment keeps the connection awake\n\n", *events, b"data: [DONE]\n\n"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for the client's delayed acknowledgement
    scripts: ClassVar[list[_State]] = []
    adding = threading.Lock()

    def log_message(self, *_: object) -> None:
        """Nothing: the log is asked for."""

    @property
    def state(self) -> _State:
        """The script of this address; a proxy is asked for whole URLs."""
        return self.scripts[int(urllib.parse.urlsplit(self.path).path.split("/")[1])]

    def do_GET(self) -> None:
        with self.state.lock:
            self._answer(200, {}, json.dumps(self.state.log).encode())

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/scripts":
            with self.adding:
                self.scripts.append(_State(json.loads(raw)))
                self._answer(200, {}, str(len(self.scripts) - 1).encode())
            return
        request = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": json.loads(raw),
            "peer": self.client_address[1],
        }
        entry = self.state.take(request)
        time.sleep(entry.get("wait_s", 0))
        if entry.get("half_closed"):
            self.close_connection = True
            return
        status, headers = entry.get("status", 200), entry.get("headers", {})
        if "raw" in entry:
            self._answer(status, {"content-type": entry.get("type", "text/html"), **headers}, entry["raw"].encode())
            return
        body = _completion(entry, request, len(self.state.log))
        if status == 200 and entry.get("stream"):
            self._stream(_events(body)[: entry.get("stream_cut", None)])
            return
        self._answer(status, headers, json.dumps(body).encode(), entry.get("drip_s", 0), entry.get("drop", False))

    def _answer(self, status: int, headers: dict[str, str], data: bytes, drip_s: float = 0, drop: bool = False) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if drop:
            data, self.close_connection = data[: len(data) // 2], True
        if not drip_s:
            self.wfile.write(data)
            return
        for index in range(len(data)):
            self.wfile.write(data[index : index + 1])
            time.sleep(drip_s)

    def _stream(self, events: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in [*events, b""]:
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of the server."""


def main() -> None:
    """Prints the port, serves until the input ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
