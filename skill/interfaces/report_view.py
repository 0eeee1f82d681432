"""A report for a person: the plan as readable sections, then notices, assumptions, questions and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.tools import rendering

_STYLE = {"blocking": "bold red", "warning": "yellow", "note": "dim"}


def print_report(report: Report, console: Console | None = None) -> None:
    """Prints to standard output."""
    target = console or Console(highlight=False)
    for part in view(report):
        target.print(part)


def view(report: Report) -> Iterable[RenderableType]:
    """The parts of the page, from top to bottom."""
    lang = report.language
    yield Text(template(lang, f"view.status.{report.status}"), style="bold")
    if report.scope.reply:
        yield Text(report.scope.reply)
    yield from _questions(report)
    yield from _notices(report)
    if report.changes:
        yield _heading("view.changes", lang)
        yield Group(*(_change(item.path, item.before, item.after, lang) for item in report.changes))
    for key, section in (report.plan or {}).items():
        if section:
            yield _heading(f"view.section.{key}", lang)
            yield Padding(Group(*_rows(section, lang)), (0, 0, 0, 2))
    yield from _listed("view.assumptions", (item.text for item in report.assumptions), lang)
    yield from _listed("view.not_understood", report.not_understood, lang)
    if report.plan is not None:
        yield from _sources(report)


def _heading(key: str, lang: Language) -> Text:
    return Text(f"\n{template(lang, key)}", style="bold cyan")


def _questions(report: Report) -> Iterable[RenderableType]:
    for number, question in enumerate(report.questions, start=1):
        yield Text(f"\n{number}. {question.text}", style="bold")
        yield Text(f"   {question.why}")
        yield Text(f"   {template(report.language, 'view.example')} {question.example}", style="dim")
        if question.choices:
            yield Text(f"   {' / '.join(question.choices)}", style="dim")
        yield Text(f"   → {question.field}", style="dim")


def _notices(report: Report) -> Iterable[RenderableType]:
    if report.notices:
        yield _heading("view.notices", report.language)
    for notice in report.notices:
        yield Text(f"  • {notice.text}", style=_STYLE[notice.severity])


def _rows(value: Mapping[str, Any], lang: Language) -> Iterable[RenderableType]:
    for key, item in value.items():
        label = Text(template(lang, f"view.key.{key}"), style="green")
        if key == "codeFramework":
            yield label
            yield Padding(Syntax(str(item), "python", background_color="default", word_wrap=True), (0, 0, 0, 2))
        elif isinstance(item, Mapping):
            yield label
            yield Padding(Group(*_rows(item, lang)), (0, 0, 0, 2))
        elif isinstance(item, list):
            yield label
            yield Group(*_items(item, lang))
        else:
            yield Text.assemble(label, "：" if lang == "zh" else ": ", _plain(item, lang))


def _items(items: list[Any], lang: Language) -> Iterable[RenderableType]:
    for item in items:
        if isinstance(item, Mapping):
            yield Text(f"  • {item.get('issue', '')}", style="bold")
            yield Text(f"    {item.get('diagnosis', '')}")
            yield Group(*(Text(f"    - {solution}") for solution in item.get("solution", [])))
        else:
            yield Text(f"  • {item}")


def _plain(item: object, lang: Language) -> str:
    return template(lang, "view.yes" if item else "view.no") if isinstance(item, bool) else str(item)


def _change(path: str, before: object, after: object, lang: Language) -> Text:
    gone = template(lang, "view.nothing")
    old, new = (gone if item is None else _flat(item, lang) for item in (before, after))
    return Text.assemble(f"  {path}\n", (f"    - {old}\n", "red"), (f"    + {new}", "green"))


def _flat(item: object, lang: Language) -> str:
    if isinstance(item, list):
        return "; ".join(_flat(part, lang) for part in item)
    if isinstance(item, Mapping):
        return str(item.get("issue") or "; ".join(str(part) for part in item.values()))
    return _plain(item, lang)


def _listed(key: str, texts: Iterable[str], lang: Language) -> Iterable[RenderableType]:
    lines = [Text(f"  • {text}") for text in texts]
    if lines:
        yield _heading(key, lang)
        yield Group(*lines)


def _sources(report: Report) -> Iterable[RenderableType]:
    """The figures shown in the plan, each with how it came about and from where."""
    lang, cited = report.language, {key for ids in report.citations.values() for key in ids}
    yield _heading("view.evidence", lang)
    for record in report.evidence:
        if record.id in cited:
            kind = template(lang, f"view.kind.{record.kind}")
            quantity = record.quantity.replace("_", " ")
            shown = f"  {quantity}: {rendering.figure(record, lang)} "
            yield Text.assemble(shown, (f"({kind}; {record.source})", "dim"))
