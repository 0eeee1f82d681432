"""What `dl-expert diagnose` prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.tools.diagnosis.verdict import Verdict
from deep_learning_expert.tools.errors import FileError, os_problem


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
                "effect": finding.effect.model_dump() if finding.effect is not None else None,
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
        told = finding.remark.render(lang).text
        if told != lines[0]:
            lines.append(f"- {told}")
        for key, remarks in (("view.instead", finding.alternatives), ("view.settle", (finding.settle,))):
            lines += [f"  {template(lang, key)} {remark.render(lang).text}" for remark in remarks if remark is not None]
    return "\n".join(lines)


def write_plot(verdict: Verdict, path: Path, lang: Language) -> None:
    """The curves as SVG; errors: FileError when the place cannot be written."""
    from deep_learning_expert.tools.diagnosis.plot import plot_svg

    try:
        path.write_text(plot_svg(verdict, lang), encoding="utf-8")
    except OSError as error:
        raise FileError("file.unwritable", path=path, problem=os_problem(error)) from error
