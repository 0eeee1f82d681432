"""The dialogue behind `dl-expert chat`, offline: text in, questions, a plan, and what later messages change in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.intake.clauses import read_prose
from deep_learning_expert.skill.intake.draft_of_task import draft_of
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.interfaces.chat_input import messages
from deep_learning_expert.skill.interfaces.chat_plan import PlanTalk
from deep_learning_expert.skill.interfaces.chat_replies import (
    answers_of,
    file_in,
    is_reply,
    new_logs,
    with_method,
)
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


class Chat(PlanTalk):
    """One dialogue. Every message goes through `hear`."""

    def __init__(
        self,
        write: Write,
        language: Language | None = None,
        advice: Advice | None = None,
        kept: ChatSession | None = None,
    ) -> None:
        super().__init__(Voice(write, language), advice, kept)
        self.unsettled = ""  # a message whose scope was asked about
        self.turned_away = ""  # the last message, if no word spoke for it and none against it
        self.goal_asked = False  # what follows is an answer, also when it sounds like nothing of ours
        self.decision: Decision | None = None  # about the last message whose scope was judged

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
        self._told = len(earlier.session.state.observations)
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
        elif self.conversation and self._is_about_the_plan(message, self.conversation):
            return
        elif self.conversation and not self.question and is_reply(message, "thanks"):
            self.voice.say("welcome")
        elif self.unsettled and is_reply(message, "no"):
            self.unsettled = ""
            self.voice.say("declined")
        elif self.turned_away and is_reply(message, "yes"):
            self.unsettled, self.turned_away = self.turned_away, ""
            self._take(message)
        elif self._in_scope(message):
            self._take(message)

    def _greet_back(self, message: str) -> None:
        if not self.voice.fixed:
            self.voice.language = decide(message).language
        self.voice.say("goal")

    def _in_scope(self, message: str) -> bool:
        """Whether the message is for this expert; if not, or if that is unclear, says so."""
        live = self.conversation is not None or bool(self.draft.facts) or self.goal_asked
        decision = judged(message, live=live, unsettled=self.unsettled)
        live = live or decision.ground == "session"
        if self.model is not None and not live:
            decision = self.model.settled(message, decision)
        self.decision, self.turned_away = decision, ""
        self._take_language(decision, live)
        if decision.decision == "dont_use":
            self.unsettled = ""
            self.voice.remark(out_of_scope_reply(decision, self.voice.language))
            if decision.ground == "evidence" and not decision.frame and not live:
                self.turned_away = message
                self.voice.say("unless")
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
            if self.conversation is not None:
                self.draft = with_method(self.draft)
            answered = self._listen(message)
            self.voice.understood(self.draft, self.draft.changed_paths())
        if read_prose(message).skipped:
            self.voice.say("skipped")
        logs = list(self.draft.logs[len(self.draft.logs) - new_logs(message) :]) if new_logs(message) else []
        if self.conversation is not None:
            self._change([(path, text) for path, text in answers_of(self.draft)], logs, answered=answered)
            return
        self.waiting_logs += logs
        if not self._begin():
            self._say_verdicts(logs)
            self.voice.say("goal_again" if self.goal_asked else "goal")
            self.goal_asked = True

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
