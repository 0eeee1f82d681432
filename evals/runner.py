"""Plays conversations and collects their checks. A conversation fails by a failed check and by nothing else."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deep_learning_expert.evals.always import always
from deep_learning_expert.evals.check import Check
from deep_learning_expert.evals.checks import check_turn
from deep_learning_expert.evals.conversation import Conversation
from deep_learning_expert.evals.outcome import Outcome, lasting_part
from deep_learning_expert.evals.reading import Suites
from deep_learning_expert.evals.stage import Stage, undisturbed
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.tools.errors import ScriptError

Verdict = Literal["passed", "failed", "known_defect", "mended"]


@dataclass(frozen=True)
class TurnChecks:
    """number: the turn's, from one, zero for the conversation as a whole; act: its name."""

    number: int
    act: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Result:
    """How one conversation went."""

    suite: str
    conversation: Conversation
    turns: tuple[TurnChecks, ...]
    seconds: float
    final: Report | None = None

    @property
    def checks(self) -> list[Check]:
        """All checks."""
        return [check for turn in self.turns for check in turn.checks]

    @property
    def failures(self) -> list[tuple[TurnChecks, Check]]:
        """The failed checks with their turns."""
        return [(turn, check) for turn in self.turns for check in turn.checks if not check.passed]

    @property
    def verdict(self) -> Verdict:
        """A known defect does not fail the run while it is there; once it is gone, its mark does."""
        if self.conversation.known_defect is None:
            return "failed" if self.failures else "passed"
        return "known_defect" if self.failures else "mended"

    @property
    def fails_the_run(self) -> bool:
        """Whether somebody has to do something."""
        return self.verdict in ("failed", "mended")


def run_suites(suites: Suites) -> Iterator[Result]:
    """One result per conversation, in order."""
    for suite, conversations in suites.items():
        for conversation in conversations:
            yield run_conversation(conversation, suite)


def run_conversation(conversation: Conversation, suite: str = "") -> Result:
    """Plays one conversation, and a second time without its deaths where it has any."""
    started = time.perf_counter()
    turns, final = _play(conversation)
    if conversation.lasting and final is not None:
        turns.append(TurnChecks(0, "resume", (_same_as_undisturbed(conversation, final),)))
    return Result(suite, conversation, tuple(turns), time.perf_counter() - started, final)


def _play(conversation: Conversation) -> tuple[list[TurnChecks], Report | None]:
    turns: list[TurnChecks] = []
    outcome, scripted = Outcome("none"), 0
    with tempfile.TemporaryDirectory() as folder, Stage(conversation, Path(folder), lasting=conversation.lasting) as at:
        for number, turn in enumerate(conversation.turns, start=1):
            scripted += len(turn.model)
            try:
                outcome = at.play(turn)
                checks = [*check_turn(turn.expect, outcome), *always(outcome, conversation.language)]
                checks += _script_used(at, scripted)
            except Exception as error:  # a defect met in one conversation must not hide the others
                checks = [_broken(error)]
            turns.append(TurnChecks(number, turn.act, tuple(checks)))
            if any(check.what == "crash" for check in checks):
                break
    return turns, outcome.report


def _broken(error: Exception) -> Check:
    kind, text = type(error).__name__, str(error)
    return Check(
        "script" if isinstance(error, ScriptError) else "sound", "crash", False, "an answer", f"{kind}: {text}"
    )


def _script_used(at: Stage, scripted: int) -> list[Check]:
    """Each turn's replies are asked for in that turn: none is left over, none is taken from a later one."""
    asked = len(at.model.requests)
    if not scripted and not asked:
        return []
    return [Check("script", "replies", asked == scripted, f"{scripted} model calls so far", str(asked))]


def _same_as_undisturbed(conversation: Conversation, final: Report) -> Check:
    """A life without deaths ends in the same report, byte for byte."""
    with tempfile.TemporaryDirectory() as folder, Stage(conversation, Path(folder), lasting=False) as at:
        outcome = Outcome("none")
        for turn in undisturbed(conversation.turns):
            outcome = at.play(turn)
    other = outcome.report
    equal = other is not None and lasting_part(other) == lasting_part(final)
    return Check("resumed", "undisturbed", equal, "the report of an undisturbed session", "another report")
