"""The results as tables for a person, as JSON lines for a program, as JUnit XML for a build server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from deep_learning_expert.evals.check import Check
from deep_learning_expert.evals.runner import Result, TurnChecks
from deep_learning_expert.evals.score import Tally, by_kind, by_language, by_suite, by_tag, total
from deep_learning_expert.prompts.phrases import Language, template


def page(results: Sequence[Result], lang: Language) -> Iterator[RenderableType]:
    """The tables, then every failed check."""
    words = _Words(lang)
    whole = replace(total(results), name=words.say("total"))
    yield _table([*by_suite(results), whole], words, "suite", "conversations", last_is_total=True)
    yield _table(by_language(results), words, "language", "conversations")
    yield _table(by_kind(results), words, "kind", "checks")
    tags = (words.say("tag", name=tally.name, passed=tally.passed, total=tally.total) for tally in by_tag(results))
    yield Text(words.say("protected", tags=" · ".join(tags)))
    for result in results:
        yield from _story(result, words)
    yield Text(f"\n{words.say('time', seconds=f'{sum(item.seconds for item in results):.1f}')}", "dim")


def _story(result: Result, words: _Words) -> Iterator[Text]:
    """Why a conversation did not pass; of a known defect only that it is known."""
    one = result.conversation
    if result.verdict != "passed":
        title = words.say(result.verdict, id=one.id, title=one.title, defect=one.known_defect)
        yield Text(f"\n{title}", "bold red" if result.fails_the_run else "yellow")
    if result.verdict == "failed":
        yield from (Text(f"  {words.failure(turn, check)}") for turn, check in result.failures)


class _Words:
    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def say(self, key: str, **fields: object) -> str:
        return template(self.lang, f"evals.{key}").format(**fields)

    def failure(self, turn: TurnChecks, check: Check) -> str:
        fields = {"act": turn.act, "what": check.what, "expected": check.expected, "found": check.found}
        return self.say("failure" if turn.number else "failure_at_end", turn=turn.number, **fields)


def _table(tallies: Sequence[Tally], words: _Words, head: str, counted: str, *, last_is_total: bool = False) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column(words.say(head))
    defects = any(tally.known for tally in tallies)
    for column in (counted, "passed", *(["known"] if defects else []), "share", "interval"):
        table.add_column(words.say(column), justify="right")
    for number, tally in enumerate(tallies, start=1):
        low, high = tally.interval
        style = "bold" if last_is_total and number == len(tallies) else ""
        known = [str(tally.known)] if defects else []
        cells = (str(tally.total), str(tally.passed), *known, f"{tally.share:.1%}", f"{low:.1%} – {high:.1%}")
        table.add_row(tally.name, *cells, style=style)
    table.add_section()
    return table


def json_line(result: Result) -> dict[str, Any]:
    """One conversation for a program."""
    usage = result.final.usage.model_dump() if result.final is not None else None
    return {
        "id": result.conversation.id,
        "suite": result.suite,
        "language": result.conversation.language,
        "tests": result.conversation.tests,
        "verdict": result.verdict,
        "checks": len(result.checks),
        "failures": [
            {"turn": turn.number, "act": turn.act, **{k: v for k, v in vars(check).items() if k != "passed"}}
            for turn, check in result.failures
        ],
        "status": result.final.status if result.final is not None else None,
        "trace": [entry.rule for entry in result.final.trace] if result.final is not None else [],
        "usage": usage,
        "seconds": round(result.seconds, 4),
    }


def json_lines(results: Sequence[Result]) -> str:
    """One line per conversation."""
    return "".join(json.dumps(json_line(result), ensure_ascii=False) + "\n" for result in results)


def junit(results: Sequence[Result], lang: Language) -> str:
    """JUnit's XML: a suite per suite, a case per conversation."""
    words = _Words(lang)
    root = Xml.Element("testsuites", _counts(results))
    for name in dict.fromkeys(item.suite for item in results):
        items = [item for item in results if item.suite == name]
        suite = Xml.SubElement(root, "testsuite", {"name": name, **_counts(items)})
        for item in items:
            fields = {"classname": f"evals.{name}", "name": item.conversation.id, "time": f"{item.seconds:.3f}"}
            case = Xml.SubElement(suite, "testcase", fields)
            if item.verdict != "passed":
                lines = [_printable(line.plain.strip()) for line in _story(item, words)]
                kind = "failure" if item.fails_the_run else "skipped"
                Xml.SubElement(case, kind, message=lines[0]).text = "\n".join(lines[1:])
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(results: Sequence[Result]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(item.fails_the_run for item in results)),
        "skipped": str(sum(item.verdict == "known_defect" for item in results)),
        "time": f"{sum(item.seconds for item in results):.3f}",
    }


def _printable(text: str) -> str:
    """XML 1.0 has no place for most control characters."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
