"""The dialogue behind `dl-expert chat`, offline: text in, questions, a plan, and what later messages change in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.report import Question, Report
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.intake.clauses import read_prose
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.draft_of_task import draft_of
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.interfaces.chat_input import messages
from deep_learning_expert.skill.interfaces.chat_model import ChatModel
from deep_learning_expert.skill.interfaces.chat_questions import reply_to, with_reply
from deep_learning_expert.skill.interfaces.chat_replies import announces_log, answers_of, file_in, is_reply, new_logs
from deep_learning_expert.skill.interfaces.chat_scope import judged
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
from deep_learning_expert.skill.interfaces.chat_voice import Voice, Write
from deep_learning_expert.skill.trigger.decide import (
    Decision,
    clarifying_question,
    decide,
    foreign_note,
    out_of_scope_reply,
)
from deep_learning_expert.skill.workflow.events import Answered
from deep_learning_expert.skill.workflow.evidence import observe_log_text, observe_logs
from deep_learning_expert.tools.errors import ExpertError

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.advice import Advice

ReadLine = Callable[[], str | None]


def run_chat(
    read_line: ReadLine,
    write: Write,
    *,
    language: Language | None = None,
    advice: Advice | None = None,
    kept: ChatSession | None = None,
    more_at_once: Callable[[], bool] = lambda: False,
) -> None:
    """Talks until the lines end or the person says goodbye. read_line gives None at the end; write gets whole lines.

    more_at_once: whether the next line came together with the last one, as in a paste (chat_input.py).
    advice: a language model that helps to hear and to answer; kept: where the dialogue is written down and, if it was
    begun before, taken up again. Errors: SessionError when the store refuses.
    """
    chat = Chat(write, language, advice, kept)
    if not chat.take_up():
        chat.voice.greet()
    for message in messages(read_line, more_at_once):
        if not chat.hear(message):
            return


class Chat:
    """One dialogue. Every message goes through `hear`."""

    def __init__(
        self,
        write: Write,
        language: Language | None = None,
        advice: Advice | None = None,
        kept: ChatSession | None = None,
    ) -> None:
        self.voice = Voice(write, language)
        self.kept = kept
        self.model = ChatModel(advice) if advice is not None else None
        self.draft = TaskDraft()
        self.conversation: Conversation | None = None
        self.report: Report | None = None
        self.question: Question | None = None
        self.unknown: set[str] = set()
        self.unsettled = ""  # a message whose scope was asked about
        self.goal_asked = False  # what follows is an answer, also when it sounds like nothing of ours
        self.decision: Decision | None = None  # about the last message whose scope was judged
        self.waiting_logs: list[str] = []

    def take_up(self) -> bool:
        """Goes on with the dialogue kept earlier; False when there is none."""
        if self.kept is None:
            return False
        earlier = self.kept.earlier(self.model.advice if self.model else None)
        if earlier is None:
            return self._listen_again(self.kept)
        self.conversation = earlier
        self.voice.language = earlier.session.state.language
        self.draft = draft_of(earlier.session.state.task)
        self.voice.say("resumed", name=self.kept.name)
        self.voice.understood(self.draft, dict.fromkeys(fact.path for fact in self.draft.facts))
        self.report = earlier.report()
        if self.report.status == "needs_input":
            self._next_question()
        else:
            self.voice.say("more")
        return True

    def _listen_again(self, kept: ChatSession) -> bool:
        """Takes up a dialogue that stopped before there was a task: its messages are heard again, without a word."""
        heard = kept.heard()
        if not heard:
            return False
        self.voice.muted, self.kept = True, None
        for event in heard[:-1]:
            self.hear(event.text)
        self.voice.muted, self.kept = False, kept
        self.voice.say("resumed", name=kept.name)
        self.voice.understood(self.draft, dict.fromkeys(fact.path for fact in self.draft.facts))
        self._guarded(heard[-1].text)  # what was answered to the last one may never have been seen
        return True

    def hear(self, message: str) -> bool:
        """Answers one message; False when the person ends the dialogue."""
        if is_reply(message, "quit"):
            self.voice.say("bye")
            return False
        if self.kept is not None and self.conversation is None and not is_reply(message, "hello"):
            self.kept.note(message, self.voice.language if self.voice.fixed else decide(message).language)
        self._guarded(message)
        return True

    def _guarded(self, message: str) -> None:
        try:
            self._answer(message)
        except ExpertError as error:
            self.voice.write(error.sentence(self.voice.language))

    # -- what kind of message -------------------------------------------------------------------------------------

    def _answer(self, message: str) -> None:
        path = file_in(message)
        if path is not None:
            self._log_file(path)
        elif self.conversation is None and is_reply(message, "hello"):
            self._greet_back(message)
        elif self.conversation and is_reply(message, "show"):
            self._show_whole()
        elif self.conversation and self.question and self._settles(message, self.conversation, self.question):
            return
        elif self.unsettled and is_reply(message, "no"):
            self.unsettled = ""
            self.voice.say("declined")
        elif self._in_scope(message):
            self._take(message)

    def _greet_back(self, message: str) -> None:
        if not self.voice.fixed:
            self.voice.language = decide(message).language
        self.voice.say("goal")

    def _settles(self, message: str, conversation: Conversation, question: Question) -> bool:
        """Whether the message was a reply to the open question: unknown, a choice, a number, or its words."""
        reply = reply_to(question, message, self.draft, conversation.session.state.task)
        if reply.kind == "other":
            return False
        if reply.kind == "assume":
            self._assume()
        elif reply.kind == "unknown":
            self.unknown.add(question.field)
            self._next_question()
        elif reply.kind == "unfit":
            self.voice.say("not_an_answer")
            self._next_question()
        else:
            self.draft = with_reply(self.draft, question.field, reply.text, message)
            self._change([(question.field, self.draft.text(question.field) or reply.text)])
        return True

    def _in_scope(self, message: str) -> bool:
        """Whether the message is for this expert; if not, or if that is unclear, says so."""
        live = self.conversation is not None or bool(self.draft.facts) or self.goal_asked
        decision = judged(message, live=live, unsettled=self.unsettled)
        live = live or decision.ground == "session"
        if self.model is not None and not live:
            decision = self.model.settled(message, decision)
        self.decision = decision
        self._take_language(decision, live)
        if decision.decision == "dont_use":
            self.unsettled = ""
            self.voice.remark(out_of_scope_reply(decision, self.voice.language))
            if decision.ground == "evidence" and not decision.frame and not live:
                self.voice.say("unless")  # no word spoke for it, and none against it
            return False
        if decision.decision == "ask" and not live:
            self.unsettled = message
            self.voice.remark(clarifying_question(decision, self.voice.language))
            return False
        return True

    def _take_language(self, decision: Decision, live: bool) -> None:
        if not self.voice.fixed and self.conversation is None:
            self.voice.language = decision.language
        if decision.foreign and not live:
            self.voice.remark(foreign_note())

    # -- taking facts in ------------------------------------------------------------------------------------------

    def _take(self, message: str) -> None:
        if self.unsettled:
            self.draft, self.unsettled = read_message(self.unsettled, self.draft), ""
            earlier = self.draft.facts
            self.draft = read_message(message, self.draft)
            self.voice.understood(self.draft, dict.fromkeys(fact.path for fact in (*earlier, *self.draft.facts)))
        else:
            self.draft = read_message(message, self.draft)
            answered = self._listen(message)
            self.voice.understood(self.draft, self.draft.changed_paths())
        if read_prose(message).skipped:
            self.voice.say("skipped")
        logs = list(self.draft.logs[len(self.draft.logs) - new_logs(message) :]) if new_logs(message) else []
        if self.conversation is None:
            self.waiting_logs += logs
            self._begin()
        else:
            self._change([(path, text) for path, text in answers_of(self.draft)], logs, answered=answered)

    def _begin(self) -> None:
        task = self.draft.task()
        if task is None:
            for log in self.waiting_logs:
                self._diagnose(log)
            self.waiting_logs = []
            self.goal_asked = True
            self.voice.say("goal")
            return
        self.conversation = Expert.advised(self.model.advice if self.model else None).start(
            task, language=self.voice.language
        )
        if self.kept is not None:
            self.conversation = self.kept.keep(self.conversation)
        self._write_down()
        self._present(self.conversation.report(), first=True)

    def _listen(self, message: str) -> bool:
        """What a model hears beyond the rules; whether it answered something."""
        if self.model is None or not any(map(str.isalnum, message)):
            return False
        session = self.conversation.session if self.conversation else None
        self.draft, heard = self.model.hear(message, self.draft, session, self.report, self.voice.language)
        self._write_down()
        if heard.said:
            self.voice.write(heard.said)
        for fact in heard.doubted:
            self.voice.say("doubted", field=self.voice.field(fact.field), words=fact.text)
        return bool(heard.said or heard.doubted)

    def _write_down(self) -> None:
        if self.model is not None and self.conversation is not None:
            self.model.write_down(self.conversation.session)

    def _change(self, answers: Iterable[tuple[str, str]], logs: Iterable[str] = (), *, answered: bool = False) -> None:
        assert self.conversation is not None  # changes come after the beginning
        session, before = self.conversation.session, len(self.conversation.session.events)
        for field, text in answers:
            session.add(Answered(field=field, text=text))
            self.conversation.advance()
        for log in logs:
            if session.state.name == "planned":
                session.add(observe_log_text(log, "pasted log", session.state))
                self.conversation.advance()
            else:
                self.waiting_logs.append(log)
        if len(session.events) == before:
            if not answered:
                self.voice.say("paste_log" if announces_log(self.draft.messages[-1]) else "nothing_new")
            if self.question is not None:
                self._next_question()
            return
        self._present(self.conversation.report(), first=False)

    def _assume(self) -> None:
        assert self.conversation is not None  # only asked inside a conversation
        self.voice.say("assuming")
        self._present(self.conversation.assume(), first=False)

    def _log_file(self, path: Path) -> None:
        if self.conversation is None or self.conversation.session.state.name != "planned":
            self._diagnose(path.read_text(encoding="utf-8", errors="replace"), str(path))
            return
        session = self.conversation.session
        session.add(observe_logs([path], session.state))
        self._present(self.conversation.report(), first=False)

    def _diagnose(self, text: str, source: str = "pasted log") -> None:
        from deep_learning_expert.skill.interfaces.diagnose_command import verdict_as_text
        from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text

        self.voice.write(verdict_as_text(diagnose_text(text, source), self.voice.language))

    # -- speaking -------------------------------------------------------------------------------------------------

    def _present(self, report: Report, *, first: bool) -> None:
        """A first plan in full; later only what changed, what to mind and what is assumed."""
        earlier, self.report = self.report, report
        if report.status == "needs_input":
            self._next_question()
            return
        self.question = None
        if not first and earlier is not None and earlier.plan is not None:
            self.voice.changes(report, earlier)
            return
        self.voice.whole(report)
        self.voice.say("more")
        logs, self.waiting_logs = self.waiting_logs, []
        if logs and report.status == "planned":
            self._change([], logs)

    def _next_question(self) -> None:
        assert self.report is not None  # questions come with a report
        open_ones = [item for item in self.report.questions if item.field not in self.unknown]
        self.question = open_ones[0] if open_ones else None
        if self.question is None:
            self._assume()
        else:
            self.voice.question(self.question)

    def _show_whole(self) -> None:
        if self.report is not None:
            self.voice.whole(self.report.model_copy(update={"changes": []}))
