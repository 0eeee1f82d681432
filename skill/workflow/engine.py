"""Runs the steps until the session rests: drafts sections, asks, plans. All progress goes through events."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.intake.gaps import loop_question, questions
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.events import Event, QuestionsAsked
from deep_learning_expert.skill.workflow.influence import ranked_gaps
from deep_learning_expert.skill.workflow.scope import refusal
from deep_learning_expert.skill.workflow.state import State, fold, step_state
from deep_learning_expert.skill.workflow.steps import RUN
from deep_learning_expert.skill.workflow.steps.step import to_event
from deep_learning_expert.skill.workflow.transitions import STEPS


class Session:
    """An append-only list of events and the state folded from it. One user's task from start to end."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Errors: WorkflowError when the events are no legal history."""
        self.events: list[Event] = list(events)
        self.state: State = fold(self.events)
        self._context: Context | None = None

    @property
    def context(self) -> Context:
        """What the steps work on in the present state."""
        state = self.state
        context = Context(state.task, state.language, state.may_assume, state.actions)
        if self._context != context:
            self._context = context
        return self._context or context

    def add(self, event: Event) -> None:
        """Appends one event; errors: WorkflowError, then nothing was changed."""
        self.state = step_state(self.state, event)
        self.events.append(event)

    def advance(self) -> None:
        """Runs steps until the session rests (asking, planned, renegotiating, stopped, out of scope)."""
        while self.state.name in STEPS:
            self.add(self._next_event())
        if self.state.name == "asking" and not self.state.questions:
            self.add(QuestionsAsked(questions=(loop_question("same_failure", self.state.language),)))

    def _next_event(self) -> Event:
        step = self.state.name
        assert step in STEPS
        context = self.context
        if not self.state.trace:
            refused = refusal(context.contract_task, context.language)
            if refused is not None:
                return refused
        if self.state.actions[-1:] == ("revisit-goal",):
            return QuestionsAsked(questions=(loop_question("goal", context.language),))
        if step == "requirements" and context.gaps and not context.may_assume:
            return QuestionsAsked(questions=questions(ranked_gaps(context), context.language))
        return to_event(step, RUN[step](context), context.language)
