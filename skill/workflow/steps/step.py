"""The common form of all steps: what a step returns, and how its draft of remarks becomes text with citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.report import ItemState, Notice, StepName
from deep_learning_expert.skill.workflow.events import StepDone
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark, Sentence, join

# A draft: dicts, lists, strings (names), booleans, None (left out), Remark, a tuple of Remarks (one paragraph),
# or a Figure (its value, cited).
Draft = Mapping[str, Any]


@dataclass(frozen=True)
class StepResult:
    """draft: the step's section of the plan; marks: checklist items by what was really done; facts: for the guards."""

    draft: Draft = field(default_factory=dict)
    marks: Mapping[str, ItemState] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    facts: Mapping[str, bool] = field(default_factory=dict)
    evidence: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()


def done(condition: object) -> ItemState:
    """ "done" when there is something, "not_applicable" when there is not."""
    return "done" if condition else "not_applicable"


def to_event(step: StepName, result: StepResult, lang: Language) -> StepDone:
    """The result rendered for its reader."""
    rendering = _Rendering(lang)
    draft = rendering.value(result.draft, "")
    evidence = dict.fromkeys((*rendering.evidence, *result.evidence))
    return StepDone(
        step=step,
        draft=draft,
        citations=rendering.citations,
        evidence=tuple(evidence),
        names=tuple(dict.fromkeys((*rendering.names, *result.names))),
        marks=dict(result.marks),
        notices=result.notices,
        facts=dict(result.facts),
    )


class _Rendering:
    """Walks a draft once, collecting citations by JSON pointer."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self.citations: dict[str, tuple[str, ...]] = {}
        self.evidence: list[Figure] = []
        self.names: list[str] = []

    def value(self, item: Any, pointer: str) -> Any:
        match item:
            case Mapping():
                pairs = ((key, self.value(part, f"{pointer}/{key}")) for key, part in item.items() if part is not None)
                return {key: part for key, part in pairs if part not in (None, {})}
            case list():
                return [self.value(part, f"{pointer}/{index}") for index, part in enumerate(item)]
            case Remark():
                return self._cited(item.render(self.lang), pointer)
            case tuple():
                return self._cited(join((remark.render(self.lang) for remark in item), self.lang), pointer)
            case Figure():
                self._cite(pointer, (item,))
                return int(item.value) if item.value.is_integer() else item.value
            case str() if any(map(str.isdigit, item)):
                self.names.append(item)
                return item
            case _:
                return item

    def _cited(self, sentence: Sentence, pointer: str) -> str:
        self._cite(pointer, sentence.figures)
        self.names.extend(sentence.names)
        return sentence.text

    def _cite(self, pointer: str, figures: tuple[Figure, ...]) -> None:
        if figures:
            self.citations[pointer] = tuple(record.id for record in figures)
            self.evidence.extend(figures)
