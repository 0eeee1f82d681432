"""Plays the turns of one conversation against the product, through the door each act belongs to.

`say` goes through the dialogue of `dl-expert chat`, `command` through the command line, everything else through the
Python API. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from deep_learning_expert.evals.command import run_command
from deep_learning_expert.evals.conversation import Conversation as Script
from deep_learning_expert.evals.conversation import Turn
from deep_learning_expert.evals.deaths import Died, MortalStore
from deep_learning_expert.evals.evidence import observed
from deep_learning_expert.evals.outcome import Heard, Outcome, lasting_part
from deep_learning_expert.evals.reading_model import ReadingModel
from deep_learning_expert.skill.agent.advice import Advice
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.interfaces.chat import Chat
from deep_learning_expert.skill.interfaces.chat_input import messages
from deep_learning_expert.skill.sessions.recorded import record, resume
from deep_learning_expert.skill.workflow.assembly import report
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import TargetKept
from deep_learning_expert.skill.workflow.transitions import RESTING
from deep_learning_expert.tools.errors import ExpertError, ScriptError


class Stage:
    """One conversation under way. folder: an empty one of its own; lasting: keep the session in a store there."""

    def __init__(self, script: Script, folder: Path, *, lasting: bool) -> None:
        self.script, self.folder = script, folder
        self.model = ReadingModel([reply for turn in script.turns for reply in turn.model])
        self.advice = Advice(self.model, script.budget()) if script.modelled else None
        self.expert = Expert.advised(self.advice)
        self.talk: Conversation | None = None
        self.chat: Chat | None = None
        self.report: Report | None = None
        self._lines: list[str] = []
        self._store: MortalStore | None = self._open() if lasting else None
        for name, text in script.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    # -- one turn -------------------------------------------------------------------------------------------------

    def play(self, turn: Turn) -> Outcome:
        """What the turn brings about; an error of the product becomes part of it."""
        trace, events = self._lengths()
        parts = Outcome(turn.act)
        try:
            parts = self._act(turn)
        except ScriptError:
            raise
        except ExpertError as error:
            parts = Outcome(turn.act, error=error)
        session = self._session()
        return Outcome(
            act=turn.act,
            report=self.report if parts.report is None else parts.report,
            session=session,
            said=parts.said,
            heard=parts.heard,
            error=parts.error,
            exit_code=parts.exit_code,
            trace=session.state.trace[trace:] if session is not None else (),
            events=tuple(session.events[events:]) if session is not None else (),
            resumed_equal=parts.resumed_equal,
        )

    def _act(self, turn: Turn) -> Outcome:
        if turn.say is not None:
            return self._hear(turn.say)
        if turn.command is not None:
            return self._command(turn.command)
        if turn.kill is not None:
            return self._die_and_resume(self.report)
        try:
            if self._store is not None:
                self._store.left = turn.dies_after
            self.report = self._call(turn)
        except Died:
            return self._die_and_resume(None)
        return Outcome(turn.act, report=self.report)

    def _call(self, turn: Turn) -> Report:
        """The acts of the Python API."""
        if turn.task is not None:
            self.talk = self.expert.start(turn.task)
            if self._store is not None:
                self.talk = record(self._store, self.script.id, self.talk)
            return self.talk.report()
        talk = self._talk()
        if turn.answer is not None:
            return talk.answer(turn.answer.field, turn.answer.text)
        if turn.assume:
            return talk.assume()
        if turn.stop is not None:
            return talk.stop(turn.stop)
        talk.session.add(
            observed(turn.observe, talk.session.state, self.folder) if turn.observe is not None else TargetKept()
        )
        return talk.report()

    def _talk(self) -> Conversation:
        talk = self.chat.conversation if self.chat is not None else self.talk
        if talk is None:
            raise ScriptError("eval.no_session", id=self.script.id)
        return talk

    # -- dialogue and command line --------------------------------------------------------------------------------

    def _hear(self, text: str) -> Outcome:
        if self.chat is None:
            self.chat = Chat(self._lines.append, advice=self.advice)
            self.chat.conversation = self.talk
        self._lines.clear()
        for name in self.script.files:
            text = text.replace(f"{{file:{name}}}", str(self.folder / name))
        heard = []
        for message in messages(iter([*text.splitlines(), None]).__next__):
            before = self.chat.decision
            self.chat.hear(message)
            judged = self.chat.decision  # an answer to a question is taken as one, without a judgement
            if judged is not None and judged is not before:
                heard.append(Heard(message, judged))
        self.report = self._present()
        return Outcome("say", report=self.report, said="\n".join(self._lines), heard=tuple(heard))

    def _present(self) -> Report | None:
        """The dialogue's last report; of the present state where it only talked since then."""
        assert self.chat is not None
        last, talk = self.chat.report, self.chat.conversation
        if last is None or talk is None or talk.session.state.name not in RESTING:
            return last
        now = report(talk.session)
        return last if lasting_part(now) == lasting_part(last) else now

    def _command(self, arguments: list[str]) -> Outcome:
        ran = run_command(arguments, self.folder, self.folder / "sessions.db")
        report = None
        if ran.stdout.startswith("{"):
            try:
                report = Report.model_validate_json(ran.stdout)
            except ValidationError:
                report = None  # another command's JSON
        return Outcome("command", report=report, said=ran.stdout + ran.stderr, exit_code=ran.exit_code)

    # -- death ----------------------------------------------------------------------------------------------------

    def _open(self) -> MortalStore:
        return MortalStore(str(self.folder / "sessions.db"))

    def _die_and_resume(self, before: Report | None) -> Outcome:
        """Everything in memory is dropped; the session goes on from what is on the disk."""
        if self._store is not None:
            self._store.close()
        self.talk, self._store = None, self._open()
        self.talk = resume(self._store, self.script.id, self.advice)
        self.report = self.talk.report()
        equal = None if before is None else lasting_part(before) == lasting_part(self.report)
        return Outcome("kill", report=self.report, resumed_equal=equal)

    def _session(self) -> Session | None:
        talk = self.chat.conversation if self.chat is not None else self.talk
        return talk.session if talk is not None else None

    def _lengths(self) -> tuple[int, int]:
        session = self._session()
        return (len(session.state.trace), len(session.events)) if session is not None else (0, 0)


def undisturbed(turns: Iterable[Turn]) -> list[Turn]:
    """The same turns in a life without deaths."""
    return [turn.model_copy(update={"dies_after": None}) for turn in turns if turn.kill is None]
