"""Tasks that need no network: a request for a tree or linear model alone (rule N1) is answered with where to go.

Only N1 can be told from a task's words: whoever writes a task has decided that something is to be trained, and words
of the other rules (columns, queues, unit tests) are common in real deep-learning tasks.
"""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.trigger.decide import decide, out_of_scope_reply
from deep_learning_expert.skill.workflow.events import ScopeRefused

_CLASSICAL_ONLY = "N1"


def refusal(task: Task, lang: Language) -> ScopeRefused | None:
    """The refusal when the task's own words ask for a classical model and nothing else, None otherwise."""
    words = task.task.specific_task or ""
    decision = decide(words)
    setup = task.existing_setup
    if decision.decision != "dont_use" or decision.rule != _CLASSICAL_ONLY or (setup and setup.base_model):
        return None
    reply = out_of_scope_reply(decision, lang).render(lang).text
    return ScopeRefused(rule=decision.rule, reply=reply, words=words[slice(*decision.span)])
