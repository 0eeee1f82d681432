"""A chat that outlives the process: its conversation is kept in the session store and taken up again by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learning_expert.skill.expert import Conversation
from deep_learning_expert.tools.errors import SessionError

if TYPE_CHECKING:  # the database is loaded only when a chat is kept
    from deep_learning_expert.skill.agent.advice import Advice
    from deep_learning_expert.skill.sessions.store import EventStore


class ChatSession:
    """The store and the name under which one chat is kept."""

    def __init__(self, store: EventStore, name: str) -> None:
        """Errors: SessionError for a name that no session can have."""
        from deep_learning_expert.skill.sessions.store import check_name

        check_name(name)
        self.store = store
        self.name = name

    def earlier(self, advice: Advice | None) -> Conversation | None:
        """The conversation kept under the name, or None; errors: SessionError for a damaged one."""
        from deep_learning_expert.skill.sessions.recorded import resume

        try:
            return resume(self.store, self.name, advice)
        except SessionError as problem:
            if problem.code == "session.unknown":
                return None
            raise

    def keep(self, conversation: Conversation) -> Conversation:
        """The same conversation, written down from now on; errors: SessionError."""
        from deep_learning_expert.skill.sessions.recorded import record

        return record(self.store, self.name, conversation)
