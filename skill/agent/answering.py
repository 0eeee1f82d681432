"""Answers every call of a model's reply: a lookup by its result, a change by "done" or by what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.skill.agent.amendments import Desk, amended, question, way_back
from deep_learning_expert.skill.agent.arguments import AcceptArguments, MoreArguments, typed
from deep_learning_expert.skill.agent.functions import look_up
from deep_learning_expert.skill.agent.model import Reply, ToolCall
from deep_learning_expert.skill.agent.prompting import shown_figures
from deep_learning_expert.skill.agent.turns import results_of
from deep_learning_expert.skill.agent.untrusted import fenced
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import Amended, Effect, QuestionsAsked, WentBack
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure

_SHOWN_CHARS = 2400  # of an answer; the rest is had by its handle
_MOST_QUESTIONS = 2  # of the model's own in one session; the workflow's own are not counted
_DECISIVE = {"accept", "amend", "ask", "go_back"}


@dataclass
class Answers:
    """What a reply led to. results: one per call; see `ModelTurn`."""

    results: tuple[dict[str, Any], ...] = ()
    kept: dict[str, str] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    effects: tuple[Effect, ...] = ()
    closes: bool = False


def answer(reply: Reply, session: Session, instructions: str) -> Answers:
    """Answers all calls of a reply in order; a later call sees what an earlier one changed."""
    found = Answers()
    found.results, failed = results_of(
        reply.calls, lambda call: _run(call, found, session, instructions), session.state.language
    )
    decided = any(call.name in _DECISIVE for call in reply.calls)
    found.closes = not reply.calls or (decided and not failed)
    return found


def _run(call: ToolCall, found: Answers, session: Session, instructions: str) -> str:
    own = _OWN.get(call.name)
    if own is not None:
        return own(call.arguments, found, session, instructions)
    text, figures = look_up(call.name, call.arguments, _OWN)
    found.figures = tuple(dict.fromkeys((*found.figures, *figures)))
    return fenced(_shown(text, call.id, found, session))


def _shown(text: str, handle: str, found: Answers, session: Session) -> str:
    """Head and tail of a long answer; the whole of it is kept under the call's id."""
    if len(text) <= _SHOWN_CHARS:
        return text
    found.kept[handle] = text
    head, tail = _SHOWN_CHARS * 3 // 4, _SHOWN_CHARS // 4
    left = template(session.state.language, "agent.cut").format(handle=handle)
    return f"{text[:head]}\n{left}\n{text[-tail:]}"


def _desk(found: Answers, session: Session, instructions: str) -> Desk:
    """The draft with the changes made so far in this reply, and the figures the model was shown."""
    context = session.context_with(effect for effect in found.effects if isinstance(effect, Amended))
    event = session.drafted(context)
    looked = (record for turn in session.state.turns for record in turn.figures)
    drafted = (record for draft in session.state.drafts.values() for record in draft.evidence)
    pool = {record.id: record for record in (*drafted, *looked, *found.figures, *shown_figures(event, context))}
    return Desk(event, context, pool, instructions)


def _accept(arguments: Mapping[str, Any], found: Answers, session: Session, _: str) -> str:
    typed(AcceptArguments, "accept", arguments)
    return template(session.state.language, "agent.done")


def _amend(arguments: Mapping[str, Any], found: Answers, session: Session, instructions: str) -> str:
    return _effect(amended(arguments, _desk(found, session, instructions)), found, session)


def _ask(arguments: Mapping[str, Any], found: Answers, session: Session, instructions: str) -> str:
    earlier = sum(entry.rule == "model-asks" for entry in session.state.trace)
    if session.state.may_assume or earlier >= _MOST_QUESTIONS:
        raise ToolError("agent.no_more_questions")
    asked = question(arguments, _desk(found, session, instructions))
    return _effect(QuestionsAsked(questions=(asked,)), found, session)


def _go_back(arguments: Mapping[str, Any], found: Answers, session: Session, instructions: str) -> str:
    event = way_back(arguments, _desk(found, session, instructions))
    if any(entry.rule == f"model-back-to-{event.target}" for entry in session.state.trace):
        raise ToolError("agent.no_way_back", to=event.target, known="-")
    return _effect(event, found, session)


def _more(arguments: Mapping[str, Any], found: Answers, session: Session, _: str) -> str:
    handle = typed(MoreArguments, "more", arguments).handle
    for turn in reversed(session.state.turns):
        if handle in turn.kept:
            middle = turn.kept[handle][_SHOWN_CHARS * 3 // 4 : -_SHOWN_CHARS // 4]
            return fenced(middle, len(middle))
    raise ToolError("agent.no_handle", handle=handle)


def _effect(effect: Effect, found: Answers, session: Session) -> str:
    if any(isinstance(item, QuestionsAsked | WentBack) for item in found.effects):
        raise ToolError("agent.step_left")
    found.effects = (*found.effects, effect)
    return template(session.state.language, "agent.done")


_OWN: Mapping[str, Callable[[Mapping[str, Any], Answers, Session, str], str]] = {
    "accept": _accept,
    "amend": _amend,
    "ask": _ask,
    "go_back": _go_back,
    "more": _more,
}
