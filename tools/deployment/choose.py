"""The two choices of this room: how to serve the trained model, and how to train it on several devices."""

from __future__ import annotations

from deep_learning_expert.tools.deployment.distributed import Distributed, choose_distributed
from deep_learning_expert.tools.deployment.serving import Deployment, choose_deployment

__all__ = ["Deployment", "Distributed", "choose_deployment", "choose_distributed"]
