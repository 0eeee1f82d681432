"""A report as one HTML page for the browser: no scripts, nothing loaded from elsewhere, every text escaped."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from deep_learning_expert.prompts.phrases import template
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.errors import FileError, os_problem

if TYPE_CHECKING:
    from jinja2 import Template


def write_page(report: Report, path: Path) -> None:
    """The page as a file; errors: FileError when the place cannot be written."""
    try:
        path.write_text(page(report), encoding="utf-8")
    except OSError as error:
        raise FileError("file.unwritable", path=path, problem=os_problem(error)) from error


def page(report: Report) -> str:
    """The whole page, in the language of the report."""
    lang = report.language
    cited = {key for ids in report.citations.values() for key in ids}
    figures = [
        {
            "quantity": record.quantity.replace("_", " "),
            "value": rendering.figure(record, lang),
            "kind": template(lang, f"view.kind.{record.kind}"),
            "source": record.source,
        }
        for record in report.evidence
        if record.id in cited
    ]
    return _template().render(
        report=report,
        lang=lang,
        words=partial(template, lang),
        title=template(lang, f"view.status.{report.status}"),
        listed=(
            ("view.assumptions", [item.text for item in report.assumptions]),
            ("view.not_understood", report.not_understood),
        ),
        figures=figures,
        versions=f"deep-learning-expert {report.versions.skill}, catalog {report.versions.catalog}",
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # imported late: most commands show no page

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(Path(__file__).with_name("report.html.j2").read_text(encoding="utf-8"))
