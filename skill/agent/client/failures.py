"""Why a call to a server failed, what to tell of it, and whether and when a second try could do better.

Nothing a server says is passed on before keys are cut out of it.
"""

from __future__ import annotations

import email.utils
import math
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deep_learning_expert.tools.errors import ModelError, Words

if TYPE_CHECKING:
    from tenacity import RetryCallState

_MANY = 99  # tries that the policy alone limits
_LONGEST_PAUSE_S = 30.0
_MOST_LESSONS = 4
_WORTH_RETRYING = {408, 409, 425, 429}  # and every 5xx but "not implemented"
_OUT_OF_CREDIT = re.compile(
    "insufficient_quota|billing_hard_limit|billing_not_active|insufficient (?:balance|credits)|arrearage", re.IGNORECASE
)
_TOO_LONG = re.compile("context.?length|context window|maximum context|prompt is too long", re.IGNORECASE)
_SECRET = re.compile(r"(?<=//)[^/@\s]+@|\b(?:sk|gsk|pk|key)-[\w*-]{6,}|(?i:bearer)\s+\S+")
_MOST_SAID_CHARS = 500


class Failure(Exception):
    """A failed attempt. error: what to tell; tries: how often trying again makes sense; after_s: the server's wish.

    status, said: of an answer with an error status, else 0 and "". taught: what was refused will not be sent again.
    """

    def __init__(
        self, error: ModelError, *, tries: int = 0, after_s: float | None = None, status: int = 0, said: str = ""
    ) -> None:
        super().__init__(error.code)
        self.error, self.tries, self.after_s, self.status, self.said = error, tries, after_s, status, said
        self.taught = False


class Patience:
    """The retry policy of one call, as tenacity's `retry` and `wait`: at most so many attempts before a deadline."""

    def __init__(self, attempts: int, deadline_s: float, first_pause_s: float) -> None:
        self.until, self._attempts, self._first_pause_s = time.monotonic() + deadline_s, attempts, first_pause_s
        self._failed, self._lessons, self._pause_s = 0, 0, 0.0

    def again(self, state: RetryCallState) -> bool:
        """Whether to try again after this attempt; also settles how long to wait."""
        from tenacity import wait_random_exponential

        failure = state.outcome.exception() if state.outcome else None
        if not isinstance(failure, Failure):
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


class Failures:
    """Failures of the calls to one model at one address; key: never shown, "" for none."""

    def __init__(self, model: str, address: str, key: str) -> None:
        self._model, self._address, self._key = model, address, key

    def of(self, problem: Exception) -> Failure:
        """What an exception of the SDK, of its HTTP library or of a broken stream means."""
        import httpx2
        import openai

        if isinstance(problem, openai.APIStatusError):
            said = [self._shown(part) for part in _said(problem.body)]
            return self._refusal(problem.status_code, said, problem.response.headers)
        if isinstance(problem, openai.APITimeoutError | httpx2.TimeoutException | TimeoutError):
            return self.named("timeout", tries=_MANY)
        if not isinstance(problem, openai.APIConnectionError):
            return self.named("malformed", tries=1, problem=Words("model.why.broke_off"))
        causes: list[BaseException] = [problem]
        while cause := causes[-1].__cause__ or causes[-1].__context__:
            causes.append(cause)
        hopeless = any(isinstance(one, ssl.SSLCertVerificationError | httpx2.UnsupportedProtocol) for one in causes)
        why = self._shown(str(causes[-1]))
        return self.named("unreachable", tries=0 if hopeless else _MANY, address=self._address, problem=why)

    def named(self, code: str, *, tries: int = 0, **params: object) -> Failure:
        """The failure "model.CODE"."""
        return Failure(ModelError(f"model.{code}", model=self._model, **params), tries=tries)

    def _refusal(self, status: int, parts: Sequence[str], headers: Mapping[str, str]) -> Failure:
        """What an answer with an error status means."""
        said = " ".join(parts)
        failure = self.named("bad_request", status=status, problem=parts[0].rstrip(".") if parts else "-")
        if status == 402 or _OUT_OF_CREDIT.search(said):
            failure = self.named("quota")
        elif status in _WORTH_RETRYING or (status >= 500 and status != 501):
            tries = 0 if headers.get("x-should-retry") == "false" else _MANY
            failure = self.named("rate_limited" if status == 429 else "server", tries=tries, status=status)
            failure.after_s = _retry_after_s(headers)
        elif status in (401, 404):
            failure = self.named({401: "refused_key", 404: "not_found"}[status], address=self._address)
        elif _TOO_LONG.search(said):
            failure = self.named("too_long")
        failure.status, failure.said = status, said
        return failure

    def _shown(self, text: str) -> str:
        """A server's words without keys in them."""
        return _SECRET.sub("…", text.replace(self._key, "…") if self._key else text)


def _said(body: object) -> list[str]:
    """The message of an error's body in any of the usual forms, then the names beside it."""
    if isinstance(body, list) and body:
        body = body[0]
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(inner, Mapping):
        text = str(inner or "").strip()
        return [text[:_MOST_SAID_CHARS]] if text and text[0] != "<" else []
    parts = [inner.get(key) for key in ("message", "detail", "param", "code", "type")]
    return [str(part)[:_MOST_SAID_CHARS] for part in parts if part]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait, said in milliseconds, in seconds or as a date; None when it does not say."""
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
