"""A scripted model that can name what it is shown, as a real one would: ids and prompts are not known beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.tools.errors import ScriptError

_FIGURE = re.compile(r"\{(figure|id):([\w-]+?)(?:=([^{}]*))?\}")
_PROMPT = re.compile(r"\{system:(\d+)\}")


class ReadingModel(ScriptedModel):
    """As `ScriptedModel`; "{figure:latency}" becomes the id of the first such figure in the request, and
    "{figure:latency=40 ms}" of the first one shown with a value that begins so; "{id:latency}" likewise, but without
    its braces; "{system:80}" becomes the first eighty
    characters of the system prompt."""

    def send(self, request: Request) -> RawReply:
        """As in `ScriptedModel`; errors: also ScriptError for a figure that was not shown."""
        position = len(self.requests)
        if position < len(self._script):
            self._script[position] = _named(self._script[position], request)
        return super().send(request)


def _named(entry: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
    text = json.dumps(entry, ensure_ascii=False)
    shown = "\n".join(str(message.get("content", "")) for message in request.messages)
    text = _FIGURE.sub(lambda found: _id(found, shown), text)
    text = _PROMPT.sub(
        lambda found: json.dumps(request.system.strip()[: int(found[1])], ensure_ascii=False)[1:-1], text
    )
    named: Mapping[str, Any] = json.loads(text)
    return named


def _id(found: re.Match[str], shown: str) -> str:
    quantity, value = found[2], found[3] or ""
    hit = re.search(rf"\{{({re.escape(quantity)}-[0-9a-f]{{8}})\}} = {re.escape(value)}", shown)
    if hit is None:
        raise ScriptError("eval.no_figure", figure=found[0])
    return f"{{{hit[1]}}}" if found[1] == "figure" else hit[1]
