"""A chat that outlives the process: what is said is kept in the session store and taken up again by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.expert import Conversation
from deep_learning_expert.skill.workflow.events import Heard
from deep_learning_expert.tools.errors import SessionError

if TYPE_CHECKING:  # the database is loaded only when a chat is kept
    from deep_learning_expert.skill.agent.advice import Advice
    from deep_learning_expert.skill.sessions.recorded import RecordedSession
    from deep_learning_expert.skill.sessions.store import EventStore


class ChatSession:
    """The store and the name under which one chat is kept."""

    def __init__(self, store: EventStore, name: str) -> None:
        """Errors: SessionError for a name that no session can have."""
        from deep_learning_expert.skill.sessions.store import check_name

        check_name(name)
        self.store = store
        self.name = name
        self._session: RecordedSession | None = None

    def earlier(self, advice: Advice | None) -> Conversation | None:
        """The conversation kept under the name, or None as long as no task was stated.

        Errors: SessionError for a damaged one.
        """
        session = self._open()
        return Conversation(session, advice) if session is not None and session.state.task else None

    def heard(self) -> tuple[Heard, ...]:
        """The messages from before the task was clear; errors: SessionError."""
        session = self._open()
        return session.state.heard if session is not None else ()

    def note(self, message: str, language: Language) -> None:
        """Makes a message durable before it is answered; errors: SessionError."""
        from deep_learning_expert.skill.sessions.recorded import RecordedSession

        event = Heard(text=message.encode("utf-8", "replace").decode("utf-8"), language=language)
        session = self._open()
        if session is not None:
            session.add(event)
            return
        info = self.store.create(self.name, [event], "listening")
        self._session = RecordedSession(self.store, info, [event])

    def keep(self, conversation: Conversation) -> Conversation:
        """The same conversation, written down from now on; errors: SessionError."""
        from deep_learning_expert.skill.sessions.recorded import record

        session = self._open()
        if session is None:
            return record(self.store, self.name, conversation)
        for event in conversation.session.events:
            session.add(event)
        return Conversation(session, conversation.advice)

    def _open(self) -> RecordedSession | None:
        """The session as kept; None as long as nothing is."""
        from deep_learning_expert.skill.sessions.recorded import reopen

        if self._session is None:
            try:
                self._session = reopen(self.store, self.name)
            except SessionError as problem:
                if problem.code != "session.unknown":
                    raise
        return self._session
