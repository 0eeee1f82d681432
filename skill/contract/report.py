"""The envelope every door returns: the plan, the same choices typed for programs, and the evidence behind both.

JSON keys are the field names as written (snake_case), except inside `plan`, which keeps the contract's camelCase.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.figures import Figure

Status = Literal["planned", "needs_input", "out_of_scope", "renegotiate", "stopped"]
StepName = Literal["requirements", "architecture", "recipe", "experiment", "diagnosis", "compression", "verification"]
ItemState = Literal["done", "not_applicable", "open", "failed"]


class _Envelope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchitectureDecision(_Envelope):
    """Which model, in which mode. weights: where the pretrained weights come from, null from scratch."""

    id: str
    name: str
    family: str
    mode: Literal["finetune", "lora", "frozen-features", "scratch", "zero-shot"]
    weights: str | None = None


class RecipeDecision(_Envelope):
    """The recipe in numbers; each stands in `evidence` as a figure of the same value."""

    regime: str
    optimizer: str
    learning_rate: float = Field(description="Peak rate of the main group at batch_size; 0 when optimizer is none.")
    batch_size: int = Field(ge=1, description="Global batch.")
    batch_unit: str
    scheduler: str
    weight_decay: float | None = None
    warmup: str | None = None
    epochs_or_steps: str
    precision: str
    clip: float | None = None
    techniques: list[str]


class CompressionDecision(_Envelope):
    """needed: whether the limits demand compression; techniques in the order to try them."""

    needed: bool
    techniques: list[str]


class DeploymentDecision(_Envelope):
    """Formats for inference, best first; distributed: training strategy over several devices, null on one."""

    formats: list[str]
    distributed: str | None = None


class Decisions(_Envelope):
    """The choices of the plan for programs."""

    subtask: str = Field(description="What was asked for, finer than the task type (an id of tools/subtasks.toml).")
    architecture: ArchitectureDecision
    alternatives: list[ArchitectureDecision]
    tie: bool = Field(description="The first two candidates cannot be told apart honestly.")
    framework: Literal["pytorch", "tensorflow", "jax", "keras", "paddle"] | None = Field(
        default=None,
        description="The framework the user works with, absent when none was named.",
        exclude_if=lambda value: value is None,
    )
    environment: str | None = Field(
        default=None,
        description="The gymnasium environment of reinforcement learning, absent when none was named.",
        exclude_if=lambda value: value is None,
    )
    recipe: RecipeDecision
    compression: CompressionDecision
    deployment: DeploymentDecision


class Question(_Envelope):
    """A decisive missing fact. field: its JSON path in the task."""

    field: str
    text: str
    why: str
    example: str
    choices: list[str] = []


class Assumption(_Envelope):
    """A fact that was not given and that the user allowed the expert to assume."""

    field: str
    text: str
    figure: str | None = None


class Notice(_Envelope):
    """Something the reader must know: a contradiction, a licence, a wrong setting. id is stable."""

    id: str
    severity: Literal["blocking", "warning", "note"]
    text: str


class ChecklistItem(_Envelope):
    """One item of a step's checklist, marked by what was really done."""

    id: str
    text: str
    state: ItemState


class ChecklistStep(_Envelope):
    """A step of the workflow with its items."""

    step: StepName
    title: str
    state: Literal["done", "current", "open"]
    items: list[ChecklistItem]


class TraceEntry(_Envelope):
    """One transition taken and why. rule: the row of the transition table."""

    seq: int
    source: str
    event: str
    target: str
    rule: str
    reason: str = ""


class Scope(_Envelope):
    """Whether the expert is meant for this message: the rule that fired and the words that fired it."""

    decision: Literal["use", "dont_use", "ask"]
    rule: str | None
    span: str | None = None
    probability: float | None = None
    reply: str | None = None


class Usage(_Envelope):
    """What the answer cost. money: USD, or "unknown" when the model has no price; seconds of wall time."""

    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_share: float | None = None
    money: float | Literal["unknown"] = 0.0
    seconds: float = 0.0


class Versions(_Envelope):
    """What made this report: package, catalog and prompt digests, model name or null."""

    skill: str
    catalog: str
    prompts: str
    model: str | None = None


class Change(_Envelope):
    """One visible difference between two plans. path: JSON pointer in the plan."""

    path: str
    before: Any
    after: Any


class Report(_Envelope):
    """What every door returns."""

    status: Status
    language: Literal["en", "zh"]
    plan: dict[str, Any] | None = None
    decisions: Decisions | None = None
    questions: list[Question] = []
    assumptions: list[Assumption] = []
    notices: list[Notice] = []
    not_understood: list[str] = []
    evidence: list[Figure] = []
    citations: dict[str, list[str]] = {}
    checklist: list[ChecklistStep] = []
    trace: list[TraceEntry] = []
    changes: list[Change] = []
    scope: Scope
    usage: Usage = Usage()
    versions: Versions
