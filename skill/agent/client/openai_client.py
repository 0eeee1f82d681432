"""A model behind any server that speaks OpenAI's API, over the `openai` package, which is imported at the first call.

The SDK only carries the request: its own retries are off, its reply types unused. Proxies (HTTPS_PROXY, NO_PROXY) and
own certificate authorities (SSL_CERT_FILE, SSL_CERT_DIR, the system's store) are those of its HTTP library. No key is
ever part of an error, a log line or a repr.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from deep_learning_expert.skill.agent.client import wire
from deep_learning_expert.skill.agent.client.capabilities import Capabilities, capabilities_of, configure, learn
from deep_learning_expert.skill.agent.client.failures import Failure, Failures, Patience
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.tools.errors import SettingError, Words

if TYPE_CHECKING:
    import httpx2
    import openai

_DEFAULT_URL = "https://api.openai.com/v1"
_NO_KEY = "none"  # the SDK insists on a key, servers on this machine ask for none
_LARGEST_BODY_BYTES = 16 << 20
_MOST_REMEMBERED = 256
_THINKING_TOKENS = 8192  # room for the thinking of a model that was cut off in it
_NOT_BY_PARAMETERS = {401, 402, 403, 429}  # statuses that no change of the request would mend


class OpenAIModel:
    """One model of one server; safe to share between threads and conversations, which then share its connections.

    stream: have the answer sent as it is made, so that no proxy on the way falls asleep over a long one.
    timeout_s: longest silence of the server; deadline_s: longest whole call, retries and pauses included.
    """

    def __init__(
        self,
        name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        stream: bool = False,
        timeout_s: float = 120.0,
        deadline_s: float = 300.0,
        attempts: int = 4,
        first_pause_s: float = 0.5,
    ) -> None:
        self._name = name
        self.base_url = (base_url or os.environ.get("OPENAI_BASE_URL") or _DEFAULT_URL).strip().rstrip("/")
        self._key = (api_key or os.environ.get("OPENAI_API_KEY") or _NO_KEY).strip()
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc or address.query:
            raise SettingError("model.bad_url")
        if not (self._key.isascii() and self._key.isprintable()):  # no header could carry it
            raise SettingError("model.bad_key")
        self._failures = Failures(name, self.base_url, self._key if self._key != _NO_KEY else "")
        self._stream, self._timeout_s = stream, timeout_s
        self._policy = (attempts, deadline_s, first_pause_s)
        self._making = threading.Lock()  # two threads must not both make a client: the lost one would close its calls
        self._sync: openai.OpenAI | None = None
        self._async: tuple[asyncio.AbstractEventLoop, openai.AsyncOpenAI] | None = None
        self._thoughts: dict[str, str] = {}  # id of a call -> the thinking that led to it

    @classmethod
    def from_environment(cls, name: str | None = None) -> OpenAIModel | None:
        """The model that OPENAI_API_KEY, OPENAI_BASE_URL and DL_EXPERT_MODEL (or OPENAI_MODEL) speak of.

        DL_EXPERT_MODEL_CAN, a JSON object of fields of Capabilities, corrects what is known of the server.
        None when neither key nor address is set. Errors: SettingError: no name of a model, or a wrong field.
        """
        if not (os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")):
            return None
        name = name or os.environ.get("DL_EXPERT_MODEL") or os.environ.get("OPENAI_MODEL")
        if not name:
            raise SettingError("model.no_name")
        model = cls(name)
        try:
            configure(model.base_url, name, **json.loads(os.environ.get("DL_EXPERT_MODEL_CAN") or "{}"))
        except (TypeError, ValueError) as problem:
            raise SettingError("model.bad_capabilities", problem=problem) from None
        return model

    def __repr__(self) -> str:
        return f"OpenAIModel({self._name!r}, {self.base_url!r})"

    @property
    def name(self) -> str:
        """As the server knows it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What is known of the server by now."""
        return capabilities_of(self.base_url, self._name)

    def send(self, request: Request) -> RawReply:
        """The server's answer as a chat completion, or its text; errors: ModelError."""
        from tenacity import Retrying

        begin, patience = time.monotonic(), Patience(*self._policy)
        try:
            retrying = Retrying(retry=patience.again, wait=patience.pause_s, reraise=True)
            return RawReply(retrying(self._attempt, request, patience.until), time.monotonic() - begin)
        except Failure as failure:
            error = failure.error
        raise error  # outside of `except`: the SDK's exceptions, which hold the request, are not carried along

    async def asend(self, request: Request) -> RawReply:
        """As `send`, on the running event loop."""
        from tenacity import AsyncRetrying

        begin, patience = time.monotonic(), Patience(*self._policy)
        try:
            retrying = AsyncRetrying(retry=patience.again, wait=patience.pause_s, reraise=True)
            return RawReply(await retrying(self._aattempt, request, patience.until), time.monotonic() - begin)
        except Failure as failure:
            error = failure.error
        raise error

    def close(self) -> None:
        """Closes the connections of `send`."""
        if self._sync is not None:
            self._sync.close()
            self._sync = None

    async def aclose(self) -> None:
        """Closes the connections of `asend`."""
        if self._async is not None:
            await self._async[1].close()
            self._async = None

    def _attempt(self, request: Request, until: float) -> object:
        import httpx2
        import openai

        with self._making:
            if self._sync is None:
                self._sync = openai.OpenAI(api_key=self._key, base_url=self.base_url, max_retries=0)
            client = self._sync
        try:
            response: httpx2.Response = client.post(**self._call(request, until))
            try:
                data = bytearray()
                for chunk in response.iter_bytes():
                    self._grown(data, chunk, until)
            finally:
                response.close()
            return self._body(response, data)
        except (openai.APIError, httpx2.HTTPError, wire.StreamCutError) as problem:
            failure = self._failure(problem)
        raise failure

    async def _aattempt(self, request: Request, until: float) -> object:
        import httpx2
        import openai

        loop = asyncio.get_running_loop()
        if self._async is None or self._async[0] is not loop:  # connections live and die with their loop
            self._async = (loop, openai.AsyncOpenAI(api_key=self._key, base_url=self.base_url, max_retries=0))
        client = self._async[1]
        try:
            async with asyncio.timeout(until - time.monotonic()):
                response: httpx2.Response = await client.post(**self._call(request, until))
                try:
                    data = bytearray()
                    async for chunk in response.aiter_bytes():
                        self._grown(data, chunk, until)
                finally:
                    await response.aclose()
                return self._body(response, data)
        except (openai.APIError, httpx2.HTTPError, wire.StreamCutError, TimeoutError) as problem:
            failure = self._failure(problem)
        raise failure

    def _call(self, request: Request, until: float) -> dict[str, Any]:
        """Arguments of the SDK's `post`: always read as a stream of bytes, so that size and deadline hold."""
        import httpx2
        import openai

        can = self.capabilities
        if can.reasoning_back:
            request = self._with_thoughts(request)
        make, path = (
            (wire.responses_body, "/responses") if can.api == "responses" else (wire.chat_body, "/chat/completions")
        )
        timeout_s = max(min(self._timeout_s, until - time.monotonic()), 0.001)
        body = json.dumps(make(request, self._name, can, self._stream), ensure_ascii=False, separators=(",", ":"))
        return {
            "path": path,
            "cast_to": httpx2.Response,
            "content": body.encode("utf-8", "replace"),  # half a character of a user's text must not stop a plan
            "options": {"timeout": timeout_s, "headers": {"Content-Type": "application/json"}},
            "stream": True,
            "stream_cls": openai.Stream,
        }

    def _grown(self, data: bytearray, chunk: bytes, until: float) -> None:
        data += chunk
        if time.monotonic() > until:
            raise self._failures.named("timeout")
        if len(data) > _LARGEST_BODY_BYTES:
            raise self._failures.named("malformed", problem=Words("model.why.too_large"))

    def _body(self, response: httpx2.Response, data: bytearray) -> object:
        text = data.decode("utf-8", "replace")
        kind = response.headers.get("content-type", "")
        if "event-stream" in kind or text.lstrip()[:5] in ("data:", "event"):
            body = wire.assembled(text)
        else:
            try:
                body = wire.completion_of(json.loads(text))
            except (ValueError, RecursionError):
                return text
        self._remember(body)
        return body

    def _remember(self, body: object) -> None:
        """Keeps the thinking behind calls, for the servers that want it back, and notes whether it had no room."""
        for choice in wire.listed(body.get("choices") if isinstance(body, Mapping) else None):
            message = choice.get("message") if isinstance(choice, Mapping) else None
            if not isinstance(message, Mapping):
                continue
            thought = message.get("reasoning_content") or message.get("reasoning")
            if choice.get("finish_reason") == "length" and (thought or "<think>" in str(message.get("content"))):
                configure(self.base_url, self._name, thinking_tokens=_THINKING_TOKENS)
            for call in wire.listed(message.get("tool_calls")) if thought else ():
                if isinstance(call, Mapping):
                    self._thoughts[str(call.get("id"))] = str(thought)
        while len(self._thoughts) > _MOST_REMEMBERED:
            self._thoughts.pop(next(iter(self._thoughts)), None)

    def _with_thoughts(self, request: Request) -> Request:
        messages = tuple(
            {**message, "reasoning_content": self._thoughts.get(message["tool_calls"][0]["id"], "")}
            if message.get("tool_calls")
            else message
            for message in request.messages
        )
        return replace(request, messages=messages)

    def _failure(self, problem: Exception) -> Failure:
        """The failure, after learning from it what not to send again."""
        failure = self._failures.of(problem)
        if failure.status and failure.status not in _NOT_BY_PARAMETERS:
            failure.taught = learn(self.base_url, self._name, failure.said)
        if failure.status in (404, 405) and not failure.taught and self.capabilities.api == "responses":
            configure(self.base_url, self._name, api="chat")
            failure.taught = True
        return failure
