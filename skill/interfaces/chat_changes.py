"""What a later message changes in a plan, for the eye: labels, not paths; only what differs; no note twice."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import cache

from deep_learning_expert.prompts.phrases import Language, exists, template
from deep_learning_expert.skill.contract.report import Change, Report

_SHORT = 90  # characters of a value that is shown whole, with what it replaces
_REASONS = ("rationale", "tradeoff")  # prose that follows the choice: what is new in it is what counts


def difference(report: Report, earlier: Report, verdicts: Container[str] = ()) -> list[str]:
    """Lines that say what differs between two plans of one dialogue; empty when nothing does.

    verdicts: what was just found in a log or a result; it is told even if an earlier one read the same.
    """
    lang = report.language
    lines: list[str] = []
    if report.changes:
        lines.append(template(lang, "chat.changed"))
        for change in _in_order(report.changes):
            lines += _lines(change, lang)
    seen = {notice.text for notice in earlier.notices}
    told = dict.fromkeys(notice.text for notice in report.notices)
    fresh = [text for text in told if text not in seen or text in verdicts]
    if fresh:
        lines.append(template(lang, "view.notices"))
        lines += (f"  • {text}" for text in fresh)
    gone = _no_longer(report, earlier)
    if gone:
        lines.append(template(lang, "chat.settled"))
        lines += (f"  • {text}" for text in gone)
    known = {item.text for item in earlier.assumptions}
    assumed = [item.text for item in report.assumptions if item.text not in known]
    if assumed:
        lines.append(template(lang, "view.assumptions"))
        lines += (f"  • {text}" for text in assumed)
    return lines


def _no_longer(report: Report, earlier: Report) -> list[str]:
    """Warnings of the plan before that the present one has no more, in no wording."""
    ids = {notice.id for notice in report.notices}
    return [item.text for item in earlier.notices if item.severity != "note" and item.id not in ids]


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """The plan's order, its reasons behind the choices they give reasons for."""
    return sorted(changes, key=lambda change: (_section(change), change.path.rpartition("/")[2] in _REASONS))


def _section(change: Change) -> int:
    sections = ("modelDesign", "trainingStrategy", "debuggingGuidance", "engineeringPractice", "expectedPerformance")
    name = change.path.split("/")[1]
    return sections.index(name) if name in sections else len(sections)


def _lines(change: Change, lang: Language) -> Iterator[str]:
    if isinstance(change.before or change.after, dict) and not (change.before and change.after):
        yield from _parts(change, lang)
        return
    old, new = pieces(change.before, lang), pieces(change.after, lang)
    gone = [piece for piece in old if piece not in new]
    come = [piece for piece in new if piece not in old]
    if not gone and not come:
        return
    name = label(change.path, lang)
    short = len(gone) <= 1 and len(come) <= 1 and all(len(piece) <= _SHORT for piece in (*gone, *come))
    if short and (not old or not new or (gone and come)):  # one sentence more among others is no change from nothing
        nothing = template(lang, "view.nothing")
        before, after = gone[0] if gone else nothing, come[0] if come else nothing
        yield "  " + template(lang, "chat.from_to").format(label=name, before=before, after=after)
        return
    yield f"  {name}"
    if change.path.rpartition("/")[2] not in _REASONS:
        yield from (f"    - {piece}" for piece in gone)
    yield from (f"    + {piece}" for piece in come)


def _parts(change: Change, lang: Language) -> Iterator[str]:
    """A part of the plan that came or went whole: each of its entries as a change."""
    whole = change.after or change.before
    assert isinstance(whole, dict)  # the caller looked
    for key, value in whole.items():
        before, after = (None, value) if change.after else (value, None)
        yield from _lines(Change(path=f"{change.path}/{key}", before=before, after=after), lang)


def label(path: str, lang: Language) -> str:
    """ "/engineeringPractice/modelCompression/quantization" -> "Compression · Quantisation"."""
    keys = [key for key in path.split("/")[2:] if not key.isdigit()] or [path.split("/")[1]]
    name = _word(keys[0], lang)
    for key in keys[1:]:
        name = template(lang, "chat.label").format(outer=name, inner=_word(key, lang))
    return name


def _word(key: str, lang: Language) -> str:
    return template(lang, f"view.key.{key}") if exists(f"view.key.{key}") else key


def pieces(value: object, lang: Language) -> list[str]:
    """A value as the pieces in which it can differ: list items, lines of code, sentences."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [template(lang, "view.yes" if value else "view.no")]
    if isinstance(value, list):
        return [piece for item in value for piece in ([_flat(item)] if item else [])]
    text = str(value)
    if "\n" in text:
        return text.splitlines()
    return [piece for piece in _sentence_ends().split(text) if piece]


def _flat(item: object) -> str:
    if isinstance(item, dict):
        return str(item.get("issue") or "; ".join(_flat(part) for part in item.values()))
    return "; ".join(map(_flat, item)) if isinstance(item, list) else str(item)


@cache
def _sentence_ends() -> re.Pattern[str]:
    return re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|(?<=[。！？])")
