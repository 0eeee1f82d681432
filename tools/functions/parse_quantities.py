"""Tool: quantities in a sentence, Chinese or English."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.quantities import Reading, read_quantities
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """text: a sentence such as "p99 <30 ms at batch 1, 1.2 万张"."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20_000)


def run(arguments: Arguments) -> Reading:
    """Typed quantities, and the fragments that were not understood."""
    return read_quantities(arguments.text)


TOOL = Tool("parse_quantities", "Typed quantities (value, unit, direction, conditions) in a text.", Arguments, run)
