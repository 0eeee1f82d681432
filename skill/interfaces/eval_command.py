"""What `dl-expert eval` does: plays scripted conversations against this very installation and prints how they went."""

from __future__ import annotations

from pathlib import Path

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.tools.errors import FileError, os_problem


def run_evals(
    suite: str | None, *, only: str | None, lines: Path | None, junit_xml: Path | None, language: Language
) -> bool:
    """Whether all passed. Errors: FileError, ScriptError."""
    from rich.console import Console

    from deep_learning_expert.evals.output import json_lines, junit, page
    from deep_learning_expert.evals.reading import load_suites
    from deep_learning_expert.evals.runner import run_suites

    results = list(run_suites(load_suites(suite, only)))
    if lines is not None:
        _write(lines, json_lines(results))
    if junit_xml is not None:
        _write(junit_xml, junit(results, language))
    console = Console(highlight=False, soft_wrap=True)
    for part in page(results, language):
        console.print(part)
    return not any(result.fails_the_run for result in results)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileError("file.unwritable", path=path, problem=os_problem(problem)) from problem
