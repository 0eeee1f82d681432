"""The open question of a chat: whether a reply answers it, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.skill.contract.report import Question
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.gaps import missing_facts
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.interfaces.chat_replies import LONGEST_ANSWER, choice_meant, is_reply
from deep_learning_expert.skill.trigger.decide import decide
from deep_learning_expert.skill.workflow.state import with_answer

# What a bare answer to a question about a field speaks of, so that a later correction replaces it.
_ANSWER_KEYS = {
    "data.size": "samples",
    "data.labelAvailability": "labels",
    "constraints.computeResources": "train",
    "constraints.latencyRequirement": "latency",
    "constraints.accuracyTarget": "accuracy",
}


_ASKING = ("吗", "呢", "么")  # a Chinese question needs no question mark


@dataclass(frozen=True)
class Reply:
    """What a message means for the open question. kind: "assume" all that is missing, this is "unknown", an "answer",
    "unfit": it tries to answer and does not, or "other": it is a message of its own; text: of the answer."""

    kind: str
    text: str = ""


def reply_to(question: Question, message: str, draft: TaskDraft, task: Mapping[str, Any]) -> Reply:
    """How a message replies to a question; task: the JSON object of the contract so far."""
    if is_reply(message, "assume"):
        return Reply("assume")
    choice = choice_meant(message, question.choices)
    if is_reply(message, "unknown") or (choice and choice == question.choices[-1]):
        return Reply("unknown")
    if choice is None and _is_more_than_an_answer(message, draft):
        return Reply("other")
    answer = choice or message.strip()
    return Reply("answer", answer) if _answers(question.field, answer, task) else Reply("unfit")


def with_reply(draft: TaskDraft, field: str, answer: str, message: str) -> TaskDraft:
    """The draft with the answer to a question about a field."""
    fact = Fact(field, _ANSWER_KEYS.get(field, ""), answer, len(draft.messages), (0, len(message)))
    return draft.with_turn(message, (fact,), ())


def _answers(field: str, answer: str, task: Mapping[str, Any]) -> bool:
    """Whether the field is no longer missing with this answer in it."""
    answered = Task.model_validate(with_answer(task, field, answer))
    return all(gap.field != field for gap in missing_facts(read_task(answered)))


def _is_more_than_an_answer(message: str, draft: TaskDraft) -> bool:
    """Whether a reply states facts of its own, asks back, or has left the subject."""
    if len(message) > LONGEST_ANSWER or "\n" in message or any(mark in message for mark in "?？"):
        return True
    if message.strip().rstrip("。.!！ ").endswith(_ASKING):
        return True
    if read_message(message, draft).changed_paths():
        return True
    return decide(message, session_live=True).decision == "dont_use"
