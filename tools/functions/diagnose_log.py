"""Tool: a verdict on training logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_paths
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """paths: log files, oldest round first."""

    model_config = ConfigDict(extra="forbid")

    paths: list[str] = Field(min_length=1, max_length=50)


def run(arguments: Arguments) -> dict[str, Any]:
    """Status, summary and findings; errors: FileError, ToolError."""
    verdict = diagnose_paths([Path(path) for path in arguments.paths])
    return {"status": verdict.status, "summary": verdict.summary, "findings": verdict.findings}


TOOL = Tool("diagnose_log", "Judge training logs: what went wrong and when, or nothing, or not enough.", Arguments, run)
