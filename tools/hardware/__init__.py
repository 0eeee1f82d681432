"""What machine is this, and how fast does a model run on it."""

from deep_learning_expert.tools.hardware.machine import Machine, probe_hardware
from deep_learning_expert.tools.hardware.measurements import ProbeRow, probe_script, read_probe_row

__all__ = ["Machine", "ProbeRow", "probe_hardware", "probe_script", "read_probe_row"]
