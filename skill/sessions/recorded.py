"""A session that is written down as it happens, and taken up again where it stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from deep_learning_expert.skill.expert import Conversation
from deep_learning_expert.skill.sessions.store import EventStore, SessionInfo
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import Event
from deep_learning_expert.skill.workflow.state import State, fold, step_state
from deep_learning_expert.tools.errors import SessionError, WorkflowError

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.advice import Advice


class RecordedSession(Session):
    """A session whose every event is durable before the next one is computed."""

    def __init__(self, store: EventStore, info: SessionInfo, events: Iterable[Event]) -> None:
        """Errors: SessionError when the stored events are no legal history."""
        try:
            super().__init__(events)
        except WorkflowError as problem:
            raise SessionError("session.illegal", name=info.name, problem=problem.sentence()) from problem
        self.info = info
        self._store = store

    def add(self, event: Event) -> None:
        """Appends one event; errors: WorkflowError, SessionError, then nothing was changed."""
        state: State = step_state(self.state, event)
        self._store.append(self.info, len(self.events) + 1, event, state.name)
        self.state = state
        self.events.append(event)


def record(store: EventStore, name: str, conversation: Conversation) -> Conversation:
    """The same conversation, from now on written to the store under a new name; errors: SessionError."""
    events = conversation.session.events
    info = store.create(name, events, conversation.session.state.name)
    return Conversation(RecordedSession(store, info, events), conversation.advice)


def resume(store: EventStore, name: str, advice: Advice | None = None) -> Conversation:
    """A stored conversation, ready to go on; what was interrupted is finished by its next `report`.

    advice: who advises from now on; the store keeps what was said, not by whom it may be said.

    Errors: SessionError for an unknown name, a damaged record, or a chat in which no task was stated yet.
    """
    session = reopen(store, name)
    if not session.state.task:
        raise SessionError("session.no_task_yet", name=name)
    return Conversation(session, advice)


def reopen(store: EventStore, name: str) -> RecordedSession:
    """A stored session, also one that has only listened so far; errors: SessionError as in `resume`."""
    info, records = store.read(name)
    return RecordedSession(store, info, (item.event for item in records))


def state_of(name: str, events: Iterable[Event]) -> str:
    """The state that events fold to; errors: SessionError when they are no legal history."""
    try:
        return fold(events).name
    except WorkflowError as problem:
        raise SessionError("session.illegal", name=name, problem=problem.sentence()) from problem
