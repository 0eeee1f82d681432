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
from deep_learning_expert.skill.agent.amendments import leaks, text_fields
from deep_learning_expert.skill.agent.arguments import FactArguments, SayArguments, typed
from deep_learning_expert.skill.agent.client.replies import read_reply
from deep_learning_expert.skill.agent.functions import listed, look_up, schemas
from deep_learning_expert.skill.agent.grounded import ground
from deep_learning_expert.skill.agent.limits import Limits, reached
from deep_learning_expert.skill.agent.model import RawReply, Reply, Request, ToolCall
from deep_learning_expert.skill.agent.prompting import messages, system_prompt
from deep_learning_expert.skill.agent.turns import CALL_FAILED, assistant_message, cost, unusable
from deep_learning_expert.skill.agent.untrusted import fenced
from deep_learning_expert.skill.contract.grounding import strings
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.contract.task import Task, TaskType
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.trigger.split import split
from deep_learning_expert.skill.workflow.events import ModelTurn
from deep_learning_expert.skill.workflow.state import with_answer
from deep_learning_expert.tools.errors import ExpertError, ModelError, ToolError
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
    listener = _Listener(situation, model)
    prompt = _prompt(situation)
    for _ in range(_MOST_CALLS):
        past = (*situation.turns, *listener.turns)
        if reached(past, limits):
            break
        request = Request(
            system_prompt(situation.language),
            messages(past, prompt),
            schemas(situation.language),
            limits.output_tokens_per_call,
        )
        try:
            raw = yield request
        except ModelError:
            listener.turns.append(ModelTurn(step=TALK, model=model, prompt=prompt, fault=CALL_FAILED, closes=True))
            break
        turn = listener.take(request, raw, prompt)
        prompt = template(situation.language, f"agent.correction.{turn.fault.rpartition('.')[2]}") if turn.fault else ""
        if turn.closes:
            break
    return Heard(tuple(listener.facts), tuple(listener.doubted), listener.said, tuple(listener.turns))


class _Listener:
    """Answers the model's calls about one message and keeps what holds."""

    def __init__(self, situation: Situation, model: str) -> None:
        self._situation = situation
        self._model = model
        self._pool: dict[str, Figure] = {record.id: record for record in _evidence(situation)}
        self.facts: list[HeardFact] = []
        self.doubted: list[HeardFact] = []
        self.said = ""
        self.turns: list[ModelTurn] = []

    def take(self, request: Request, raw: RawReply, prompt: str) -> ModelTurn:
        """One answer of the model as an event."""
        spent = cost(request, raw)
        try:
            reply = read_reply(raw, [str(tool["name"]) for tool in request.tools], model=self._model)
        except ModelError as problem:
            turn = ModelTurn(step=TALK, model=self._model, prompt=prompt, fault=problem.code, **spent)
        else:
            turn = self._answered(reply, prompt, spent)
        self.turns.append(turn)
        return turn

    def _answered(self, reply: Reply, prompt: str, spent: dict[str, Any]) -> ModelTurn:
        fault = unusable(reply)
        if fault:
            closes = reply.finish == "refusal"
            return ModelTurn(step=TALK, model=self._model, prompt=prompt, fault=fault, closes=closes, **spent)
        results: list[dict[str, Any]] = []
        figures: list[Figure] = []
        failed = False
        calls = reply.calls or (ToolCall("", "say", {"text": reply.text}),)
        for call in calls:
            try:
                text, found = self._run(call)
                figures += found
            except ExpertError as problem:
                said = problem.sentence(self._situation.language)
                failed, text = True, template(self._situation.language, "agent.error").format(problem=said)
            results.append({"role": "tool", "tool_call_id": call.id, "content": text})
        looked = any(call.name not in ("set_fact", "say", "accept") for call in calls)
        return ModelTurn(
            step=TALK,
            model=self._model,
            prompt=prompt,
            assistant=assistant_message(reply),
            results=tuple(results) if reply.calls else (),
            figures=tuple(dict.fromkeys(figures)),
            closes=not failed and not looked,
            repairs=reply.repairs,
            **spent,
        )

    def _run(self, call: ToolCall) -> tuple[str, tuple[Figure, ...]]:
        done = template(self._situation.language, "agent.done")
        if call.name == "accept":
            return done, ()
        if call.name == "set_fact":
            self._note(typed(FactArguments, "set_fact", call.arguments))
            return done, ()
        if call.name == "say":
            self._say(typed(SayArguments, "say", call.arguments).text)
            return done, ()
        text, figures = look_up(call.name, call.arguments)
        self._pool |= {record.id: record for record in figures}
        return fenced(text), figures

    def _say(self, text: str) -> None:
        if leaks(text, system_prompt(self._situation.language)):
            raise ToolError("agent.leak")
        names = _names(self._situation)
        self.said = ground(text, self._pool, names, self._situation.language, most_chars=_ANSWER_CHARS).text

    def _note(self, asked: FactArguments) -> None:
        """Errors: ToolError when the quote, the field or the value does not hold."""
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


def _names(situation: Situation) -> tuple[str, ...]:
    decisions = situation.report.decisions if situation.report else None
    if decisions is None:
        return ()
    models = (decisions.architecture, *decisions.alternatives)
    return tuple(dict.fromkeys(name for item in models for name in (item.name, item.id)))


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
        parts.append(template(lang, "agent.talk.plan").format(plan="\n".join(lines)))
        figures = "\n".join(listed(record, lang) for record in report.evidence)
        parts.append(template(lang, "agent.step.figures").format(figures=figures))
    return "\n".join(parts)
