"""The one entry behind every door: a task in, a report out; evidence in, a revised report out. Works offline."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.reading import read_task_object
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.language import detect_language
from deep_learning_expert.skill.intake.plausible import check_quantities
from deep_learning_expert.skill.workflow.assembly import report
from deep_learning_expert.skill.workflow.card import card_text
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import (
    Answered,
    AssumptionsAllowed,
    CardWritten,
    Event,
    Started,
    Stopped,
    TargetKept,
)
from deep_learning_expert.skill.workflow.evidence import observe_logs
from deep_learning_expert.skill.workflow.measured import (
    Measured,
    compression_measured,
    final_measured,
    production_measured,
)
from deep_learning_expert.skill.workflow.state import with_answer
from deep_learning_expert.skill.workflow.transitions import STEPS
from deep_learning_expert.tools.errors import WorkflowError

if TYPE_CHECKING:  # the offline expert loads nothing of the agent
    from deep_learning_expert.skill.agent.advice import Advice
    from deep_learning_expert.skill.agent.limits import Limits
    from deep_learning_expert.skill.agent.model import AsyncModel, Model

LanguageChoice = Literal["auto", "en", "zh"]


class Conversation:
    """One task from the first plan to the last: a session, the plan last shown, and who advises, if anybody."""

    def __init__(self, session: Session, advice: Advice | None = None) -> None:
        self.session = session
        self.advice = advice
        self._shown: Mapping[str, Any] | None = None

    def report(self) -> Report:
        """The report of the present state, with the differences to the plan shown before."""
        started = time.perf_counter()
        self.advance()
        return self._reported(started)

    def advance(self) -> None:
        """Runs the steps until the session rests, advised where there is advice."""
        if self.advice is None:
            self.session.advance()
        else:
            self.advice.run(self.session)

    async def areport(self) -> Report:
        """As `report`, with an asynchronous model; many conversations can run in one event loop."""
        started = time.perf_counter()
        if self.advice is None:
            self.session.advance()
        else:
            await self.advice.arun(self.session)
        return self._reported(started)

    def _reported(self, started: float) -> Report:
        result = report(self.session, self._shown)
        if result.plan is not None:
            self._shown = result.plan
        update: dict[str, object] = {"seconds": round(time.perf_counter() - started, 4)}
        usd = self.advice.usd(self.session) if self.advice is not None else None
        if usd is not None:
            update["money"] = round(usd, 6)
        usage = result.usage.model_copy(update=update)
        return result.model_copy(update={"usage": usage})

    def answer(self, field: str, text: str) -> Report:
        """Fills in or changes one field of the task ("data.size"); errors: TaskError, WorkflowError."""
        check_quantities(read_task_object(with_answer(self.session.state.task, field, text)))
        return self._after(Answered(field=field, text=text))

    def assume(self) -> Report:
        """Lets the expert assume what is missing; errors: WorkflowError."""
        return self._after(AssumptionsAllowed())

    def observe(self, *paths: Path) -> Report:
        """Training logs come back; errors: FileError, ToolError, WorkflowError."""
        event = observe_logs(paths, self.session.state)
        return self._after(event)

    def observe_compression(self, before: Measured, after: Measured) -> Report:
        """The metric before and after compression, same split; errors: SettingError, ToolError, WorkflowError."""
        return self._after(compression_measured(before, after, self.session.context, self.session.state))

    def observe_test(self, result: Measured, *, room_left: bool) -> Report:
        """The metric on the test set; room_left: whether anything promising is untried. Errors: as above."""
        return self._after(final_measured(result, self.session.context, room_left=room_left))

    def observe_production(self, test: Measured, production: Measured) -> Report:
        """The metric on the test set and in production; errors: as above."""
        return self._after(production_measured(test, production, self.session.context))

    def model_card(self, *, contact: str = "", versions: Mapping[str, str] | None = None) -> str:
        """The model card as Markdown, with what was measured of the present plan; from then on it counts as written.

        contact: who answers for the model; versions: of the data set, the code ... Errors: WorkflowError without plan.
        """
        self.advance()
        state = self.session.state
        if any(step not in state.drafts for step in STEPS):
            raise WorkflowError("workflow.no_plan_yet")
        text = card_text(state, self.session.context, contact, (versions or {}).items())
        if state.name != "stopped":
            self.session.add(CardWritten())
        return text

    def keep_target(self) -> Report:
        """In renegotiation: target and resources stay, which ends the session. Errors: WorkflowError."""
        return self._after(TargetKept())

    def stop(self, reason: str) -> Report:
        """Ends the session."""
        return self._after(Stopped(reason=reason))

    def _after(self, event: Event) -> Report:
        self.session.add(event)
        return self.report()


class Expert:
    """The deep-learning expert. Without a model: deterministic tools and rules, no network.

    With one, the model has its say where a step leaves a choice open; see `agent.advice`.
    """

    def __init__(self, model: Model | AsyncModel | None = None, limits: Limits | None = None) -> None:
        self._advice: Advice | None = None
        if model is not None:
            from deep_learning_expert.skill.agent.advice import Advice

            self._advice = Advice(model, limits)

    @classmethod
    def advised(cls, advice: Advice | None) -> Expert:
        """An expert with this advice, or the offline one."""
        expert = cls()
        expert._advice = advice
        return expert

    def start(
        self, task: Task | Mapping[str, Any], *, language: LanguageChoice = "auto", assume: bool = False
    ) -> Conversation:
        """Begins a conversation about a task; errors: TaskError."""
        typed = task if isinstance(task, Task) else read_task_object(task)
        check_quantities(typed)
        data = typed.model_dump(by_alias=True, exclude_none=True)
        chosen: Language = detect_language(_words(data)) if language == "auto" else language
        session = Session([Started(task=data, language=chosen, may_assume=assume)])
        return Conversation(session, self._advice)

    def plan(
        self, task: Task | Mapping[str, Any], *, language: LanguageChoice = "auto", assume: bool = False
    ) -> Report:
        """The report for a task: a plan, or the questions that must be answered first; errors: TaskError."""
        return self.start(task, language=language, assume=assume).report()


def _words(value: object) -> str:
    """All text of a task, for telling its language."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return " ".join(_words(item) for item in value.values())
    if isinstance(value, list):
        return " ".join(_words(item) for item in value)
    return ""
