"""A process that dies at a chosen moment: an event store after whose n-th durable event nothing more happens."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learning_expert.skill.sessions.store import EventStore, Record, SessionInfo
from deep_learning_expert.skill.workflow.events import Event


class Died(BaseException):
    """The process is gone; nothing in the product may catch this."""


class MortalStore(EventStore):
    """A store whose process dies right after `left` more events are on the disk; None: it lives."""

    left: int | None = None

    def restore(self, name: str, records: Sequence[Record], state: str) -> SessionInfo:
        """As in `EventStore`."""
        info = super().restore(name, records, state)
        self._count(len(records))
        return info

    def append(self, info: SessionInfo, seq: int, event: Event, state: str) -> None:
        """As in `EventStore`."""
        super().append(info, seq, event, state)
        self._count(1)

    def _count(self, events: int) -> None:
        if self.left is not None:
            self.left -= events
            if self.left <= 0:
                raise Died
