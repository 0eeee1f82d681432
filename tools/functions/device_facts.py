"""Tool: what is known of a device."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.catalog.devices import Device, device
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """device: a name such as "RTX 3090" or "Jetson Orin Nano"."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field(min_length=1, max_length=200)


def run(arguments: Arguments) -> Device:
    """Memory, bandwidth, peak rates and their source; errors: UnknownNameError with the nearest names."""
    return device(arguments.device)


TOOL = Tool("device_facts", "Memory, bandwidth and peak rates of a device, each with its source.", Arguments, run)
