"""What the model wants changed, checked before it is written down: inside the step, within what the tools allow,
every number grounded. What does not pass is answered with one sentence and the draft stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.skill.agent.arguments import AmendArguments, AskArguments, BackArguments, typed
from deep_learning_expert.skill.agent.prompting import is_shown
from deep_learning_expert.skill.contract.report import Question
from deep_learning_expert.skill.contract.text_fields import is_filled, text_fields
from deep_learning_expert.skill.contract.written import GroundedText, ground
from deep_learning_expert.skill.workflow.amending import text_at
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.events import Amended, Change, StepDone, WentBack
from deep_learning_expert.skill.workflow.transitions import BACK
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.recipe.alternatives import optional_techniques, other_techniques

_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_LEAK_CHARS = 50  # as much of our instructions word for word is a leak, not a coincidence


@dataclass(frozen=True)
class Desk:
    """What the model works on: the present draft of a step, what it follows from, and the figures it was shown."""

    event: StepDone
    context: Context
    pool: Mapping[str, Figure]
    instructions: str  # the system prompt, which must not come back in a sentence

    def grounded(self, text: str, kept: Iterable[Figure] = (), subject: str = "") -> GroundedText:
        """kept: figures that may stand there written out; subject: the network meant, the chosen one by default.

        Errors: ToolError agent.leak and those of `ground`.
        """
        if leaks(text, self.instructions):
            raise ToolError("agent.leak")
        models = models_at_hand(self.context.comparison.candidates)
        subject = models.get(subject, self.context.candidate.name)
        names = (*self.event.names, *models)
        return ground(text, self.pool, names, self.context.language, kept=kept, models=models, subject=subject)


def models_at_hand(candidates: Iterable[Candidate]) -> dict[str, str]:
    """Id, name and weights of each candidate -> its name."""
    return {
        key: item.name
        for item in candidates
        for key in (item.id, item.name, item.weights.name if item.weights else "")
        if key
    }


def leaks(text: str, instructions: str) -> bool:
    """Whether a text repeats our instructions word for word, however it is spaced."""
    text, instructions = "".join(text.split()), "".join(instructions.split())
    return any(text[start : start + _LEAK_CHARS] in instructions for start in range(len(text) - _LEAK_CHARS + 1))


def amended(arguments: Mapping[str, Any], desk: Desk) -> Amended:
    """The change as an event; errors: ToolError saying what would be right."""
    asked = typed(AmendArguments, "amend", arguments)
    value, at, shown = _CHECKS[asked.change](asked, desk)
    reason = desk.grounded(asked.reason, subject=value)
    return Amended(
        step=desk.event.step,
        change=asked.change,
        value=value,
        reason=reason.text,
        at=at,
        over=text_at(desk.event.draft, at) or "",
        figures=tuple(dict.fromkeys((*shown.figures, *reason.figures))),
        names=tuple(dict.fromkeys((*shown.names, *reason.names))),
    )


_Checked = tuple[str, str, GroundedText]
_NOTHING = GroundedText("")


def _candidate(asked: AmendArguments, desk: Desk) -> _Checked:
    known = [item.id for item in desk.context.comparison.candidates]
    if desk.event.step != "architecture" or asked.value not in known:
        raise ToolError("agent.no_candidate", value=asked.value, known=", ".join(known))
    if asked.value == known[0]:
        raise ToolError("agent.already_first", value=asked.value)
    return asked.value, "", _NOTHING


def _dropped(asked: AmendArguments, desk: Desk) -> _Checked:
    known = optional_techniques(desk.context.recipe)
    if desk.event.step != "recipe" or asked.value not in known:
        raise ToolError("agent.no_technique_to_drop", value=asked.value, known=", ".join(known))
    return asked.value, "", _NOTHING


def _added(asked: AmendArguments, desk: Desk) -> _Checked:
    context = desk.context
    known = other_techniques(context.needs, context.candidate, context.recipe)
    if desk.event.step != "recipe" or asked.value not in known:
        raise ToolError("agent.no_technique_to_add", value=asked.value, known=", ".join(known))
    return asked.value, known[asked.value], _NOTHING


def _sentence(asked: AmendArguments, desk: Desk) -> _Checked:
    """Only sentences the model was shown: no code, no names, no settings, and nothing a technique wrote."""
    old = text_at(desk.event.draft, asked.at) or ""
    if not old.endswith(_SENTENCE_ENDS) or not is_shown(asked.at):
        raise ToolError("agent.no_sentence", at=asked.at)
    whole = asked.change == "rewrite"
    cited = desk.event.citations.get(asked.at, ()) if whole else ()
    kept = [record for record in desk.event.evidence if record.id in cited]
    shown = desk.grounded(asked.value, kept)
    there = {(record.quantity, record.value) for record in shown.figures}
    missing = [f"{{{record.id}}}" for record in kept if (record.quantity, record.value) not in there]
    chosen = desk.context.candidate.name
    missing += [chosen] if whole and chosen in old and chosen not in shown.text else []
    if missing:
        raise ToolError("agent.not_kept", missing=" ".join(missing))
    return shown.text, asked.at, shown


_CHECKS: Mapping[Change, Callable[[AmendArguments, Desk], _Checked]] = {
    "choose-architecture": _candidate,
    "add-technique": _added,
    "drop-technique": _dropped,
    "rewrite": _sentence,
    "add-sentence": _sentence,
}


def question(arguments: Mapping[str, Any], desk: Desk) -> Question:
    """The model's own question, for a field of the task that is still open; errors: ToolError."""
    asked = typed(AskArguments, "ask", arguments)
    if asked.field not in text_fields() or is_filled(desk.context.task, asked.field):
        open_fields = [name for name in text_fields() if not is_filled(desk.context.task, name)]
        raise ToolError("agent.no_field", field=asked.field, known=", ".join(open_fields))
    text, why = desk.grounded(asked.question).text, desk.grounded(asked.why).text
    example = desk.grounded(asked.example).text
    return Question(field=asked.field, text=text, why=why, example=example)


def way_back(arguments: Mapping[str, Any], desk: Desk) -> WentBack:
    """A step back with its evidence; errors: ToolError."""
    asked = typed(BackArguments, "go_back", arguments)
    target = next((step for step in BACK[desk.event.step] if step == asked.to), None)
    if target is None:
        raise ToolError("agent.no_way_back", to=asked.to, known=", ".join(BACK[desk.event.step]) or "-")
    unknown = [name for name in asked.figures if name not in desk.pool]
    if unknown:
        raise ToolError("agent.unknown_figure", figure=unknown[0])
    return WentBack(target=target, reason=desk.grounded(asked.reason).text, evidence=tuple(asked.figures))
