"""The format of a scripted conversation (README.md explains it to its writers)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from deep_learning_expert.skill.agent.limits import Limits

Tag = Literal[
    "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "N1", "N2", "N3", "N4", "N5",
    "loop1", "loop2", "loop3", "loop4", "loop5", "loop6", "loop7", "F1", "F2", "F3", "F4", "F5",
    "assumptions", "contradiction", "evidence", "injection", "intake", "model", "pasted-log", "provider-fault",
    "renegotiation", "resume", "three-failures", "units", "what-if",
]  # fmt: skip
TAGS: tuple[str, ...] = get_args(Tag)
Language = Literal["en", "zh"]
Direction = Literal[">=", "<="]  # which way the metric is better
Text = Annotated[str, Field(min_length=1)]
Scalar = str | bool | int | float | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Bounds(_Part):
    """A value between two ends, each optional, both included."""

    min: float | None = None
    max: float | None = None


class Holding(_Part):
    """A text or list that holds, or lacks, something."""

    contains: str | None = None
    lacks: str | None = None


Wanted = Bounds | Holding | list[Scalar] | Scalar  # a list: one of these


class Answer(_Part):
    """field: dotted JSON path of the task; text: its new value."""

    field: Text
    text: Text


class Before(_Part):
    """One metric before and after compression, on the same split."""

    metric: Text
    unit: str
    before: float
    after: float
    direction: Direction = ">="


class Tested(_Part):
    """The final metric beside its target. room_left: whether anything promising is still untried."""

    metric: Text
    unit: str
    result: float
    target: float
    direction: Direction = ">="
    room_left: bool


class Production(_Part):
    """The same metric on the test set and in production."""

    metric: Text
    unit: str
    test: float
    production: float
    direction: Direction = ">="


class Observe(_Part):
    """Evidence that comes back: exactly one of these. logs: names out of `files`; text: a log as pasted."""

    logs: list[Text] | None = None
    text: Text | None = None
    compression: Before | None = None
    test: Tested | None = None
    production: Production | None = None

    @model_validator(mode="after")
    def _one(self) -> Observe:
        _exactly_one(self, tuple(type(self).model_fields))
        return self


class TriggerWanted(_Part):
    """What the trigger must decide. words: they must lie within the span that decided."""

    decision: Literal["use", "dont_use", "ask"]
    rule: str | None = None
    words: str | None = None


class FigureWanted(_Part):
    """A figure that must be among the evidence. tolerance: relative; holds: a value its interval must contain."""

    quantity: Text
    value: float | None = None
    tolerance: float = 1e-6
    unit: str | None = None
    kind: Literal["given", "computed", "cited", "measured", "estimated", "assumed"] | None = None
    source: str | None = None
    holds: float | None = None


class Expect(_Part):
    """What one turn must bring about; whatever is not named is not looked at."""

    trigger: TriggerWanted | None = None
    status: Literal["planned", "needs_input", "out_of_scope", "renegotiate", "stopped", "none"] | None = None
    asked: list[str] | None = None
    not_asked: list[str] = []
    assumed: list[str] | None = None
    path: list[str] | None = None
    path_contains: list[str] = []
    tools: list[str] | None = None
    decisions: dict[str, Wanted] = {}
    figures: list[FigureWanted] = []
    no_figures: list[FigureWanted] = []
    plan_contains: list[str] = []
    plan_lacks: list[str] = []
    at: dict[str, Holding | str] = {}
    notices: list[str] = []
    no_notices: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    said: list[str] = []
    not_said: list[str] = []
    usage: dict[str, Wanted] = {}
    offline_plan: Literal[True] | None = None
    error: str | None = None
    exit_code: int | None = None


class Budget(_Part):
    """Limits of the model's part, as in `skill/agent/limits.py`; what is not named has the default."""

    calls: int = Limits.calls
    calls_per_step: int = Limits.calls_per_step
    tokens: int = Limits.tokens
    identical_calls: int = Limits.identical_calls


class Turn(_Part):
    """One act of the user, what the scripted model replies during it, and what must come of it."""

    say: Text | None = None
    task: dict[str, Any] | None = None
    answer: Answer | None = None
    assume: Literal[True] | None = None
    observe: Observe | None = None
    command: list[str] | None = None
    stop: Text | None = None
    keep_target: Literal[True] | None = None
    kill: Literal[True] | None = None
    dies_after: Annotated[int, Field(ge=1)] | None = None
    model: list[dict[str, Any]] = []
    expect: Expect = Expect()

    @property
    def act(self) -> str:
        """The name of the act."""
        return next(name for name in ACTS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_act(self) -> Turn:
        _exactly_one(self, ACTS)
        if self.dies_after is not None and self.act not in _RECORDED_ACTS:
            raise _fault("dies_after", acts=", ".join(_RECORDED_ACTS))
        return self


ACTS = ("say", "task", "answer", "assume", "observe", "command", "stop", "keep_target", "kill")
_RECORDED_ACTS = ("task", "answer", "assume", "observe", "stop", "keep_target")


class Conversation(_Part):
    """A scripted conversation. id: also its file's name; tests: what it protects; files: name -> text.

    known_defect: why it fails today; it must fail then, so that the mark goes when the defect does.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    language: Language
    title: Text
    tests: Annotated[list[Tag], Field(min_length=1)]
    known_defect: Text | None = None
    limits: Budget | None = None
    files: dict[str, str] = {}
    turns: Annotated[list[Turn], Field(min_length=1)]

    @property
    def lasting(self) -> bool:
        """Whether the session must be kept in a store, because the process dies on the way."""
        return any(turn.kill or turn.dies_after is not None for turn in self.turns)

    def budget(self) -> Limits:
        """The limits of the model's part."""
        return Limits(**self.limits.model_dump()) if self.limits is not None else Limits()

    @property
    def modelled(self) -> bool:
        """Whether a scripted model takes part."""
        return any(turn.model for turn in self.turns)

    @model_validator(mode="after")
    def _begins_well(self) -> Conversation:
        first = self.turns[0].act
        if first not in ("say", "task", "command"):
            raise _fault("first_turn")
        if self.lasting and first != "task":
            raise _fault("kill")
        return self


def _exactly_one(part: BaseModel, names: tuple[str, ...]) -> None:
    held = [name for name in names if getattr(part, name) is not None]
    if len(held) != 1:
        raise _fault("one_of", names=", ".join(names), held=", ".join(held) or "-")


def _fault(code: str, **fields: object) -> PydanticCustomError:
    """A rule of the format that is broken; its sentence is `eval.CODE` in prompts/<lang>/errors.toml."""
    return PydanticCustomError(f"eval.{code}", "eval", fields)
