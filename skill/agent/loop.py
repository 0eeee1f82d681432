"""Draft and amend: code runs the steps, the model has its say where a choice is open, every word is checked.

The loop is a generator: it yields requests and is sent raw answers, so that the same code serves blocking and
asynchronous models and can be driven by a test. All progress is events; after a crash it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Generator

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.skill.agent.answering import Answers, answer
from deep_learning_expert.skill.agent.choices import open_choices
from deep_learning_expert.skill.agent.client.replies import read_reply
from deep_learning_expert.skill.agent.functions import schemas
from deep_learning_expert.skill.agent.limits import Limits, reached
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.skill.agent.prompting import messages, step_prompt, system_prompt
from deep_learning_expert.skill.agent.turns import CALL_FAILED, cost, unusable
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import ModelStopped, ModelTurn, StepDone
from deep_learning_expert.skill.workflow.transitions import STEPS
from deep_learning_expert.tools.errors import ModelError

_FAULTS_PER_STEP = 2  # one correction is asked for, then the draft stands
_ANSWERED = frozenset({"model_turn", "amended"})


def advise(session: Session, model: str, limits: Limits) -> Generator[Request, RawReply, None]:
    """Runs the session until it rests, asking the model wherever a step leaves a choice open."""
    while session.state.name in STEPS:
        event = session.next_event()
        if isinstance(event, StepDone) and not session.state.model_stopped:
            choices, before = open_choices(event.step, session.context), session.state.amendments
            if choices and (yield from _consult(session, event, choices, model, limits)):
                continue
            if session.state.amendments != before:
                event = session.next_event()
        session.add(event)
    session.settle()


def _consult(
    session: Session, event: StepDone, choices: tuple[str, ...], model: str, limits: Limits
) -> Generator[Request, RawReply, bool]:
    """The exchange about one step. Returns whether the session moved to another state."""
    step = event.step
    while True:
        turns = _visit(session)
        _add_pending(session, turns)
        if session.state.name != step:
            return True
        if turns and turns[-1].fault == CALL_FAILED:
            session.add(ModelStopped(reason="unreachable", detail=turns[-1].detail))
            return False
        if turns and (turns[-1].closes or len(turns) >= limits.calls_per_step):
            return False
        limit = reached(session.state.turns, limits)
        if limit or len([turn for turn in turns if turn.fault]) >= _FAULTS_PER_STEP:
            session.add(ModelStopped(reason=limit or "faults"))
            return False
        prompt = _prompt(session, event, choices, turns)
        request = Request(
            system=system_prompt(session.state.language),
            messages=messages(session.state.turns, prompt),
            tools=schemas(session.state.language),
            max_output_tokens=limits.output_tokens_per_call,
        )
        try:
            raw = yield request
        except ModelError as problem:
            detail = problem.sentence(session.state.language)
            failed = ModelTurn(step=step, model=model, prompt=prompt, fault=CALL_FAILED, detail=detail, closes=True)
            session.add(failed)
            continue
        session.add(_turn(session, step, prompt, request, raw, model))


def _prompt(session: Session, event: StepDone, choices: tuple[str, ...], turns: list[ModelTurn]) -> str:
    """The step's message at first, a correction after an answer that could not be used, else nothing."""
    if not turns:
        return step_prompt(event, choices, session.context, session.state)
    if turns[-1].fault:
        return template(session.state.language, f"agent.correction.{turns[-1].fault.rpartition('.')[2]}")
    return ""


def _visit(session: Session) -> list[ModelTurn]:
    """The model's turns since the present step was entered."""
    turns: list[ModelTurn] = []
    for event in reversed(session.events):
        if event.kind not in _ANSWERED:
            break
        if isinstance(event, ModelTurn):
            turns.append(event)
    return turns[::-1]


def _add_pending(session: Session, turns: list[ModelTurn]) -> None:
    """Writes down what the last turn led to, or the rest of it after a crash in between."""
    written = 0
    while turns and not isinstance(session.events[-1 - written], ModelTurn):
        written += 1
    for effect in turns[-1].effects[written:] if turns else ():
        session.add(effect)


def _turn(session: Session, step: str, prompt: str, request: Request, raw: RawReply, model: str) -> ModelTurn:
    """The answer as an event: charged first, then read, then its calls answered."""
    spent = cost(request, raw)
    lang = session.state.language
    known = [str(tool["name"]) for tool in request.tools]
    try:
        reply = read_reply(raw, known, model=model)
    except ModelError as problem:
        return ModelTurn(step=step, model=model, prompt=prompt, fault=problem.code, **spent)
    fault = unusable(reply)
    if fault:
        closes = reply.finish == "refusal"
        return ModelTurn(step=step, model=model, prompt=prompt, fault=fault, closes=closes, **spent)
    answers: Answers = answer(reply, session, system_prompt(lang))
    return ModelTurn(
        step=step,
        model=model,
        prompt=prompt,
        assistant=answers.assistant,
        results=answers.results,
        kept=answers.kept,
        figures=answers.figures,
        effects=answers.effects,
        closes=answers.closes,
        repairs=reply.repairs,
        **spent,
    )
