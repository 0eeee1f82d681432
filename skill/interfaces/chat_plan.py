"""The part of a chat that is about one plan: its questions, what changes it, and what was seen of it in reality."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from deep_learning_expert.skill.contract.report import Question, Report
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.measured_words import told_result
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.interfaces.chat_candidates import of_the_chosen, side_by_side
from deep_learning_expert.skill.interfaces.chat_evidence import diagnosis, observed, read_log
from deep_learning_expert.skill.interfaces.chat_model import ChatModel
from deep_learning_expert.skill.interfaces.chat_questions import reply_to, with_reply
from deep_learning_expert.skill.interfaces.chat_replies import announces_log, asks_how_big, asks_what_else, asks_why_not
from deep_learning_expert.skill.interfaces.chat_session import ChatSession
from deep_learning_expert.skill.interfaces.chat_topics import about_the_plan
from deep_learning_expert.skill.interfaces.chat_voice import Voice
from deep_learning_expert.skill.workflow.events import Answered
from deep_learning_expert.skill.workflow.evidence import observe_log_text, observe_logs

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.advice import Advice

_PASTED = "pasted log"


class PlanTalk:
    """A draft of the task and, once it is clear, the conversation about it. question: the open one; unknown: fields
    the person cannot tell; waiting_logs: logs that came before there was a plan to hold them against."""

    def __init__(self, voice: Voice, advice: Advice | None, kept: ChatSession | None) -> None:
        self.voice = voice
        self.kept = kept
        self.model = ChatModel(advice) if advice is not None else None
        self.draft = TaskDraft()
        self.conversation: Conversation | None = None
        self.report: Report | None = None
        self.question: Question | None = None
        self.unknown: set[str] = set()
        self.waiting_logs: list[str] = []
        self._told = 0  # observations whose verdict was told

    def _begin(self) -> bool:
        """Starts the conversation, if the draft says what is to be learnt."""
        task = self.draft.task()
        if task is None:
            return False
        expert = Expert.advised(self.model.advice if self.model else None)
        self.conversation = expert.start(task, language=self.voice.language)
        if self.kept is not None:
            self.conversation = self.kept.keep(self.conversation)
        self._write_down()
        self._present(self.conversation.report(), first=True)
        return True

    def _write_down(self) -> None:
        if self.model is not None and self.conversation is not None:
            self.model.write_down(self.conversation.session)

    def _is_about_the_plan(self, message: str, conversation: Conversation) -> bool:
        """Whether the message replied to the open question, told a result, or asked for the candidates."""
        if self.question is not None and self._settles(message, conversation, self.question):
            return True
        return self._tells_a_result(message, conversation) or self._hesitates(message, conversation)

    # -- questions ------------------------------------------------------------------------------------------------

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

    # -- what changes the plan -------------------------------------------------------------------------------------

    def _tells_a_result(self, message: str, conversation: Conversation) -> bool:
        """Whether the message told a measured result, which then went into the plan."""
        result = told_result(message)
        if result is None or conversation.session.state.name not in ("planned", "asking"):
            return False
        if conversation.session.state.name == "asking":
            self.voice.say("not_open")
            self._next_question()
        elif result.kind == "test" and not conversation.session.context.needs.limits.targets:
            self.voice.say("measured.no_target")
        elif not result.values:
            self.voice.say(f"measured.missing_{result.kind}")
        else:
            self.voice.say(f"measured.{result.kind}", one=result.values[0], two=result.values[-1])
            self._present(observed(conversation, result), first=False)
        return True

    def _hesitates(self, message: str, conversation: Conversation) -> bool:
        """Whether the person asks what else there is, and then sees the candidates side by side."""
        planned = conversation.session.state.name in ("planned", "renegotiating")
        if not planned or not asks_what_else(message):
            return False
        if not asks_why_not(message) and read_message(message, self.draft).changed_paths():
            return False
        self.voice.write("\n".join(side_by_side(conversation.session.context)))
        return True

    def _change(self, answers: Iterable[tuple[str, str]], logs: Iterable[str] = (), *, answered: bool = False) -> None:
        assert self.conversation is not None  # changes come after the beginning
        session, before = self.conversation.session, len(self.conversation.session.events)
        for field, text in answers:
            session.add(Answered(field=field, text=text))
            self.conversation.advance()
        for log in logs:
            if session.state.name == "planned":
                session.add(observe_log_text(log, _PASTED, session.state))
                self.conversation.advance()
            else:
                self.waiting_logs.append(log)
        if len(session.events) == before:
            if not answered:
                self._answer_from_the_plan(self.draft.messages[-1])
            if self.question is not None:
                self._next_question()
            return
        self._present(self.conversation.report(), first=False)

    def _answer_from_the_plan(self, message: str) -> None:
        """What can be said to a message that states nothing new."""
        told = about_the_plan(message, self.report) if self.report is not None else []
        if asks_how_big(message) and self.report is not None and self.report.plan and self.conversation is not None:
            told += of_the_chosen(self.conversation.session.context)
        if announces_log(message):
            self.voice.say("paste_log")
        elif told:
            self.voice.write("\n".join(told))
        else:
            self.voice.say("nothing_new")

    def _assume(self) -> None:
        assert self.conversation is not None  # only asked inside a conversation
        self.voice.say("assuming")
        self._present(self.conversation.assume(), first=False)

    def _log_file(self, path: Path) -> None:
        if self.conversation is None or self.conversation.session.state.name != "planned":
            self.waiting_logs.append(read_log(path))
            self.voice.write(diagnosis(self.waiting_logs[-1], str(path), self.voice.language))
            self.voice.say("log_kept")
            return
        session = self.conversation.session
        session.add(observe_logs([path], session.state))
        self._present(self.conversation.report(), first=False)

    def _say_verdicts(self, logs: Iterable[str]) -> None:
        """What pasted logs show by themselves, as long as there is no plan."""
        for log in logs:
            self.voice.write(diagnosis(log, _PASTED, self.voice.language))
            self.voice.say("log_kept")

    # -- speaking -------------------------------------------------------------------------------------------------

    def _present(self, report: Report, *, first: bool) -> None:
        """A first plan in full; later only what changed, what to mind and what is assumed."""
        earlier, self.report = self.report, report
        if report.status == "needs_input":
            self._next_question()
            return
        self.question = None
        if not first and earlier is not None and earlier.plan is not None:
            self.voice.changes(report, earlier, self._new_verdicts())
            return
        self.voice.whole(report)
        self.voice.say("more")
        logs, self.waiting_logs = self.waiting_logs, []
        if logs and report.status == "planned":
            self._change([], logs)

    def _new_verdicts(self) -> list[str]:
        """What the logs and results say that came since the last report."""
        assert self.conversation is not None  # reports come out of a conversation
        observations = self.conversation.session.state.observations
        new, self._told = observations[self._told :], len(observations)
        return [notice.text for item in new for notice in item.notices]

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
