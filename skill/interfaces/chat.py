"""The dialogue behind `dl-expert chat`, offline: text in, questions, a plan, and what later messages change in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import LANGUAGES, Language, template
from deep_learning_expert.skill.contract.report import Question, Report
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.intake.clauses import read_prose
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.draft_of_task import draft_of
from deep_learning_expert.skill.intake.gaps import missing_facts
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.interfaces.chat_changes import difference
from deep_learning_expert.skill.interfaces.chat_input import messages
from deep_learning_expert.skill.interfaces.chat_model import ChatModel
from deep_learning_expert.skill.interfaces.chat_replies import (
    LONGEST_ANSWER,
    announces_log,
    answers_of,
    choice_meant,
    file_in,
    is_reply,
    new_logs,
    with_task,
)
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
from deep_learning_expert.skill.interfaces.report_view import view
from deep_learning_expert.skill.trigger.decide import (
    Decision,
    clarifying_question,
    decide,
    foreign_note,
    out_of_scope_reply,
)
from deep_learning_expert.skill.workflow.events import Answered
from deep_learning_expert.skill.workflow.evidence import observe_log_text, observe_logs
from deep_learning_expert.skill.workflow.state import with_answer
from deep_learning_expert.tools.errors import ExpertError

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.advice import Advice

ReadLine = Callable[[], str | None]
Write = Callable[[str], None]
_WIDTH = 100
# What a bare answer to a question about a field speaks of, so that a later correction replaces it.
_ANSWER_KEYS = {
    "data.size": "samples",
    "data.labelAvailability": "labels",
    "constraints.computeResources": "train",
    "constraints.latencyRequirement": "latency",
    "constraints.accuracyTarget": "accuracy",
}


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
        chat.greet()
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
        self.write = write
        self.kept = kept
        self.model = ChatModel(advice) if advice is not None else None
        self.lang: Language = language or "en"
        self.fixed_language = language is not None
        self.draft = TaskDraft()
        self.conversation: Conversation | None = None
        self.report: Report | None = None
        self.question: Question | None = None
        self.unknown: set[str] = set()
        self.unsettled = ""  # a message whose scope was asked about
        self.goal_asked = False  # what follows is an answer, also when it sounds like nothing of ours
        self.decision: Decision | None = None  # about the last message whose scope was judged
        self.waiting_logs: list[str] = []

    def greet(self) -> None:
        """The first lines: both languages unless one is chosen."""
        for lang in (self.lang,) if self.fixed_language else LANGUAGES:
            self.write(template(lang, "chat.hello"))

    def take_up(self) -> bool:
        """Goes on with the dialogue kept earlier; False when there is none."""
        earlier = self.kept.earlier(self.model.advice if self.model else None) if self.kept else None
        if earlier is None or self.kept is None:
            return False
        self.conversation = earlier
        self.lang = earlier.session.state.language
        self.draft = draft_of(earlier.session.state.task)
        self.write(template(self.lang, "chat.resumed").format(name=self.kept.name))
        self._tell(dict.fromkeys(fact.path for fact in self.draft.facts))
        self.report = earlier.report()
        if self.report.status == "needs_input":
            self._next_question()
        else:
            self._say("more")
        return True

    def hear(self, message: str) -> bool:
        """Answers one message; False when the person ends the dialogue."""
        if is_reply(message, "quit"):
            self._say("bye")
            return False
        try:
            self._answer(message)
        except ExpertError as error:
            self.write(error.sentence(self.lang))
        return True

    # -- what kind of message -------------------------------------------------------------------------------------

    def _answer(self, message: str) -> None:
        path = file_in(message)
        if path is not None:
            self._log_file(path)
        elif self.conversation is None and is_reply(message, "hello"):
            self._greet_back(message)
        elif self.conversation and is_reply(message, "show"):
            self._show_whole()
        elif self.conversation and self.question and self._settles(message):
            return
        elif self.unsettled and is_reply(message, "no"):
            self.unsettled = ""
            self._say("declined")
        elif self._in_scope(message):
            self._take(message)

    def _greet_back(self, message: str) -> None:
        if not self.fixed_language:
            self.lang = decide(message).language
        self._say("goal")

    def _settles(self, message: str) -> bool:
        """Whether the message was a reply to the open question: unknown, a choice, a number, or its words."""
        assert self.question is not None  # the caller looked
        field = self.question.field
        if is_reply(message, "assume"):
            self._assume()
            return True
        choice = choice_meant(message, self.question.choices)
        if is_reply(message, "unknown") or (choice and choice == self.question.choices[-1]):
            self.unknown.add(field)
            self._next_question()
            return True
        if choice is None and self._is_more_than_an_answer(message):
            return False
        answer = choice or message.strip()
        if not self._answers_it(field, answer):
            self._say("not_an_answer")
            self._next_question()
            return True
        fact = Fact(field, _ANSWER_KEYS.get(field, ""), answer, len(self.draft.messages), (0, len(message)))
        self.draft = self.draft.with_turn(message, (fact,), ())
        self._change([(field, self.draft.text(field) or answer)])
        return True

    def _answers_it(self, field: str, answer: str) -> bool:
        """Whether the field would still be missing with this answer in it."""
        assert self.conversation is not None  # questions are asked inside a conversation
        task = Task.model_validate(with_answer(self.conversation.session.state.task, field, answer))
        return all(gap.field != field for gap in missing_facts(read_task(task)))

    def _is_more_than_an_answer(self, message: str) -> bool:
        """Whether a reply states facts of its own, asks back, or has left the subject."""
        if len(message) > LONGEST_ANSWER or "\n" in message or any(mark in message for mark in "?？"):
            return True
        if read_message(message, self.draft).changed_paths():
            return True
        return decide(message, session_live=True).decision == "dont_use"

    def _in_scope(self, message: str) -> bool:
        """Whether the message is for this expert; if not, or if that is unclear, says so."""
        live = self.conversation is not None or bool(self.draft.facts or self.unsettled) or self.goal_asked
        decision = with_task(message, decide(message, session_live=live))
        if self.model is not None and not live:
            decision = self.model.settled(message, decision)
        self.decision = decision
        if not self.fixed_language and (not live or decision.language != self.lang) and self.conversation is None:
            self.lang = decision.language
        if decision.foreign and not live:
            self.write(foreign_note().render(self.lang).text)
        if decision.decision == "dont_use":
            self.write(out_of_scope_reply(decision, self.lang).render(self.lang).text)
            if decision.ground == "evidence" and not decision.frame and not live:
                self._say("unless")  # no word spoke for it, and none against it
            return False
        if decision.decision == "ask" and not live:
            self.unsettled = message
            self.write(clarifying_question(decision, self.lang).render(self.lang).text)
            return False
        return True

    # -- taking facts in ------------------------------------------------------------------------------------------

    def _take(self, message: str) -> None:
        if self.unsettled:
            self.draft, self.unsettled = read_message(self.unsettled, self.draft), ""
            earlier = self.draft.facts
            self.draft = read_message(message, self.draft)
            self._tell(dict.fromkeys(fact.path for fact in (*earlier, *self.draft.facts)))
        else:
            self.draft = read_message(message, self.draft)
            answered = self._listen(message)
            self._tell(self.draft.changed_paths())
        if read_prose(message).skipped:
            self._say("skipped")
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
            self._say("goal")
            return
        self.conversation = Expert.advised(self.model.advice if self.model else None).start(task, language=self.lang)
        if self.kept is not None:
            self.conversation = self.kept.keep(self.conversation)
        self._write_down()
        self._present(self.conversation.report(), first=True)

    def _listen(self, message: str) -> bool:
        """What a model hears beyond the rules; whether it answered something."""
        if self.model is None or not any(map(str.isalnum, message)):
            return False
        session = self.conversation.session if self.conversation else None
        self.draft, heard = self.model.hear(message, self.draft, session, self.report, self.lang)
        self._write_down()
        if heard.said:
            self.write(heard.said)
        for fact in heard.doubted:
            field = template(self.lang, f"chat.field.{fact.field.replace('.', '-')}")
            self.write(template(self.lang, "chat.doubted").format(field=field, words=fact.text))
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
                self._say("paste_log" if announces_log(self.draft.messages[-1]) else "nothing_new")
            if self.question is not None:
                self._next_question()
            return
        self._present(self.conversation.report(), first=False)

    def _assume(self) -> None:
        assert self.conversation is not None  # only asked inside a conversation
        self._say("assuming")
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

        self.write(verdict_as_text(diagnose_text(text, source), self.lang))

    # -- speaking -------------------------------------------------------------------------------------------------

    def _say(self, key: str) -> None:
        self.write(template(self.lang, f"chat.{key}"))

    def _tell(self, paths: Iterable[str]) -> None:
        """What was understood of the message, in its own words."""
        lines = []
        for path in paths:
            if path in ("task.type", "task.domain"):
                continue
            field = template(self.lang, f"chat.field.{path.replace('.', '-')}")
            lines.append("  " + template(self.lang, "chat.item").format(field=field, words=self.draft.text(path)))
        if lines:
            self._say("understood")
            self.write("\n".join(lines))

    def _present(self, report: Report, *, first: bool) -> None:
        """A first plan in full; later only what changed, what to mind and what is assumed."""
        earlier, self.report = self.report, report
        if report.status == "needs_input":
            self._next_question()
            return
        self.question = None
        if not first and earlier is not None and earlier.plan is not None:
            self._show_difference(report, earlier)
            return
        self._render(report)
        self._say("more")
        logs, self.waiting_logs = self.waiting_logs, []
        if logs and report.status == "planned":
            self._change([], logs)

    def _show_difference(self, report: Report, earlier: Report) -> None:
        if report.status != "planned":
            self.write(template(self.lang, f"view.status.{report.status}"))
            if report.scope.reply:
                self.write(report.scope.reply)
        lines = difference(report, earlier)
        if lines:
            self.write("\n".join(lines))
        if not report.changes:
            self._say("unchanged")

    def _next_question(self) -> None:
        assert self.report is not None  # questions come with a report
        open_ones = [item for item in self.report.questions if item.field not in self.unknown]
        self.question = open_ones[0] if open_ones else None
        if self.question is None:
            self._assume()
            return
        self.write(template(self.lang, "chat.question").format(text=self.question.text))
        self.write(f"  {self.question.why}")
        self.write(f"  {template(self.lang, 'view.example')} {self.question.example}")
        offered = (
            template(self.lang, "chat.choice").format(number=number, text=text)
            for number, text in enumerate(self.question.choices, start=1)
        )
        self.write("  " + template(self.lang, "chat.choices").format(choices="  ".join(offered)))

    def _show_whole(self) -> None:
        if self.report is not None:
            self._render(self.report.model_copy(update={"changes": []}))

    def _render(self, report: Report) -> None:
        from rich.console import Console

        page = StringIO()
        console = Console(file=page, width=_WIDTH, highlight=False, no_color=True)
        for part in view(report):
            console.print(part)
        self.write("\n".join(line.rstrip() for line in page.getvalue().splitlines()))
