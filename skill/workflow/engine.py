"""Runs the steps until the session rests: drafts sections, asks, plans. All progress goes through events."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.intake.gaps import loop_question, questions
from deep_learning_expert.skill.workflow.amending import amend_texts
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.events import Amended, Event, QuestionsAsked, StepDone
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
        self._draft: tuple[Context, StepDone] | None = None

    @property
    def context(self) -> Context:
        """What the steps work on in the present state."""
        self._context = self.context_with(())
        return self._context

    def context_with(self, amendments: Iterable[Amended]) -> Context:
        """The same, with amendments that are not written down yet."""
        state = self.state
        amended = (*state.amendments, *amendments)
        context = Context(state.task, state.language, state.may_assume, state.actions, amended)
        return self._context if self._context is not None and self._context == context else context

    def add(self, event: Event) -> None:
        """Appends one event; errors: WorkflowError, then nothing was changed."""
        self.state = step_state(self.state, event)
        self.events.append(event)

    def advance(self) -> None:
        """Runs steps until the session rests (asking, planned, renegotiating, stopped, out of scope)."""
        while self.state.name in STEPS:
            self.add(self.next_event())
        self.settle()

    def settle(self) -> None:
        """A session that asks has a question to show."""
        if self.state.name == "asking" and not self.state.questions:
            self.add(QuestionsAsked(questions=(loop_question("same_failure", self.state.language),)))

    def next_event(self) -> Event:
        """What the present step does next: its draft with the model's amendments, questions, or a refusal."""
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
            asked = questions(ranked_gaps(context), context.language)
            if asked:  # a gap that moves no decision is none
                return QuestionsAsked(questions=asked)
        return self.drafted(context)

    def drafted(self, context: Context) -> StepDone:
        """The draft of the present step in a context; errors: AssertionError when the session rests."""
        step = self.state.name
        assert step in STEPS
        if self._draft is not None and self._draft[0] is context and self._draft[1].step == step:
            return self._draft[1]  # an exchange looks at the same draft several times
        event = to_event(step, RUN[step](context), context.language)
        self._draft = context, amend_texts(event, context.amendments, context.language)
        return self._draft[1]
