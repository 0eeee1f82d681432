"""Whether a message of a chat is for this expert: judged alone, with what was unclear before, or inside a talk."""

from __future__ import annotations

from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.interfaces.chat_replies import is_reply, with_task
from deep_learning_expert.skill.trigger.decide import Decision, decide


def judged(message: str, *, live: bool, unsettled: str) -> Decision:
    """The decision about a message. live: a task is being talked about; unsettled: an earlier message whose scope was
    asked about, "" when there is none."""
    if live or not unsettled:
        return with_task(message, decide(message, session_live=live))
    return _settled(message, unsettled)


def _settled(message: str, unsettled: str) -> Decision:
    """A reply to the question what is meant: a yes, details that make it clear, or something else altogether."""
    alone = with_task(message, decide(message))
    if alone.decision == "use":
        return alone
    confirmed = is_reply(message, "yes") or (alone.frame == "" and bool(read_message(message).facts))
    together = decide(f"{unsettled}\n{message}")
    if confirmed or (together.decision == "use" and not alone.opposed):
        return decide(message, session_live=True)
    return alone
