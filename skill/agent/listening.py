"""A message a person wrote, heard with a model's help: facts the rules did not read, and answers in words.

The model sees the message between fences and what the rules read from it. It may name a fact, with words quoted from
the person's own part of the message (never from a pasted block), and it may answer in a grounded sentence. The rules
win: a field they read from this message is not touched, a field that was stated before is only doubted, not changed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.agent.amendments import leaks
from deep_learning_expert.skill.agent.arguments import AcceptArguments, FactArguments, SayArguments, typed
from deep_learning_expert.skill.agent.functions import LOOKUPS, look_up
from deep_learning_expert.skill.agent.limits import Limits, reached
from deep_learning_expert.skill.agent.model import RawReply, Reply, Request, ToolCall
from deep_learning_expert.skill.agent.prompting import new_figures, news, next_request, system_prompt
from deep_learning_expert.skill.agent.turns import correction, opened, results_of
from deep_learning_expert.skill.agent.untrusted import fenced
from deep_learning_expert.skill.contract.grounding import strings
from deep_learning_expert.skill.contract.report import Decisions, Report
from deep_learning_expert.skill.contract.task import Task, TaskType
from deep_learning_expert.skill.contract.text_fields import text_fields
from deep_learning_expert.skill.contract.written import ground
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.trigger.split import split
from deep_learning_expert.skill.workflow.events import ModelTurn
from deep_learning_expert.skill.workflow.state import with_answer
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure

TALK = "talk"
_MOST_CALLS = 3
_ANSWER_CHARS = 1500
_SENTENCE_CHARS = 120
_DOMAINS = ("CV", "NLP", "audio", "multimodal", "time-series", "graph", "tabular", "control")
_NAMED: Mapping[str, tuple[str, ...]] = {"task.type": get_args(TaskType), "task.domain": _DOMAINS}
_EMPTY_TASK: Mapping[str, Any] = {"task": {"type": "classification", "domain": "CV"}, "data": {}, "constraints": {}}


@dataclass(frozen=True)
class HeardFact:
    """A fact the model found. text: for the task's field; span: where its quote stands in the message."""

    field: str
    text: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Heard:
    """facts to take over; doubted: fields that were stated before and may have changed; said: the answer, or empty."""

    facts: tuple[HeardFact, ...] = ()
    doubted: tuple[HeardFact, ...] = ()
    said: str = ""
    turns: tuple[ModelTurn, ...] = ()


@dataclass(frozen=True)
class Situation:
    """read: field -> text that the rules read from this message; stated: the task so far; report: the last one shown;
    turns: of the session so far."""

    message: str
    language: Language
    read: Mapping[str, str]
    stated: Mapping[str, Any]
    report: Report | None = None
    turns: tuple[ModelTurn, ...] = ()


def listen(situation: Situation, model: str, limits: Limits) -> Generator[Request, RawReply, Heard]:
    """The exchange about one message; nothing the model does can make it fail."""
    listener = _Listener(situation)
    prompt = _prompt(situation)
    for _ in range(_MOST_CALLS):
        past = (*situation.turns, *listener.turns)
        if reached(past, limits):
            break
        lang = situation.language
        reply, turn = yield from opened(TALK, model, prompt, next_request(lang, past, prompt, limits), lang)
        if reply is not None:
            turn = listener.take(reply, turn)
        listener.turns.append(turn)
        if turn.closes:
            break
        prompt = correction(turn, lang)
    return Heard(tuple(listener.facts), tuple(listener.doubted), listener.said, tuple(listener.turns))


class _Listener:
    """Answers the model's calls about one message and keeps what holds."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._pool: dict[str, Figure] = {record.id: record for record in _evidence(situation)}
        self.facts: list[HeardFact] = []
        self.doubted: list[HeardFact] = []
        self.said = ""
        self.turns: list[ModelTurn] = []

    def take(self, reply: Reply, turn: ModelTurn) -> ModelTurn:
        """The turn with its calls answered; text without a call is an answer to the person."""
        before = set(self._pool)
        calls = reply.calls or (ToolCall("", "say", {"text": reply.text}),)
        results, failed = results_of(calls, self._run, self._situation.language)
        looked = any(call.name in LOOKUPS for call in calls)
        update: dict[str, Any] = {
            "figures": tuple(record for key, record in self._pool.items() if key not in before),
            "closes": not failed and not looked,
        }
        if reply.calls:
            update["results"] = results
        elif failed:
            update["detail"] = results[0]["content"]
        return turn.model_copy(update=update)

    def _run(self, call: ToolCall) -> str:
        own = {"set_fact": self._note, "say": self._say, "accept": _accept}
        if call.name in own:
            own[call.name](call.arguments)
            return template(self._situation.language, "agent.done")
        text, figures = look_up(call.name, call.arguments, own)
        self._pool |= {record.id: record for record in figures}
        return fenced(text)

    def _say(self, arguments: Mapping[str, Any]) -> None:
        """Errors: ToolError agent.leak and those of `ground`."""
        text, lang, decided = typed(SayArguments, "say", arguments).text, self._situation.language, None
        if leaks(text, system_prompt(lang)):
            raise ToolError("agent.leak")
        if self._situation.report is not None:
            decided = self._situation.report.decisions
        models, subject = ({}, "") if decided is None else (_models(decided), decided.architecture.name)
        found = ground(text, self._pool, models, lang, models=models, subject=subject, most_chars=_ANSWER_CHARS)
        self.said = found.text

    def _note(self, arguments: Mapping[str, Any]) -> None:
        """Errors: ToolError when the quote, the field or the value does not hold."""
        asked = typed(FactArguments, "set_fact", arguments)
        span = _span(asked.quote, self._situation.message)
        if span is None:
            raise ToolError("agent.no_quote", quote=asked.quote)
        text = _value(asked)
        if asked.field in self._situation.read:
            raise ToolError("agent.read_already", field=asked.field, words=self._situation.read[asked.field])
        fact = HeardFact(asked.field, text, span)
        head, _, rest = asked.field.partition(".")
        before = (self._situation.stated.get(head) or {}).get(rest)
        (self.doubted if before and before != text else self.facts).append(fact)


def _accept(arguments: Mapping[str, Any]) -> None:
    typed(AcceptArguments, "accept", arguments)


def _value(asked: FactArguments) -> str:
    """What goes into the field: the quote itself, or one of the words a named field can hold."""
    if asked.field in _NAMED:
        if asked.value not in _NAMED[asked.field]:
            raise ToolError("agent.no_value", field=asked.field, known=", ".join(_NAMED[asked.field]))
        return asked.value
    if asked.field not in text_fields():
        raise ToolError("agent.no_field", field=asked.field, known=", ".join(text_fields()))
    try:
        needs = read_task(Task.model_validate(with_answer(_EMPTY_TASK, asked.field, asked.quote)))
    except ValidationError as error:
        raise ToolError("agent.not_understood", field=asked.field, words=asked.quote) from error
    if any(item.where == asked.field for item in needs.unclear):
        raise ToolError("agent.not_understood", field=asked.field, words=asked.quote)
    return asked.quote


def _span(quote: str, message: str) -> tuple[int, int] | None:
    """Where the quote stands in the parts of the message that the person wrote."""
    for start, end in split(message).question:
        at = message.find(quote, start, end)
        if at >= 0:
            return at, at + len(quote)
    return None


def _evidence(situation: Situation) -> Iterable[Figure]:
    yield from situation.report.evidence if situation.report else ()
    for turn in situation.turns:
        yield from turn.figures


def _models(decided: Decisions) -> dict[str, str]:
    """Id, name and weights of each network of the plan -> its name."""
    models = (decided.architecture, *decided.alternatives)
    return {key: item.name for item in models for key in (item.id, item.name, item.weights or "") if key}


def _prompt(situation: Situation) -> str:
    lang = situation.language
    parts = [template(lang, "agent.talk.message").format(message=fenced(situation.message))]
    read = "; ".join(situation.read) or "-"
    parts.append(template(lang, "agent.talk.read").format(fields=read))
    report = situation.report
    if report is not None and report.plan is not None:
        lines = (
            f"{place}: {text[:_SENTENCE_CHARS]}" for place, text in strings(report.plan) if "codeFramework" not in place
        )
        earlier = [turn.prompt for turn in situation.turns if turn.step == TALK]
        parts += news("agent.talk.plan", "\n".join(lines), earlier, lang)
        parts += new_figures(report.evidence, earlier, lang)
    return "\n".join(parts)
