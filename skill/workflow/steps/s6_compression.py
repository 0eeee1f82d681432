"""Step 6: make it fit and serve it.

Needs: limits, model, recipe. Tools: choose_compression, choose_deployment, choose_distributed.
Draft: engineeringPractice. Loop: measured drop above five points -> relax the ratio, then distil.
"""

from __future__ import annotations

from deep_learning_expert.skill.contract.report import Notice
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done


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
    notices = tuple(
        Notice(id=remark.key, severity="warning", text=remark.render(context.language).text) for remark in choice.warnings
    )
    marks = {
        "need": "done",
        "technique": done(choice.techniques),
        "format": done(deployment.formats),
        "inference": done(deployment.batching or deployment.caching),
        "distributed": done(distributed),
        "drop_measured": "not_applicable" if not choice.needed else "open",
    }
    evidence = tuple(record for remark in choice.warnings for record in remark.figures())
    size = (choice.size_after,) if choice.size_after else ()
    if not any(compression.values()) and choice.reasons:
        notices += tuple(
            Notice(id=remark.key, severity="note", text=remark.render(context.language).text) for remark in choice.reasons
        )
        evidence += tuple(record for remark in choice.reasons for record in remark.figures())
    return StepResult(draft, marks, notices, evidence=(*evidence, *size))
