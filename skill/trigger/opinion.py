"""A second opinion from a language model, asked only inside the uncertain band and believed only with evidence.

The model sees the message as fenced data and must answer with one JSON object {"decision", "quote"}; the quote must
stand in the message word for word. Anything else, or a failure of the model, leaves the first decision as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.skill.trigger.decide import Decision
from deep_learning_expert.tools.errors import ModelError

# Prompt text in, reply text out; raises ModelError when the model cannot be reached.
Ask = Callable[[str], str]

_MOST_SHOWN_CHARS = 4000  # a question fits; the rest of a long paste would only cost tokens
_FEWEST_QUOTE_CHARS = 2


def with_opinion(message: str, decision: Decision, ask: Ask) -> Decision:
    """The decision, settled by the model where it was "ask" and the model's quote holds; else unchanged."""
    if decision.decision != "ask" or decision.ground != "evidence":
        return decision
    try:
        reply = ask(template(decision.language, "opinion.prompt").format(message=_fenced(message)))
    except ModelError:
        return decision
    answer = _read(reply)
    if answer is None:
        return decision
    verdict, quote = answer
    start = message.find(quote)
    if start < 0 or len(quote.strip()) < _FEWEST_QUOTE_CHARS:
        return decision
    span = (start, start + len(quote))
    if verdict == "use":
        return replace(decision, decision="use", span=span, words=(quote,))
    return replace(decision, decision="dont_use", span=span, words=(quote,))


def _fenced(message: str) -> str:
    """The message as data: cut, and without anything that could close the fence."""
    return message[:_MOST_SHOWN_CHARS].replace("</message>", "")


def _read(reply: str) -> tuple[str, str] | None:
    """decision and quote of a strictly formed reply, None for any other."""
    try:
        data = json.loads(reply)
    except ValueError:
        return None
    if not isinstance(data, dict) or set(data) != {"decision", "quote"}:
        return None
    verdict, quote = data["decision"], data["quote"]
    if verdict not in ("use", "dont_use") or not isinstance(quote, str):
        return None
    return verdict, quote
