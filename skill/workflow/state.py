"""The state of a session, folded from its events. `fold(events)` is the only way to get one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from deep_learning_expert.skill.contract.report import Question, StepName, TraceEntry
from deep_learning_expert.skill.workflow.events import (
    Amended,
    Answered,
    AssumptionsAllowed,
    CardWritten,
    Event,
    Heard,
    ModelStopped,
    ModelTurn,
    Observed,
    QuestionsAsked,
    ScopeRefused,
    Started,
    StepDone,
    Stopped,
    WentBack,
)
from deep_learning_expert.skill.workflow.guards import GUARDS
from deep_learning_expert.skill.workflow.transitions import STEPS, Row, StateName, rows_for
from deep_learning_expert.tools.errors import WorkflowError


@dataclass(frozen=True)
class State:
    """Where the session stands. drafts: the latest result of each step; actions: what the loops decided, in order.

    standing: observations of the plan as it is now; card_written: its model card was written out;
    turns: the model's calls so far; amendments: its changes that stand; model_stopped: why it takes no further part.
    heard: messages from before the task was clear.
    """

    name: StateName
    task: Mapping[str, Any]
    language: Literal["en", "zh"]
    may_assume: bool
    drafts: Mapping[StepName, StepDone] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    actions: tuple[str, ...] = ()
    observations: tuple[Observed, ...] = ()
    standing: tuple[Observed, ...] = ()
    card_written: bool = False
    failures: tuple[str, ...] = ()
    stalled_rounds: tuple[bool, ...] = ()
    trace: tuple[TraceEntry, ...] = ()
    reply: str = ""
    scope_rule: str | None = None
    scope_words: str | None = None
    turns: tuple[ModelTurn, ...] = ()
    amendments: tuple[Amended, ...] = ()
    model_stopped: ModelStopped | None = None
    heard: tuple[Heard, ...] = ()

    def section(self, step: StepName) -> Mapping[str, Any]:
        """The plan section a step drafted, empty before it ran."""
        draft = self.drafts.get(step)
        return draft.draft if draft else {}


def fold(events: Iterable[Event]) -> State:
    """The state after these events; errors: WorkflowError for an event that the table does not allow."""
    iterator = iter(events)
    first = next(iterator, None)
    if isinstance(first, Started):
        state = _begun(first)
    elif isinstance(first, Heard):
        state = State("listening", {}, first.language, may_assume=False, heard=(first,))
    else:
        raise WorkflowError("workflow.not_started")
    for event in iterator:
        state = step_state(state, event)
    return state


def _begun(event: Started, heard: tuple[Heard, ...] = ()) -> State:
    return State("requirements", event.task, event.language, event.may_assume, heard=heard)


def chosen_row(state: State, event: Event) -> Row:
    """The row of the table this event takes; errors: WorkflowError."""
    for row in rows_for(state.name, event.kind):
        if GUARDS[row.guard](state, event):
            return row
    raise WorkflowError("workflow.not_allowed", event=event.kind, state=state.name)


def step_state(state: State, event: Event) -> State:
    """The state after one more event; errors: WorkflowError."""
    row = chosen_row(state, event)
    if isinstance(event, Started):
        return _begun(event, state.heard)  # the trace tells of the plan, not of what was said before there was a task
    if isinstance(event, Heard):
        return replace(state, language=event.language, heard=(*state.heard, event))
    entry = TraceEntry(
        seq=len(state.trace) + 1,
        source=state.name,
        event=event.kind if not isinstance(event, StepDone) else f"{event.kind}:{event.step}",
        target=row.target,
        rule=row.rule,
        reason=event.reason if isinstance(event, Amended | WentBack) else "",
    )
    actions = (*state.actions, row.action) if row.action else state.actions
    moved = replace(state, name=row.target, trace=(*state.trace, entry), actions=actions)
    return _absorb(moved if row.target == row.source else _reopen(moved, event), event)


def _reopen(state: State, event: Event) -> State:
    """Drafts and amendments from the target step on are stale once a loop went back to it, and what was measured.

    Evidence about a plan leaves its amendments: one factor changes in a round, and it is not one of theirs. Only a
    loop that takes another architecture starts anew.
    """
    if state.name not in STEPS:
        return state
    kept = STEPS[: STEPS.index(state.name)]
    stay = isinstance(event, Observed) and "architecture" in kept
    return replace(
        state,
        drafts={step: draft for step, draft in state.drafts.items() if step in kept},
        amendments=tuple(item for item in state.amendments if item.step in kept or stay),
        standing=(),
        card_written=False,
    )


def _absorb(state: State, event: Event) -> State:
    match event:
        case StepDone():
            return replace(state, drafts={**state.drafts, event.step: event}, questions=())
        case QuestionsAsked():
            return replace(state, questions=event.questions)
        case Answered():
            task = with_answer(state.task, event.field, event.text)
            return replace(state, task=task, questions=(), model_stopped=None)
        case AssumptionsAllowed():
            return replace(state, may_assume=True, questions=())
        case Observed():
            failures = (*state.failures, event.failure)
            stalled = (*state.stalled_rounds, event.facts.get("no_gain", False)) if event.evidence == "log" else ()
            if state.actions[-1:] in (("next-architecture",), ("revisit-goal",)):
                stalled = ()  # a new architecture starts its own count
            return replace(
                state,
                model_stopped=None,
                observations=(*state.observations, event),
                standing=state.standing if state.name in STEPS else (*state.standing, event),
                failures=failures,
                stalled_rounds=stalled if event.evidence == "log" else state.stalled_rounds,
            )
        case CardWritten():
            return replace(state, card_written=True)
        case ModelTurn():
            return replace(state, turns=(*state.turns, event))
        case Amended():
            return replace(state, amendments=(*state.amendments, event))
        case ModelStopped():
            return replace(state, model_stopped=event)
        case ScopeRefused():
            return replace(state, reply=event.reply, scope_rule=event.rule, scope_words=event.words or None)
        case Stopped():
            return replace(state, reply=event.reason)
        case _:
            return state


def with_answer(task: Mapping[str, Any], path: str, text: str) -> dict[str, Any]:
    """The task with one dotted field set; lists ("challenges") are appended to."""
    head, _, rest = path.partition(".")
    current = task.get(head)
    if rest:
        return {**task, head: with_answer(current if isinstance(current, Mapping) else {}, rest, text)}
    if head in ("challenges", "trainingIssues"):
        return {**task, head: [*(current or []), text]}
    return {**task, head: text}
