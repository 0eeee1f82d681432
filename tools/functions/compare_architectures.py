"""Tool: which architectures come into question for stated needs."""

from __future__ import annotations

from deep_learning_expert.tools.architecture.compare import compare_architectures
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.toolbox import Tool

TOOL = Tool(
    "compare_architectures",
    "Two or three architectures for typed needs, best first, with the reason each other one lost; ties are declared.",
    Requirements,
    compare_architectures,
)
