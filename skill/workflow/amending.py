"""What the model's amendments change in the tools' results and in the drafts: pure functions of the events.

An amendment was checked when it was made. Should it no longer fit, because a later event changed the draft under it,
it does nothing: the draft stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.contract.report import Notice
from deep_learning_expert.skill.workflow.events import Amended, StepDone
from deep_learning_expert.tools.architecture.candidate import Comparison
from deep_learning_expert.tools.recipe.alternatives import with_technique, without_technique
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.recipe.techniques import Slot

# Where the reason of a choice between candidates is read in the plan.
_TRADEOFF = "/modelDesign/tradeoff"


def amend_comparison(comparison: Comparison, amendments: Iterable[Amended]) -> Comparison:
    """The chosen candidate comes first; what was said about the old order no longer holds."""
    for item in amendments:
        chosen = [candidate for candidate in comparison.candidates if candidate.id == item.value]
        if item.change == "choose-architecture" and chosen:
            rest = [candidate for candidate in comparison.candidates if candidate.id != item.value]
            comparison = replace(comparison, candidates=(*chosen, *rest), tie=False, verdict=None)
    return comparison


def amend_recipe(recipe: Recipe, amendments: Iterable[Amended]) -> Recipe:
    """The recipe with techniques added and left out."""
    for item in amendments:
        if item.change == "drop-technique":
            recipe = without_technique(recipe, item.value)
        elif item.change == "add-technique" and item.value not in {one.id for one in recipe.all_techniques()}:
            slot: Slot = "augmentation" if item.at == "augmentation" else "regularization"
            recipe = with_technique(recipe, item.value, slot)
    return recipe


def amend_texts(event: StepDone, amendments: Sequence[Amended], language: Language) -> StepDone:
    """The draft with the model's sentences in place, their figures cited where they stand, and a notice of each change.

    A sentence written over another one than stands there now is left out, and so is the reason of a choice that a
    later one overruled.
    """
    mine = [item for item in amendments if item.step == event.step]
    last = {_about(item): item for item in mine}
    for item in mine:
        if item.change in ("rewrite", "add-sentence"):
            if item.over and text_at(event.draft, item.at) != item.over:
                continue
            event = _with_text(event, item.at, item.value, item, whole=item.change == "rewrite")
        elif last[_about(item)] is not item:
            continue
        elif item.change == "choose-architecture":
            event = _with_text(event, _TRADEOFF, item.reason, item, whole=False)
        event = _told(event, item, language)
    return event


def _about(item: Amended) -> str:
    """What a change decides: of two about the same, the later one holds."""
    return "" if item.change == "choose-architecture" else item.value


def _told(event: StepDone, item: Amended, language: Language) -> StepDone:
    """With a notice, so that nothing of the model's is mistaken for a tool's, and records of the figures in it."""
    text = template(language, f"agent.notice.{item.change}").format(value=item.value, at=item.at, reason=item.reason)
    notice = Notice(id=f"agent.{item.change}", severity="note", text=text)
    evidence = tuple(dict.fromkeys((*event.evidence, *item.figures)))
    return event.model_copy(update={"notices": (*event.notices, notice), "evidence": evidence})


def text_at(draft: object, pointer: str) -> str | None:
    """The sentence at a JSON pointer of a draft, None when there is none."""
    for part in pointer.split("/")[1:]:
        if isinstance(draft, dict) and part in draft:
            draft = draft[part]
        elif isinstance(draft, list | tuple) and part.isdecimal() and int(part) < len(draft):
            draft = draft[int(part)]
        else:
            return None
    return draft if isinstance(draft, str) else None


def _with_text(event: StepDone, pointer: str, text: str, item: Amended, *, whole: bool) -> StepDone:
    old = text_at(event.draft, pointer)
    if old is None:
        return event
    glue = "" if any("\u4e00" <= char <= "\u9fff" for char in text) else " "
    written = text if whole else f"{old}{glue}{text}"
    cited = [record.id for record in item.figures]
    before = () if whole else event.citations.get(pointer, ())
    citations = {**event.citations, pointer: tuple(dict.fromkeys((*before, *cited)))}
    return event.model_copy(
        update={
            "draft": _put(event.draft, pointer.split("/")[1:], written),
            "citations": {key: ids for key, ids in citations.items() if ids},
            "names": tuple(dict.fromkeys((*event.names, *item.names))),
        }
    )


def _put(value: Any, path: list[str], text: str) -> Any:
    """A copy of the draft with one string changed."""
    if not path:
        return text
    head, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {**value, head: _put(value[head], rest, text)}
    return [_put(part, rest, text) if index == int(head) else part for index, part in enumerate(value)]
