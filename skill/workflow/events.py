"""What can happen in a session. The list of events is the only record; everything else is folded from it.

Events are plain data: a session can be written out after any of them and resumed to the same state.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deep_learning_expert.skill.contract.report import ItemState, Notice, Question, StepName
from deep_learning_expert.tools.figures import Figure

Change = Literal["choose-architecture", "add-technique", "drop-technique", "rewrite", "add-sentence"]
EvidenceKind = Literal["log", "compression", "test", "production"]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Heard(_Event):
    """A message from before the task was clear, as the person wrote it."""

    kind: Literal["heard"] = "heard"
    text: str
    language: Literal["en", "zh"]


class Started(_Event):
    """A task arrives. may_assume: the user allowed assumptions for what is missing."""

    kind: Literal["started"] = "started"
    task: dict[str, Any]
    language: Literal["en", "zh"]
    may_assume: bool = False


class QuestionsAsked(_Event):
    """Decisive facts are missing; at most three questions, the most decisive first."""

    kind: Literal["questions_asked"] = "questions_asked"
    questions: tuple[Question, ...]


class Answered(_Event):
    """The user fills in or changes a field of the task. field: its dotted JSON path."""

    kind: Literal["answered"] = "answered"
    field: str
    text: str


class AssumptionsAllowed(_Event):
    """The user says: go on with stated assumptions."""

    kind: Literal["assumptions_allowed"] = "assumptions_allowed"


class StepDone(_Event):
    """A step has run. draft: its section of the plan; citations: JSON pointer -> figure ids; marks: checklist."""

    kind: Literal["step_done"] = "step_done"
    step: StepName
    draft: dict[str, Any] = {}
    citations: dict[str, tuple[str, ...]] = {}
    evidence: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()
    marks: dict[str, ItemState] = {}
    notices: tuple[Notice, ...] = ()
    facts: dict[str, bool] = {}  # what the guards of the next transition look at


class Observed(_Event):
    """Evidence from the real world came back: a log's verdict, a compression, a test result, production figures.

    facts: what the guards look at; failure: a stable name of what is wrong, empty when nothing is; figures: measured.
    """

    kind: Literal["observed"] = "observed"
    evidence: EvidenceKind
    source: str
    facts: dict[str, bool] = {}
    failure: str = ""
    figures: tuple[Figure, ...] = ()
    notices: tuple[Notice, ...] = ()


class ScopeRefused(_Event):
    """The request is not for this expert. rule: N1 ... N5 or none; words: those of the request that fired it."""

    kind: Literal["scope_refused"] = "scope_refused"
    rule: str
    reply: str
    words: str = ""


class TargetKept(_Event):
    """In renegotiation the user keeps target and resources as they are: nothing is left to do."""

    kind: Literal["target_kept"] = "target_kept"


class CardWritten(_Event):
    """The model card of the present plan was written out."""

    kind: Literal["card_written"] = "card_written"


class Amended(_Event):
    """The model changed the draft of a step; checked before it was written down.

    value: a candidate's id, a technique's id, or the new sentence; at: JSON pointer of a sentence; over: what stood
    there when the change was made; figures and names: those shown in value and reason.
    """

    kind: Literal["amended"] = "amended"
    step: StepName
    change: Change
    value: str
    reason: str
    at: str = ""
    over: str = ""
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()


class WentBack(_Event):
    """The model sends the work back to an earlier step; evidence: ids of the figures that speak for it."""

    kind: Literal["went_back"] = "went_back"
    target: StepName
    reason: str
    evidence: tuple[str, ...] = ()


Effect = Annotated[Amended | WentBack | QuestionsAsked, Field(discriminator="kind")]


class ModelTurn(_Event):
    """One call of the language model and what code answered it. The next prompt is built from these alone.

    step: the step it was about, or "talk"; prompt: the user message that opened the exchange, empty inside one;
    assistant: the model's message; results: our answers to its calls; kept: handle -> a result too long to show whole;
    figures: those of the tools it called; effects: the events its calls led to, which follow this one;
    closes: the exchange about this step is over; repairs: what had to be mended to read the answer;
    fault: the code of the error for which it could not be used; detail: its sentence.
    """

    kind: Literal["model_turn"] = "model_turn"
    step: str
    model: str
    prompt: str = ""
    assistant: dict[str, Any] | None = None
    results: tuple[dict[str, Any], ...] = ()
    kept: dict[str, str] = {}
    figures: tuple[Figure, ...] = ()
    effects: tuple[Effect, ...] = ()
    closes: bool = False
    repairs: tuple[str, ...] = ()
    fault: str = ""
    detail: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int | None = None
    seconds: float = 0.0


class ModelStopped(_Event):
    """The model takes no further part in this round: a limit, a failure. reason: a phrase of the room "agent";
    detail: the failure's own sentence."""

    kind: Literal["model_stopped"] = "model_stopped"
    reason: str
    detail: str = ""


class Stopped(_Event):
    """The user, or a limit, ends the session."""

    kind: Literal["stopped"] = "stopped"
    reason: str


Event = Annotated[
    Heard
    | Started
    | QuestionsAsked
    | Answered
    | AssumptionsAllowed
    | StepDone
    | Observed
    | ScopeRefused
    | TargetKept
    | CardWritten
    | ModelTurn
    | Amended
    | WentBack
    | ModelStopped
    | Stopped,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def event_to_json(event: Event) -> str:
    """One line of JSON."""
    return _ADAPTER.dump_json(event, exclude_computed_fields=True).decode()


def event_from_json(line: str | bytes) -> Event:
    """Reads what `event_to_json` wrote; errors: pydantic.ValidationError."""
    return _ADAPTER.validate_json(line)
