"""The candidates side by side, for a person who hesitates: what decides between them, each figure beside the others."""

from __future__ import annotations

from collections.abc import Iterator

from deep_learning_expert.prompts.phrases import Language, exists
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.wording import Remark, say

_MOST_REJECTED = 3


def side_by_side(context: Context) -> list[str]:
    """Lines about the top candidates, best first, with size, speed, memory, published results and what speaks for each;
    then why others are not among them."""
    return [line.rstrip() for line in _lines(context, context.language)]


def of_the_chosen(context: Context) -> list[str]:
    """Lines about the candidate that the plan is for: its size, speed and memory."""
    winner = context.candidate
    mode = say(f"plan.mode.{winner.mode.replace('-', '_')}")
    head = _text(say("chat.candidates.name", name=winner.name, mode=mode), context.language)
    return [head, *(f"    {_text(remark, context.language)}" for remark in list(_facts(winner))[1:])]


def _lines(context: Context, lang: Language) -> Iterator[str]:
    comparison = context.comparison
    yield _text(say("chat.candidates.head"), lang)
    for candidate in comparison.candidates:
        mode = say(f"plan.mode.{candidate.mode.replace('-', '_')}")
        yield _text(say("chat.candidates.name", name=candidate.name, mode=mode), lang)
        yield from (f"    {_text(remark, lang)}" for remark in _facts(candidate))
    if comparison.tie:
        yield _text(say("plan.tie"), lang)
    for rejected in comparison.rejected[:_MOST_REJECTED]:
        yield _text(say("plan.rejected", name=rejected.name, reason=rejected.reason), lang)
    if len(comparison.candidates) > 1:
        yield _text(say("chat.candidates.choose", name=comparison.candidates[1].name), lang)


def _facts(candidate: Candidate) -> Iterator[Remark]:
    if candidate.reasons:
        yield say("chat.candidates.why", why=candidate.reasons[0])
    if candidate.params and candidate.size:
        yield say("chat.candidates.size", params=candidate.params, size=candidate.size)
    if candidate.latency is not None:
        device = candidate.latency.conditions.get("device", "")
        yield say("chat.candidates.speed", latency=candidate.latency, device=device)
    elif candidate.macs is not None:
        yield say("chat.candidates.work", macs=candidate.macs)
    if candidate.train_memory is not None:
        yield say("chat.candidates.memory", memory=candidate.train_memory)
    if candidate.train_time is not None:
        yield say("chat.candidates.time", time=candidate.train_time)
    for metric in candidate.metrics[:1]:
        key = f"architecture.metric.{metric.quantity}"
        name = say(key) if exists(key) else metric.quantity.replace("_", " ")
        yield say(
            "plan.published", metric=name, value=metric, dataset=metric.conditions.get("dataset") or metric.source
        )


def _text(remark: Remark, lang: Language) -> str:
    return remark.render(lang).text
