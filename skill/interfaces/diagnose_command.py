"""What `dl-expert diagnose` prints."""

from __future__ import annotations

from typing import Any

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.tools.diagnosis.verdict import Verdict


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """status, and per finding its id, severity, first step, both languages' sentence and its figures."""
    return {
        "status": verdict.status,
        "summary": {lang: verdict.summary.render(lang).text for lang in ("en", "zh")},
        "findings": [
            {
                "id": finding.id,
                "severity": finding.severity,
                "run": finding.run,
                "column": finding.column,
                "first_step": finding.first_step,
                "p_value": finding.p_value,
                "text": {lang: finding.remark.render(lang).text for lang in ("en", "zh")},
                "evidence": [record.model_dump() for record in finding.evidence],
            }
            for finding in verdict.findings
        ],
    }


def verdict_as_text(verdict: Verdict, lang: Language) -> str:
    """The summary, then one line per finding with what would settle it."""
    lines = [verdict.summary.render(lang).text]
    for finding in verdict.findings:
        lines.append(f"- {finding.remark.render(lang).text}")
        if finding.settle is not None:
            lines.append(f"  {finding.settle.render(lang).text}")
    return "\n".join(lines)
