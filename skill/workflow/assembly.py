"""From the state of a session to the `Report`: sections joined, validated, grounded, with checklist and trace."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from deep_learning_expert.prompts import phrases
from deep_learning_expert.skill.contract.grounding import ungrounded
from deep_learning_expert.skill.contract.report import (
    ArchitectureDecision,
    Assumption,
    Change,
    ChecklistItem,
    ChecklistStep,
    CompressionDecision,
    Decisions,
    DeploymentDecision,
    Notice,
    RecipeDecision,
    Report,
    Scope,
    Status,
    Usage,
    Versions,
)
from deep_learning_expert.skill.contract.validate import validate_plan
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.marks import marks_by_evidence
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.skill.workflow.transitions import STEPS, StateName
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.catalog.models import catalog_digest
from deep_learning_expert.tools.errors import ContractError
from deep_learning_expert.tools.figures import Figure

_STATUS: Mapping[StateName, Status] = {
    "planned": "planned",
    "asking": "needs_input",
    "out_of_scope": "out_of_scope",
    "renegotiating": "renegotiate",
    "stopped": "stopped",
}


def report(session: Session, previous: Mapping[str, Any] | None = None) -> Report:
    """The report of a resting session; `previous` is an earlier plan to show the difference to.

    Errors: ContractError when our own plan breaks its schema or holds an ungrounded number.
    """
    state, context = session.state, session.context
    complete = all(step in state.drafts for step in STEPS)
    plan = joined_plan(state) if complete else None
    citations = {pointer: list(ids) for draft in state.drafts.values() for pointer, ids in draft.citations.items()}
    evidence = _evidence(state)
    if plan is not None:
        _check(plan, citations, evidence, state)
    return Report(
        status=_STATUS[state.name],
        language=state.language,
        plan=plan,
        decisions=_decisions(context) if complete else None,
        questions=list(state.questions),
        assumptions=_assumptions(context) if complete else [],
        notices=_notices(state),
        not_understood=[f"{item.where}: {item.words}" for item in context.stated.unclear],
        evidence=evidence,
        citations=citations if plan is not None else {},
        checklist=_checklist(state),
        trace=list(state.trace),
        changes=changes(previous, plan) if previous is not None and plan is not None else [],
        scope=_scope(state),
        usage=_usage(state),
        versions=versions().model_copy(update={"model": state.turns[-1].model if state.turns else None}),
    )


def joined_plan(state: State) -> dict[str, Any]:
    """The sections of all steps as one plan; two steps may share a section (debuggingGuidance)."""
    plan: dict[str, Any] = {}
    for step in STEPS:
        for key, section in state.section(step).items():
            plan[key] = {**plan[key], **section} if key in plan else section
    plan.setdefault("engineeringPractice", {})
    return plan


def _check(plan: Mapping[str, Any], citations: Mapping[str, list[str]], evidence: list[Figure], state: State) -> None:
    validate_plan(plan)
    names = [name for draft in state.drafts.values() for name in draft.names]
    for fault in ungrounded(plan, citations, evidence, names):
        raise ContractError("contract.ungrounded", pointer=fault.pointer, numeral=fault.numeral)


def _evidence(state: State) -> list[Figure]:
    figures = [record for draft in state.drafts.values() for record in draft.evidence]
    figures += [record for observation in state.observations for record in observation.figures]
    return list(dict.fromkeys(figures))


def _notices(state: State) -> list[Notice]:
    found = [notice for draft in state.drafts.values() for notice in draft.notices]
    found += [notice for observation in state.observations for notice in observation.notices]
    found += _part_of_the_model(state)
    return list({(notice.id, notice.text): notice for notice in found}.values())


def _part_of_the_model(state: State) -> list[Notice]:
    """Why a language model stopped; what it changed stands in the drafts' own notices."""
    stopped = state.model_stopped
    if stopped is None:
        return []
    text = phrases.template(state.language, f"agent.stopped.{stopped.reason}").format(detail=stopped.detail)
    return [Notice(id=f"agent.stopped.{stopped.reason}", severity="note", text=text)]


def _usage(state: State) -> Usage:
    """Model calls and tokens; money is unknown here: prices are with the limits, see `Conversation`."""
    turns = state.turns
    sent = sum(turn.input_tokens for turn in turns)
    cached = [turn.cached_tokens for turn in turns if turn.cached_tokens is not None]
    return Usage(
        model_calls=len(turns),
        input_tokens=sent,
        output_tokens=sum(turn.output_tokens for turn in turns),
        cached_share=round(sum(cached) / sent, 4) if cached and sent else None,
        money="unknown" if turns else 0.0,
    )


def _assumptions(context: Context) -> list[Assumption]:
    return [
        Assumption(
            field=item.field,
            text=item.remark.render(context.language).text,
            figure=item.figure.id if item.figure else None,
        )
        for item in context.assumed.assumptions
    ]


def _architecture(candidate: Candidate) -> ArchitectureDecision:
    return ArchitectureDecision(
        id=candidate.id,
        name=candidate.name,
        family=candidate.family,
        mode=candidate.mode,
        weights=candidate.weights.name if candidate.weights else None,
    )


def _decisions(context: Context) -> Decisions:
    recipe, choice, distributed = context.recipe, context.compression, context.distributed
    return Decisions(
        subtask=context.needs.subtask,
        architecture=_architecture(context.candidate),
        alternatives=[_architecture(candidate) for candidate in context.comparison.candidates[1:]],
        tie=context.comparison.tie,
        framework=context.needs.setup.framework,
        environment=context.needs.data.environment,
        recipe=RecipeDecision(
            regime=recipe.regime,
            optimizer=recipe.optimizer,
            learning_rate=recipe.learning_rate.value if recipe.learning_rate else 0.0,
            batch_size=int(recipe.batch_size.value),
            batch_unit=recipe.batch_size.unit,
            scheduler=recipe.scheduler,
            weight_decay=recipe.weight_decay.value if recipe.weight_decay else None,
            warmup=rendering.figure(recipe.warmup, "en", "bare") if recipe.warmup else None,
            epochs_or_steps=rendering.figure(recipe.length, "en", "bare"),
            precision=recipe.precision,
            clip=recipe.clip.value if recipe.clip else None,
            techniques=[technique.id for technique in recipe.all_techniques()],
        ),
        compression=CompressionDecision(needed=choice.needed, techniques=list(choice.techniques)),
        deployment=DeploymentDecision(
            formats=list(context.deployment.formats), distributed=distributed.strategy if distributed else None
        ),
    )


def _checklist(state: State) -> list[ChecklistStep]:
    steps: list[ChecklistStep] = []
    evidenced = marks_by_evidence(state)
    for step in STEPS:
        draft = state.drafts.get(step)
        items = [key for key in checklist_items(step) if key != "title"]
        marks = {**draft.marks, **evidenced.get(step, {})} if draft else {}
        steps.append(
            ChecklistStep(
                step=step,
                title=phrases.template(state.language, f"checklist.{step}.title"),
                state="done" if draft else "current" if state.name == step else "open",
                items=[
                    ChecklistItem(
                        id=item,
                        text=phrases.template(state.language, f"checklist.{step}.{item}"),
                        state=marks.get(item, "open"),
                    )
                    for item in items
                ],
            )
        )
    return steps


@cache
def checklist_items(step: str) -> tuple[str, ...]:
    """The checklist item ids of a step, in order (prompts/en/checklist.toml is the list)."""
    return tuple(key.partition(".")[2] for key in phrases.room("en", "checklist") if key.startswith(f"{step}."))


def _scope(state: State) -> Scope:
    if state.name == "out_of_scope":
        return Scope(decision="dont_use", rule=state.scope_rule, span=state.scope_words, reply=state.reply)
    return Scope(decision="use", rule="explicit")


@cache
def versions() -> Versions:
    """What made the report."""
    root = Path(phrases.__file__).parent
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(root.glob("*/*.toml")):
        digest.update(path.read_bytes())
    return Versions(
        skill=version("deep-learning-expert"), catalog=catalog_digest(), prompts=digest.hexdigest(), model=None
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any], pointer: str = "") -> list[Change]:
    """Each place where two plans differ, by JSON pointer; of lists, the items that went and came."""
    found: list[Change] = []
    for key in dict.fromkeys((*before, *after)):
        old, new, path = before.get(key), after.get(key), f"{pointer}/{key}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += changes(old, new, path)
        elif isinstance(old, list) and isinstance(new, list):
            gone = [item for item in old if item not in new]
            come = [item for item in new if item not in old]
            if gone or come:
                found.append(Change(path=path, before=gone or None, after=come or None))
        elif old != new:
            found.append(Change(path=path, before=old, after=new))
    return found
