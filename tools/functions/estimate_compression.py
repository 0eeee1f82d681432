"""Tool: what a compression technique is likely to cost and to save."""

from __future__ import annotations

from deep_learning_expert.tools.compression.question import CompressionQuestion, estimate_compression
from deep_learning_expert.tools.toolbox import Tool

TOOL = Tool(
    "estimate_compression",
    "Likely loss of the metric, size ratio and, on a device, speed-up of a compression, with intervals.",
    CompressionQuestion,
    estimate_compression,
)
