"""Tool: what the catalog knows of a model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.catalog.models import architecture, measurements_of, weights_of
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """model: a name such as "ResNet-50" or "convnext_tiny"."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1, max_length=200)


def run(arguments: Arguments) -> dict[str, Any]:
    """Parameters, MACs, published weights with licences, published timings; errors: UnknownNameError."""
    row = architecture(arguments.model)
    return {"architecture": row, "weights": weights_of(row.id), "measurements": measurements_of(row.id)}


TOOL = Tool("model_facts", "Parameters, MACs, published weights with licences, and published timings.", Arguments, run)
