"""What every turn must keep, asked or not: valid, grounded, legal, in the user's language, at most three questions."""

from __future__ import annotations

from collections.abc import Iterator

from deep_learning_expert.evals.check import Check
from deep_learning_expert.evals.outcome import Outcome, lasting_part
from deep_learning_expert.skill.contract.grounding import ungrounded
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.contract.validate import validate_plan
from deep_learning_expert.skill.intake.gaps import MOST_QUESTIONS
from deep_learning_expert.skill.workflow.assembly import report as assembled
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import event_from_json, event_to_json
from deep_learning_expert.tools.errors import ContractError


def always(outcome: Outcome, language: str) -> Iterator[Check]:
    """The checks that no conversation has to ask for."""
    report, session = outcome.report, outcome.session
    if outcome.resumed_equal is not None:
        yield Check("resumed", "resume", outcome.resumed_equal, "the report before the death", "another report")
    if report is None:
        return
    yield Check("sound", "language", report.language == language, language, report.language)
    asked = len(report.questions)
    yield Check("sound", "questions", asked <= MOST_QUESTIONS, f"at most {MOST_QUESTIONS} questions", str(asked))
    yield _valid(report)
    if session is None:
        return
    yield _grounded(report, session)
    yield _replays(report, session)


def _valid(report: Report) -> Check:
    """The report survives JSON, and its plan keeps its schema."""
    try:
        if report.plan is not None:
            validate_plan(report.plan)
        again = Report.model_validate_json(report.model_dump_json())
    except (ContractError, ValueError) as error:
        return Check("sound", "schema", False, "a valid report", str(error))
    return Check("sound", "schema", again == report, "the same report after JSON", "another report")


def _grounded(report: Report, session: Session) -> Check:
    names = [name for draft in session.state.drafts.values() for name in draft.names]
    faults = ungrounded(report.plan or {}, report.citations, report.evidence, names)
    return Check("sound", "grounding", not faults, "every numeral with its figure", str(faults[:3]))


def _replays(report: Report, session: Session) -> Check:
    """The events, written out and read back, fold to the same report."""
    replayed = Session([event_from_json(event_to_json(event)) for event in session.events])
    equal = lasting_part(assembled(replayed)) == lasting_part(report)
    return Check("sound", "replay", equal, "the same report from the written events", "another report")
