"""Step 6: make it fit and serve it.

Needs: limits, model, recipe. Tools: choose_compression, choose_deployment, choose_distributed.
Draft: engineeringPractice. Loop: measured drop above five points -> relax the ratio, then distil.
"""

from __future__ import annotations

from deep_learning_expert.skill.contract.report import ItemState, Notice
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.wording import Remark


def run(context: Context) -> StepResult:
    """Compression only where the limits ask for it or it costs nothing; formats by device; scale by memory."""
    choice, deployment, distributed = context.compression, context.deployment, context.distributed
    compression = {
        "pruning": choice.pruning,
        "quantization": (choice.quantization, *choice.reasons) if choice.quantization else None,
        "distillation": choice.distillation,
    }
    draft = {
        "engineeringPractice": {
            "modelCompression": compression if any(compression.values()) else None,
            "inferenceOptimization": {
                "format": list(deployment.formats),
                "batching": deployment.batching,
                "caching": deployment.caching,
            }
            if deployment.formats
            else None,
            "distributedTraining": {
                "strategy": distributed.strategy,
                "configuration": distributed.configuration,
            }
            if distributed
            else None,
        }
    }
    spoken = any(compression.values())
    remarks = [(remark, "warning") for remark in choice.warnings]
    remarks += [(remark, "note") for remark in (*(() if spoken else choice.reasons), *deployment.notes)]
    marks: dict[str, ItemState] = {
        "need": "done",
        "technique": done(choice.techniques),
        "format": done(deployment.formats),
        "inference": done(deployment.batching or deployment.caching),
        "distributed": done(distributed),
        "drop_measured": "open" if choice.needed else "not_applicable",
    }
    told = tuple(record for remark, _ in remarks for record in remark.figures())
    size = (choice.size_after,) if choice.size_after else ()
    return StepResult(draft, marks, _notices(context, remarks), evidence=(*told, *size))


def _notices(context: Context, remarks: list[tuple[Remark, str]]) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            id=remark.key,
            severity="warning" if severity == "warning" else "note",
            text=remark.render(context.language).text,
        )
        for remark, severity in remarks
    )
