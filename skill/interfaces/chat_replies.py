"""Reading what a person replies in a chat: short answers, choices, names of files, and what a message states."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from deep_learning_expert.skill.intake.draft import Fact, TaskDraft
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.skill.trigger.decide import Decision

LONGEST_ANSWER = 400  # characters; a longer reply is a message of its own


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    table = tomllib.loads(Path(__file__).with_name("chat_words.toml").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in table.items()}


def is_reply(message: str, kind: str) -> bool:
    """Whether the whole message is one of the short replies of a kind (chat_words.toml)."""
    return message.strip().strip("。.!！").lower().replace("’", "'") in _words()[kind]


def answers_of(draft: TaskDraft) -> Iterable[tuple[str, str]]:
    """The fields the last message states, as answers; list fields one by one, only what is new."""
    last = len(draft.messages) - 1
    for path in draft.changed_paths():
        if path in ("challenges", "existingSetup.trainingIssues"):
            texts = dict.fromkeys(fact.text for fact in draft.facts if fact.path == path and fact.turn == last)
            yield from ((path, text) for text in texts)
        elif path != "data.augmentationNeeded":
            yield path, draft.text(path) or ""


def with_method(draft: TaskDraft) -> TaskDraft:
    """The draft with the way to train that its last message names: "what if we use LoRA instead?", 换成全参微调."""
    message, turn = draft.messages[-1], len(draft.messages) - 1
    folded = fold(message)
    meaning = tuple(vocabulary("message_words")["meaning"]["openings"])
    named = any(said(folded, terms) for terms in word_lists("facts", "method").values())
    if not named or len(message) > LONGEST_ANSWER or folded.startswith(meaning) or draft.changed_paths():
        return draft
    return replace(draft, facts=(*draft.facts, Fact("challenges", "method", message.strip(), turn, (0, len(message)))))


def with_task(message: str, decision: Decision) -> Decision:
    """The decision, or "use" where no word speaks against a message that states a task with its data or hardware."""
    if decision.decision == "use" or decision.ground != "evidence" or decision.opposed:
        return decision
    draft = read_message(message)
    told = any(draft.text(path) for path in ("data.size", "constraints.computeResources"))
    return replace(decision, decision="use") if draft.task() is not None and told else decision


def new_logs(message: str) -> int:
    """How many training logs were pasted with a message."""
    return len(read_message(message).logs)


def announces_log(message: str) -> bool:
    """ "here is my log", and no log in it yet."""
    low = message.lower()
    return len(low) < LONGEST_ANSWER and any(word in low for word in _words()["log"])


def asks_what_else(message: str) -> bool:
    """Whether a person hesitates between models: "I cannot decide which model to take", 还有别的模型吗."""
    low = message.lower().replace("’", "'")
    return len(low) < LONGEST_ANSWER and any(word in low for word in _words()["what_else"])


def asks_why_not(message: str) -> bool:
    """ "why not Whisper?", 为什么不用 Whisper: no other model is in use for being asked about."""
    low = message.lower().replace("’", "'")
    return any(word in low for word in _words()["why_not"])


def asks_how_big(message: str) -> bool:
    """Whether a message asks for the size or the memory of what is planned."""
    low = message.lower()
    return len(low) < LONGEST_ANSWER and any(word in low for word in _words()["how_big"])


def choice_meant(message: str, choices: list[str]) -> str | None:
    """The choice meant by its number or its words; None when the reply is something else."""
    said = message.strip().rstrip(".)。）").lower()
    if said.isascii() and said.isdigit() and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    return next((choice for choice in choices if choice.lower() == said), None)


def file_in(message: str) -> Path | None:
    """An existing file that the message names; None when it names none."""
    if len(message) > 1_000 or "\n" in message:
        return None
    for word in (message.strip(), *message.replace("，", " ").replace("：", " ").split()):
        name = word.strip("\"'“”`,.;。；?？")
        if ("/" in name or "." in name) and len(name) < 300 and "\0" not in name:
            path = Path(name).expanduser()
            try:
                if path.is_file():
                    return path
            except OSError:
                continue
    return None
