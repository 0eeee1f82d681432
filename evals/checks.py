"""What a turn's `expect` says, checked against its outcome: one function per key of the format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from deep_learning_expert.evals.check import Check, Kind, fits, holds, shown, subsequence
from deep_learning_expert.evals.conversation import Expect, FigureWanted, Holding, TriggerWanted
from deep_learning_expert.evals.outcome import Outcome
from deep_learning_expert.skill.contract.grounding import strings
from deep_learning_expert.skill.trigger.decide import out_of_scope_reply
from deep_learning_expert.skill.workflow.assembly import changes, report
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import (
    Answered,
    AssumptionsAllowed,
    ModelTurn,
    Observed,
    Started,
    Stopped,
    TargetKept,
)
from deep_learning_expert.tools.figures import Figure

_MOST_SHOWN = 300


def check_turn(expect: Expect, outcome: Outcome) -> list[Check]:
    """All checks of one turn. An error that nobody expected is one of them."""
    found = list(_error(expect.error, outcome))
    for name in expect.model_fields_set & _CHECKS.keys():
        found += _CHECKS[name](getattr(expect, name), outcome)
    return sorted(found, key=lambda check: _ORDER.index(check.what.partition(" ")[0]))


def _check(kind: Kind, what: str, passed: bool, expected: object, found: object) -> Check:
    text = str(found)
    return Check(kind, what, passed, str(expected), text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} …")


def _error(expected: str | None, outcome: Outcome) -> Iterator[Check]:
    found = outcome.error
    if expected is not None or found is not None:
        said = f"{found.code}: {found.sentence()}" if found is not None else "no error"
        yield _check("status", "error", found is not None and found.code == expected, expected or "no error", said)


def _trigger(wanted: TriggerWanted, outcome: Outcome) -> Iterator[Check]:
    """Of a message, what the dialogue decided; of a task, what the report says. A decision not to answer is said."""
    first = outcome.heard[0] if outcome.heard else None
    decision, rule, span = _scope(outcome)
    yield _check("trigger", "trigger decision", decision == wanted.decision, wanted.decision, decision)
    if wanted.rule is not None:
        yield _check("trigger", "trigger rule", rule == wanted.rule, wanted.rule, rule)
    if wanted.words is not None:
        yield _check("trigger", "trigger words", wanted.words in (span or ""), wanted.words, span)
    if first is not None and wanted.decision == "dont_use":
        reply = out_of_scope_reply(first.decision, first.decision.language).render(first.decision.language).text
        yield _check("trigger", "trigger reply", reply in outcome.said, reply, outcome.said)


def _scope(outcome: Outcome) -> tuple[str | None, str | None, str | None]:
    """Decision, rule and the words that decided."""
    if outcome.heard:
        first = outcome.heard[0]
        return first.decision.decision, first.decision.rule, first.message[slice(*first.decision.span)]
    if outcome.report is None or outcome.act == "say":
        return None, None, None
    scope = outcome.report.scope
    return scope.decision, scope.rule, scope.span


def _status(wanted: str, outcome: Outcome) -> Iterator[Check]:
    status = outcome.report.status if outcome.report is not None else "none"
    yield _check("status", "status", status == wanted, wanted, status)


def _exit_code(wanted: int, outcome: Outcome) -> Iterator[Check]:
    yield _check("status", "exit_code", outcome.exit_code == wanted, wanted, outcome.exit_code)


def _asked_fields(outcome: Outcome) -> list[str]:
    return [question.field for question in outcome.report.questions] if outcome.report is not None else []


def _asked(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    yield _check("questions", "asked", _asked_fields(outcome) == wanted, wanted, _asked_fields(outcome))


def _not_asked(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    for field in wanted:
        asked = _asked_fields(outcome)
        yield _check("questions", f"not_asked {field}", field not in asked, f"no question about {field}", asked)


def _assumed(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    fields = sorted(item.field for item in outcome.report.assumptions) if outcome.report is not None else []
    yield _check("questions", "assumed", fields == sorted(wanted), sorted(wanted), fields)


_STEPS = re.compile(r"steps ([1-7])-([1-7])")


def expanded(path: Iterable[str]) -> list[str]:
    """The rules of a path, "steps 3-7" written out."""
    rules: list[str] = []
    for item in path:
        found = _STEPS.fullmatch(item)
        steps = range(int(found[1]), int(found[2]) + 1) if found else ()
        rules += [f"step{number}-done" for number in steps] if found else [item]
    return rules


def _path(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    taken, expected = [entry.rule for entry in outcome.trace], expanded(wanted)
    yield _check("path", "path", taken == expected, " ".join(expected), " ".join(taken))


def _path_contains(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    taken, expected = [entry.rule for entry in outcome.trace], expanded(wanted)
    yield _check("path", "path_contains", subsequence(expected, taken), " ".join(expected), " ".join(taken))


def _decisions(wanted: Mapping[str, Any], outcome: Outcome) -> Iterator[Check]:
    decided = outcome.report.decisions if outcome.report is not None else None
    for path, value in wanted.items():
        found = _at_path(decided.model_dump() if decided is not None else None, path)
        yield _check("decisions", f"decisions {path}", fits(value, found), shown(value), repr(found))


def _at_path(value: object, path: str) -> object:
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return f"no {path}"
        value = value[part]
    return value


def _usage(wanted: Mapping[str, Any], outcome: Outcome) -> Iterator[Check]:
    used = outcome.report.usage.model_dump() if outcome.report is not None else {}
    for name, value in wanted.items():
        found = used.get(name, f"no {name}")
        yield _check("usage", f"usage {name}", fits(value, found), shown(value), repr(found))


def _figures(wanted: list[FigureWanted], outcome: Outcome) -> Iterator[Check]:
    for one in wanted:
        records = _named(one, outcome)
        passed = any(_is_it(one, record) for record in records)
        yield _check("figures", f"figures {one.quantity}", passed, _figure_shown(one), _found_figures(records))


def _no_figures(wanted: list[FigureWanted], outcome: Outcome) -> Iterator[Check]:
    for one in wanted:
        records = [record for record in _named(one, outcome) if _is_it(one, record)]
        passed = not records and outcome.report is not None
        yield _check(
            "figures", f"no_figures {one.quantity}", passed, f"not {_figure_shown(one)}", _found_figures(records)
        )


def _named(one: FigureWanted, outcome: Outcome) -> list[Figure]:
    evidence = outcome.report.evidence if outcome.report is not None else []
    return [record for record in evidence if record.quantity == one.quantity]


def _is_it(wanted: FigureWanted, record: Figure) -> bool:
    if wanted.value is not None and abs(record.value - wanted.value) > wanted.tolerance * max(abs(wanted.value), 1e-12):
        return False
    if wanted.holds is not None:
        interval = record.interval
        if interval is None or not interval.low <= wanted.holds <= interval.high:
            return False
    return (
        wanted.unit in (None, record.unit)
        and wanted.kind in (None, record.kind)
        and (wanted.source is None or wanted.source in record.source)
    )


def _figure_shown(one: FigureWanted) -> str:
    parts = one.model_dump(exclude_none=True, exclude_defaults=True)
    return ", ".join(f"{name} {value}" for name, value in parts.items())


def _found_figures(records: list[Figure]) -> str:
    return "; ".join(f"{item.value} {item.unit} ({item.kind}, {item.source})" for item in records) or "none"


def _plan_text(outcome: Outcome) -> str | None:
    """All sentences of the plan; None without one."""
    plan = outcome.report.plan if outcome.report is not None else None
    return None if plan is None else "\n".join(text for _, text in strings(plan))


def _plan_contains(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    text = _plan_text(outcome)
    for words in wanted:
        yield _check("plan", f"plan_contains {words}", words in (text or ""), words, text or "no plan")


def _plan_lacks(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    text = _plan_text(outcome)
    for words in wanted:
        passed = text is not None and words not in text
        yield _check("plan", f"plan_lacks {words}", passed, f"a plan without {words!r}", text or "no plan")


def _at(wanted: Mapping[str, Holding | str], outcome: Outcome) -> Iterator[Check]:
    plan = outcome.report.plan if outcome.report is not None else None
    for pointer, value in wanted.items():
        found = at_pointer(plan, pointer)
        holding = Holding(contains=value) if isinstance(value, str) else value
        passed = found is not _NOTHING and holds(holding, found)
        yield _check("plan", f"at {pointer}", passed, shown(holding), "nothing" if found is _NOTHING else found)


_NOTHING = object()


def at_pointer(value: object, pointer: str) -> object:
    """What a JSON pointer points at, `_NOTHING` when there is nothing."""
    for part in pointer.strip("/").split("/"):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _NOTHING
    return value


def _notices(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    ids = [notice.id for notice in outcome.report.notices] if outcome.report is not None else []
    for name in wanted:
        yield _check("notices", f"notices {name}", name in ids, name, ids)


def _no_notices(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    ids = [notice.id for notice in outcome.report.notices] if outcome.report is not None else ["no report"]
    for name in wanted:
        passed = outcome.report is not None and not any(re.fullmatch(name, one) for one in ids)
        yield _check("notices", f"no_notices {name}", passed, f"no {name}", ids)


def _changed(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    paths = [change.path for change in outcome.report.changes] if outcome.report is not None else []
    for pointer in wanted:
        yield _check("changes", f"changed {pointer}", any(_under(path, pointer) for path in paths), pointer, paths)


def _unchanged(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    """A pointer to nothing cannot have stayed the same: a slip of its writer."""
    report = outcome.report
    paths = [change.path for change in report.changes] if report is not None else []
    for pointer in wanted:
        there = report is not None and at_pointer(report.plan, pointer) is not _NOTHING
        passed = there and not any(_under(path, pointer) for path in paths)
        yield _check(
            "changes", f"unchanged {pointer}", passed, f"no change at {pointer}", paths if there else "no such place"
        )


def _under(path: str, pointer: str) -> bool:
    return path == pointer or path.startswith(f"{pointer}/")


def _said(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    for words in wanted:
        yield _check("reply", f"said {words}", words in outcome.said, words, outcome.said)


def _not_said(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    for words in wanted:
        yield _check("reply", f"not_said {words}", words not in outcome.said, f"nothing with {words!r}", outcome.said)


def _tools(wanted: list[str], outcome: Outcome) -> Iterator[Check]:
    called = tools_called(outcome)
    yield _check("tools", "tools", called == wanted, wanted, called)


def tools_called(outcome: Outcome) -> list[str]:
    """The functions that the model called in this turn, in order."""
    turns = [event for event in outcome.events if isinstance(event, ModelTurn)]
    calls = [call for turn in turns for call in (turn.assistant or {}).get("tool_calls", ())]
    return [call["function"]["name"] for call in calls]


def _offline_plan(_: bool, outcome: Outcome) -> Iterator[Check]:
    """The plan is the one that the same session has without a model."""
    assert outcome.session is not None and outcome.report is not None
    first, *later = (event for event in outcome.session.events if isinstance(event, _OF_THE_USER))
    session = Session([first])
    session.advance()
    for event in later:
        session.add(event)
        session.advance()
    changed = [change.path for change in changes(report(session).plan or {}, outcome.report.plan or {})]
    yield _check("plan", "offline_plan", not changed, "the plan without a model", f"other at {changed}")


_OF_THE_USER = (Started, Answered, AssumptionsAllowed, Observed, Stopped, TargetKept)


_CHECKS: Mapping[str, Callable[[Any, Outcome], Iterator[Check]]] = {
    "trigger": _trigger, "status": _status, "exit_code": _exit_code, "asked": _asked, "not_asked": _not_asked,
    "assumed": _assumed, "path": _path, "path_contains": _path_contains, "tools": _tools, "decisions": _decisions,
    "figures": _figures, "no_figures": _no_figures, "plan_contains": _plan_contains, "plan_lacks": _plan_lacks,
    "at": _at, "notices": _notices, "no_notices": _no_notices, "changed": _changed, "unchanged": _unchanged,
    "said": _said, "not_said": _not_said, "usage": _usage,
    "offline_plan": _offline_plan,
}  # fmt: skip
_ORDER = ("error", *_CHECKS)
