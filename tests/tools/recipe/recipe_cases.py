"""Builders of needs and candidates for the recipe tests."""

from __future__ import annotations

from typing import Any

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure, given
from deep_learning_expert.tools.requirements import DataNeeds, DeviceNeed, Limits, Requirements, Setup
from deep_learning_expert.tools.subtasks import subtasks


def needs(
    subtask: str,
    *,
    samples: float | None = None,
    unit: str = "samples",
    device: str | None = "rtx-3090",
    count: int = 1,
    challenges: tuple[str, ...] = (),
    setup: Setup | None = None,
    limits: Limits | None = None,
    words: str = "",
    deploy_on: DeviceNeed | None = None,
    **data: Any,
) -> Requirements:
    """Requirements of one subtask with as little said as possible."""
    row = subtasks()[subtask]
    stated = stated_figure("samples", samples, unit) if samples else None
    kind = "cpu" if device == "cpu" else "gpu"
    return Requirements(
        task_type=row.type,
        domain=row.domain,
        subtask=subtask,
        words=words or subtask,
        data=DataNeeds(samples=stated, **data),
        train_on=DeviceNeed(kind=kind, name=device, count=count, words=device) if device else None,
        deploy_on=deploy_on,
        limits=limits or Limits(),
        challenges=challenges,
        setup=setup or Setup(),
    )


def stated_figure(quantity: str, value: float, unit: str = "") -> Figure:
    """A figure as a user would state it."""
    return given(quantity, value, unit, "task")


def candidate(
    identifier: str, family: str, kind: str, mode: str, params: float | None = None, needs: tuple[str, ...] = ()
) -> Candidate:
    """A candidate that carries only what the recipe reads."""
    size = stated_figure("parameters", params, "params") if params else None
    return Candidate(identifier, identifier, family, kind, mode, size, None, needs=needs)


RESNET = candidate("resnet50", "resnet", "CNN", "finetune", 25.6e6)
VIT = candidate("vit_base_patch16_224", "vit", "Transformer", "finetune", 86e6)
CONVNEXT = candidate("convnext_tiny", "convnext", "CNN", "finetune", 28.6e6)
FASTER_RCNN = candidate("fasterrcnn_resnet50_fpn", "faster-rcnn", "CNN", "finetune", 41e6)
YOLO = candidate("yolo11s", "yolo", "CNN", "finetune", 9.4e6)
BERT = candidate("bert-base-chinese", "bert", "Transformer", "finetune", 102e6)
LLAMA_FULL = candidate("llama-3.1-8b", "llama", "Transformer", "finetune", 8e9)
LLAMA_LORA = candidate("llama-3.1-8b", "llama", "Transformer", "lora", 8e9)
SEGFORMER = candidate("segformer_b2", "segformer", "Transformer", "finetune", 27e6)
LIGHTGBM = candidate("lightgbm", "lightgbm", "Tree ensemble", "scratch")
