"""Draft and amend: code runs the steps, the model has its say where a choice is open, every word is checked.

The loop is a generator: it yields requests and is sent raw answers, so that the same code serves blocking and
asynchronous models and can be driven by a test. All progress is events, and each turn of the loop adds one that
follows from those before it: after a crash it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Generator

from deep_learning_expert.skill.agent.answering import answer
from deep_learning_expert.skill.agent.choices import open_choices
from deep_learning_expert.skill.agent.limits import Limits, reached
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.skill.agent.prompting import next_request, step_prompt, system_prompt
from deep_learning_expert.skill.agent.turns import CALL_FAILED, correction, opened
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import ModelStopped, ModelTurn, StepDone
from deep_learning_expert.skill.workflow.transitions import STEPS

_FAULTS_PER_STEP = 2  # one correction is asked for, then the draft stands
_ANSWERED = frozenset({"model_turn", "amended"})


def advise(session: Session, model: str, limits: Limits) -> Generator[Request, RawReply, None]:
    """Runs the session until it rests, asking the model wherever a step leaves a choice open."""
    while session.state.name in STEPS:
        turns = _visit(session)
        if _add_pending(session, turns):
            continue
        event = session.next_event()
        if isinstance(event, StepDone) and not session.state.model_stopped and not _is_over(turns, limits):
            choices = open_choices(event.step, session.context)
            if choices or turns:  # what the model changed may have closed the choice, not the exchange
                session.add((yield from _ask(session, event, choices, turns, model, limits)))
                continue
        session.add(event)
    session.settle()


def _ask(
    session: Session,
    event: StepDone,
    choices: tuple[str, ...],
    turns: list[ModelTurn],
    model: str,
    limits: Limits,
) -> Generator[Request, RawReply, ModelTurn | ModelStopped]:
    """The model's next turn about a step, or why it takes none."""
    if turns and turns[-1].fault == CALL_FAILED:
        return ModelStopped(reason="unreachable", detail=turns[-1].detail)
    limit = reached(session.state.turns, limits)
    if limit or len([turn for turn in turns if turn.fault]) >= _FAULTS_PER_STEP:
        return ModelStopped(reason=limit or "faults")
    lang = session.state.language
    prompt = correction(turns[-1], lang) if turns else step_prompt(event, choices, session.context, session.state)
    request = next_request(lang, session.state.turns, prompt, limits)
    reply, turn = yield from opened(event.step, model, prompt, request, lang)
    if reply is None:
        return turn
    found = answer(reply, session, system_prompt(lang))
    return turn.model_copy(
        update={
            "results": found.results,
            "kept": found.kept,
            "figures": found.figures,
            "effects": found.effects,
            "closes": found.closes,
        }
    )


def _is_over(turns: list[ModelTurn], limits: Limits) -> bool:
    """Whether the exchange about a step has come to its end."""
    return bool(turns) and (turns[-1].closes or len(turns) >= limits.calls_per_step) and turns[-1].fault != CALL_FAILED


def _visit(session: Session) -> list[ModelTurn]:
    """The model's turns about the present step since it was entered."""
    turns: list[ModelTurn] = []
    for event in reversed(session.events):
        if event.kind not in _ANSWERED:
            break
        if isinstance(event, ModelTurn) and event.step == session.state.name:
            turns.append(event)
    return turns[::-1]


def _add_pending(session: Session, turns: list[ModelTurn]) -> bool:
    """Writes down the next thing the last turn led to; whether there was one."""
    effects = turns[-1].effects if turns else ()
    written = 0
    while written < len(effects) and not isinstance(session.events[-1 - written], ModelTurn):
        written += 1
    if written < len(effects):
        session.add(effects[written])
        return True
    return False
