"""The chat's use of a language model: what it hears in a message beyond the rules, and its opinion on unclear scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.trigger.decide import Decision
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import ModelTurn

if TYPE_CHECKING:  # the offline chat loads nothing of the agent
    from deep_learning_expert.skill.agent.advice import Advice
    from deep_learning_expert.skill.agent.listening import Heard

# Where the transition table lets a model speak outside a step.
_STATES_THAT_TALK = ("requirements", "asking", "planned", "renegotiating")


class ChatModel:
    """One dialogue's model. Its turns wait here until there is a session to write them down in."""

    def __init__(self, advice: Advice) -> None:
        self.advice = advice
        self._waiting: list[ModelTurn] = []

    def hear(
        self, message: str, draft: TaskDraft, session: Session | None, report: Report | None, language: Language
    ) -> tuple[TaskDraft, Heard]:
        """The draft with the facts the model found in its last message, and all it heard."""
        from deep_learning_expert.skill.agent.listening import Situation

        read = {path: draft.text(path) or "" for path in draft.changed_paths()}
        stated: Mapping[str, object] = session.state.task if session is not None else _stated(draft)
        turns = (*(session.state.turns if session is not None else ()), *self._waiting)
        heard = self.advice.listen(Situation(message, language, read, stated, report, turns))
        self._waiting += heard.turns
        last = len(draft.messages) - 1
        facts = (Fact(fact.field, fact.field, fact.text, last, fact.span) for fact in heard.facts)
        return replace(draft, facts=(*draft.facts, *facts)), heard

    def settled(self, message: str, decision: Decision) -> Decision:
        """The decision, with the model's quoted opinion where the rules were unsure."""
        from deep_learning_expert.skill.trigger.opinion import with_opinion

        def ask(prompt: str) -> str:
            text, turns = self.advice.ask(prompt, self._waiting)
            self._waiting += turns
            return text

        return with_opinion(message, decision, ask)

    def write_down(self, session: Session) -> None:
        """Adds the waiting turns to the session's events, so that they are charged and kept."""
        while self._waiting and session.state.name in _STATES_THAT_TALK:
            session.add(self._waiting.pop(0))


def _stated(draft: TaskDraft) -> Mapping[str, object]:
    task = draft.task()
    return task.model_dump(by_alias=True, exclude_none=True) if task is not None else {}
