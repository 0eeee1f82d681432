"""Tool: what a compression technique is likely to cost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.compression.estimate import DropEstimate, estimate_drop
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """technique: e.g. "ptq_int8_static"; family: e.g. "cnn", "mobile_cnn", "vit", "bert_like", "llm"."""

    model_config = ConfigDict(extra="forbid")

    technique: str = Field(min_length=1, max_length=100)
    family: str = Field(min_length=1, max_length=100)


def run(arguments: Arguments) -> DropEstimate:
    """Relative loss of the metric and size ratio with intervals, from published rows; errors: CannotSayError."""
    return estimate_drop(arguments.technique, arguments.family)


TOOL = Tool("estimate_compression", "Likely loss and size ratio of a compression, with intervals.", Arguments, run)
