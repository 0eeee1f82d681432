"""Step 4: run the experiment so that it can be judged.

Needs: the recipe. Tools: guidance.monitoring. Draft: debuggingGuidance.visualization and .checkpoints.
Loop: validation loss does not move early -> the data pipeline is checked before anything else.
"""

from __future__ import annotations

from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.diagnosis.guidance import monitoring
from deep_learning_expert.tools.wording import Remark, say


def run(context: Context) -> StepResult:
    """The baseline first, then what to watch and what to save."""
    visualizations, checkpoints = monitoring(context.needs, context.candidate, context.recipe)
    first: list[Remark] = [say("loops.check_data")] if "check-data" in context.actions else []
    baseline = context.recipe.baseline or context.comparison.baseline
    if baseline is not None:
        first.append(baseline)
    draft = {
        "debuggingGuidance": {
            "visualization": list(visualizations),
            "checkpoints": [*first, *checkpoints, say("plan.save_checkpoints")],
        }
    }
    marks = {
        "baseline": done(baseline),
        "metrics": done(checkpoints),
        "visualisation": done(visualizations),
        "checkpoints": "done",
        "data_first": done("check-data" in context.actions),
    }
    return StepResult(draft, marks)
