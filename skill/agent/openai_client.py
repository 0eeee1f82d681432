"""A model behind any server that speaks OpenAI's API, over the `openai` package, which is imported at the first call.

The SDK only carries the request: its own retries are off, its reply types unused. Proxies (HTTPS_PROXY, NO_PROXY) and
own certificate authorities (SSL_CERT_FILE, SSL_CERT_DIR, the system's store) are those of its HTTP library. No key is
ever part of an error, a log line or a repr: what a server says is cut free of it first.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import math
import os
import re
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from deep_learning_expert.skill.agent import wire
from deep_learning_expert.skill.agent.capabilities import Capabilities, capabilities_of, configure, learn
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.tools.errors import ModelError, SettingError

if TYPE_CHECKING:
    import httpx2
    import openai
    from tenacity import RetryCallState

_DEFAULT_URL = "https://api.openai.com/v1"
_NO_KEY = "none"  # the SDK insists on a key, servers on this machine ask for none
_LARGEST_BODY_BYTES = 16 << 20
_LONGEST_PAUSE_S = 30.0
_MOST_LESSONS = 4
_MOST_REMEMBERED = 256
_WORTH_RETRYING = {408, 409, 425, 429}  # and every 5xx but "not implemented"
_OUT_OF_CREDIT = re.compile(
    "insufficient_quota|billing_hard_limit|billing_not_active|insufficient (?:balance|credits)|arrearage", re.IGNORECASE
)
_TOO_LONG = re.compile("context.?length|context window|maximum context|prompt is too long", re.IGNORECASE)
_SECRET = re.compile(r"(?<=//)[^/@\s]+@|\b(?:sk|gsk|pk|key)-[\w*-]{6,}|(?i:bearer)\s+\S+")


class _Failure(Exception):
    """A call that failed: what to tell, and whether a second try could do better."""

    def __init__(
        self, error: ModelError, *, tries: int = 0, after_s: float | None = None, taught: bool = False
    ) -> None:
        super().__init__(error.code)
        self.error, self.tries, self.after_s, self.taught = error, tries, after_s, taught


class _Patience:
    """When to try one call again: the whole policy, as tenacity's `retry` and `wait`."""

    def __init__(self, attempts: int, deadline_s: float, first_pause_s: float) -> None:
        self.until, self._attempts, self._first_pause_s = time.monotonic() + deadline_s, attempts, first_pause_s
        self._failed, self._lessons, self._pause_s = 0, 0, 0.0

    def again(self, state: RetryCallState) -> bool:
        """Whether to try again after this attempt; also settles how long to wait."""
        from tenacity import wait_random_exponential

        failure = state.outcome.exception() if state.outcome else None
        if not isinstance(failure, _Failure):
            return False
        if failure.taught:
            self._lessons, self._pause_s = self._lessons + 1, 0.0
            return self._lessons <= _MOST_LESSONS
        self._failed += 1
        if self._failed >= min(self._attempts, 1 + failure.tries):
            return False
        backoff = wait_random_exponential(self._first_pause_s, _LONGEST_PAUSE_S)
        self._pause_s = backoff(state) if failure.after_s is None else failure.after_s
        return time.monotonic() + self._pause_s < self.until

    def pause_s(self, state: RetryCallState) -> float:
        """Seconds until the next attempt."""
        return self._pause_s


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
        self._stream, self._timeout_s = stream, timeout_s
        self._policy = (attempts, deadline_s, first_pause_s)
        self._making = threading.Lock()  # two threads must not both make a client: the lost one would close its calls
        self._sync: openai.OpenAI | None = None
        self._async: tuple[asyncio.AbstractEventLoop, openai.AsyncOpenAI] | None = None
        self._thoughts: dict[str, str] = {}  # id of a call -> the thinking that led to it

    @classmethod
    def from_environment(cls, name: str | None = None) -> OpenAIModel | None:
        """The model that OPENAI_API_KEY, OPENAI_BASE_URL and DL_EXPERT_MODEL (or OPENAI_MODEL) speak of.

        None when neither key nor address is set. Errors: SettingError when only the model's name is missing.
        """
        if not (os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")):
            return None
        name = name or os.environ.get("DL_EXPERT_MODEL") or os.environ.get("OPENAI_MODEL")
        if not name:
            raise SettingError("model.no_name")
        return cls(name)

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

        begin, patience = time.monotonic(), _Patience(*self._policy)
        try:
            retrying = Retrying(retry=patience.again, wait=patience.pause_s, reraise=True)
            return RawReply(retrying(self._attempt, request, patience.until), time.monotonic() - begin)
        except _Failure as failure:
            error = failure.error
        raise error  # outside of `except`: the SDK's exceptions, which hold the request, are not carried along

    async def asend(self, request: Request) -> RawReply:
        """As `send`, on the running event loop."""
        from tenacity import AsyncRetrying

        begin, patience = time.monotonic(), _Patience(*self._policy)
        try:
            retrying = AsyncRetrying(retry=patience.again, wait=patience.pause_s, reraise=True)
            return RawReply(await retrying(self._aattempt, request, patience.until), time.monotonic() - begin)
        except _Failure as failure:
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
            client = openai.AsyncOpenAI(api_key=self._key, base_url=self.base_url, max_retries=0)
            self._async = (loop, client)
        try:
            async with asyncio.timeout(until - time.monotonic()):
                response: httpx2.Response = await self._async[1].post(**self._call(request, until))
                try:
                    data = bytearray()
                    async for chunk in response.aiter_bytes():
                        self._grown(data, chunk, until)
                finally:
                    await response.aclose()
                return self._body(response, data)
        except (openai.APIError, httpx2.HTTPError, wire.StreamCutError) as problem:
            failure = self._failure(problem)
        except TimeoutError:
            failure = _Failure(self._error("timeout"))
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
        return {
            "path": path,
            "cast_to": httpx2.Response,
            "body": make(request, self._name, can, self._stream),
            "options": {"timeout": timeout_s},
            "stream": True,
            "stream_cls": openai.Stream,
        }

    def _grown(self, data: bytearray, chunk: bytes, until: float) -> None:
        data += chunk
        if time.monotonic() > until:
            raise _Failure(self._error("timeout"))
        if len(data) > _LARGEST_BODY_BYTES:
            raise _Failure(self._error("malformed", problem="too large"))

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
        """Keeps the thinking behind calls, for the servers that want it back with them."""
        for choice in wire.listed(body.get("choices") if isinstance(body, Mapping) else None):
            message = choice.get("message") if isinstance(choice, Mapping) else None
            if isinstance(message, Mapping) and message.get("reasoning_content"):
                for call in wire.listed(message.get("tool_calls")):
                    self._thoughts[str(call.get("id") if isinstance(call, Mapping) else None)] = str(
                        message["reasoning_content"]
                    )
        while len(self._thoughts) > _MOST_REMEMBERED:
            del self._thoughts[next(iter(self._thoughts))]

    def _with_thoughts(self, request: Request) -> Request:
        messages = tuple(
            {**message, "reasoning_content": self._thoughts.get(message["tool_calls"][0]["id"], "")}
            if message.get("tool_calls")
            else message
            for message in request.messages
        )
        return replace(request, messages=messages)

    def _failure(self, problem: Exception) -> _Failure:
        """What an exception of the SDK or of its HTTP library means."""
        import httpx2
        import openai

        attempts = self._policy[0]
        if isinstance(problem, openai.APIStatusError):
            return self._refusal(problem)
        if isinstance(problem, openai.APITimeoutError | httpx2.TimeoutException):
            return _Failure(self._error("timeout"), tries=attempts)
        if not isinstance(problem, openai.APIConnectionError):
            return _Failure(self._error("malformed", problem="it broke off"), tries=1)
        causes: list[BaseException] = [problem]
        while cause := causes[-1].__cause__ or causes[-1].__context__:
            causes.append(cause)
        hopeless = any(isinstance(one, ssl.SSLCertVerificationError | httpx2.UnsupportedProtocol) for one in causes)
        error = self._error("unreachable", address=self.base_url, problem=self._shown(str(causes[-1])))
        return _Failure(error, tries=0 if hopeless else attempts)

    def _refusal(self, problem: openai.APIStatusError) -> _Failure:
        """What an answer with an error status means."""
        status, said = problem.status_code, self._shown(_said(problem.body))
        bad = self._error("bad_request", status=status, problem=said or "no reason given")
        if status not in (401, 402, 403, 429) and learn(self.base_url, self._name, said):
            return _Failure(bad, taught=True)
        if status in (404, 405) and self.capabilities.api == "responses":
            configure(self.base_url, self._name, api="chat")
            return _Failure(bad, taught=True)
        if status == 402 or _OUT_OF_CREDIT.search(said):
            return _Failure(self._error("quota"))
        if status in _WORTH_RETRYING or (status >= 500 and status != 501):
            error = self._error("rate_limited") if status == 429 else self._error("server", status=status)
            hopeless = problem.response.headers.get("x-should-retry") == "false"
            return _Failure(error, tries=0 if hopeless else self._policy[0], after_s=_retry_after_s(problem.response))
        if status in (401, 404):
            return _Failure(self._error({401: "refused_key", 404: "not_found"}[status], address=self.base_url))
        return _Failure(self._error("too_long") if _TOO_LONG.search(said) else bad)

    def _error(self, code: str, **params: object) -> ModelError:
        return ModelError(f"model.{code}", model=self._name, **params)

    def _shown(self, text: str) -> str:
        """A server's words without keys in them."""
        return _SECRET.sub("…", text.replace(self._key, "…") if self._key != _NO_KEY else text)


def _said(body: object) -> str:
    """The message, and the names beside it, of an error's body in any of the usual forms."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        return "" if str(body).lstrip()[:1] == "<" else str(body or "")[:500]
    inner = body.get("error", body)
    if not isinstance(inner, Mapping):
        return str(inner)[:500]
    parts = [inner.get(key) for key in ("message", "detail", "param", "code", "type")]
    return " ".join(str(part)[:500] for part in parts if part)


def _retry_after_s(response: httpx2.Response) -> float | None:
    """Seconds the server asks to wait, said in milliseconds, in seconds or as a date; None when it does not say."""
    headers = response.headers
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / scale
        except (KeyError, ValueError):
            continue
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(date.timestamp() - time.time(), 0.0)
