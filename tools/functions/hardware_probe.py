"""Tool: what machine this is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from deep_learning_expert.tools.hardware import Machine, probe_hardware
from deep_learning_expert.tools.toolbox import Tool


class Arguments(BaseModel):
    """None: the machine the tool runs on is read."""

    model_config = ConfigDict(extra="forbid")


def run(_: Arguments) -> Machine:
    """Processor, vector extensions, usable cores, memory, graphics cards and free disk; unread parts are missing."""
    return probe_hardware()


TOOL = Tool(
    "hardware_probe",
    "What this machine is: processor, vector extensions, cores, memory, graphics cards, free disk.",
    Arguments,
    run,
)
