"""Step 1: what is asked, with which data, under which limits.

Needs: the task. Tools: intake (reading, gaps, contradictions). Draft: none. Loop: decisive facts missing -> ask.
"""

from __future__ import annotations

from deep_learning_expert.skill.contract.report import ItemState, Notice
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.requirements import Requirements


def run(context: Context) -> StepResult:
    """Marks what is known and names what cannot hold together."""
    needs = context.needs
    notices = tuple(
        Notice(id=item.id, severity=item.severity, text=item.remark.render(context.language).text)
        for item in context.contradictions
    )
    data, limits = needs.data, needs.limits
    figures = [record for item in context.contradictions for record in item.remark.figures()]
    marks: dict[str, ItemState] = {
        "task_type": "done",
        "domain": "done",
        "data": "done" if data.samples or data.tokens or data.hours or data.has_simulator else "open",
        "limits": "done" if needs.train_on or limits.latency or limits.size or limits.targets else "open",
        "challenges": done(needs.challenges),
        "contradictions": "failed" if any(item.severity == "blocking" for item in context.contradictions) else "done",
    }
    return StepResult(marks=marks, notices=notices, evidence=(*stated_figures(needs), *figures))


def stated_figures(needs: Requirements) -> tuple[Figure, ...]:
    """Every figure the needs hold, given or assumed, in field order."""
    found: list[Figure] = []
    for part in (needs.data, needs.limits, needs.setup, needs.train_on, needs.deploy_on):
        for name in type(part).model_fields if part else ():
            value = getattr(part, name)
            found.extend(item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, Figure))
    return tuple(dict.fromkeys(found))
