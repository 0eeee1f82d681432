"""What one turn brought about: all that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from deep_learning_expert.skill.contract.report import Report, TraceEntry
from deep_learning_expert.skill.trigger.decide import Decision
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import Event
from deep_learning_expert.tools.errors import ExpertError


@dataclass(frozen=True)
class Heard:
    """One message of the dialogue and what the trigger made of it."""

    message: str
    decision: Decision


@dataclass(frozen=True)
class Outcome:
    """report and session: of the present state, None before there is one; trace and events: what this turn added.

    said: what the dialogue or the command line wrote; resumed_equal: whether a resumed session gave the report it had
    given before, None when nothing was resumed.
    """

    act: str
    report: Report | None = None
    session: Session | None = None
    said: str = ""
    heard: tuple[Heard, ...] = ()
    error: ExpertError | None = None
    exit_code: int | None = None
    trace: tuple[TraceEntry, ...] = ()
    events: tuple[Event, ...] = ()
    resumed_equal: bool | None = None


def lasting_part(report: Report) -> str:
    """All of a report that must not depend on when it was made, as bytes: not its cost, not what it is compared to."""
    return report.model_dump_json(exclude={"usage", "changes"})
