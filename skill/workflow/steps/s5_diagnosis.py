"""Step 5: what is likely to go wrong with this very task, and what to do about it.

Needs: task, model, recipe, reported issues. Tools: guidance.likely_issues. Draft: debuggingGuidance.commonIssues.
Loop: three rounds without a gain beyond seed noise -> back to the architecture, then to the goal.
"""

from __future__ import annotations

from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.failures import failure_notices
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.diagnosis.guidance import likely_issues


def run(context: Context) -> StepResult:
    """The issues the user reported come first."""
    issues = likely_issues(context.needs, context.candidate, context.recipe)
    draft = {
        "debuggingGuidance": {
            "commonIssues": [
                {"issue": item.issue, "diagnosis": item.diagnosis, "solution": list(item.solutions)} for item in issues
            ]
        }
    }
    reported = bool(context.needs.setup.issues)
    marks = {"issues": done(issues), "reported": done(reported), "one_factor": "done"}
    failures, figures = failure_notices(context, "diagnosis")
    return StepResult(draft, marks, failures, evidence=figures)
