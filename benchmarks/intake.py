"""Measures the free-text intake on its own messages: `benchmarks/intake.py [SET ...] [--errors]`.

Sets (evals/intake): `development` was tuned on; `held_out` and `fresh` were measured once unseen and repaired after;
`unseen` was written last and nothing was changed because of it. A fact is a field with what it states
(evals/intake/gold.py). Intervals: Wilson, 95 %. False asks: facts held to be missing that are not when the gold task
is read. The last column counts facts that no words of the message stand behind.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass

from deep_learning_expert.evals.intake.gold import Case, Fact, cases, expected, gold_task, stated
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.gaps import missing_facts
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.reading import read_task

_Z = 1.96
_SETS = ("development", "held_out", "fresh", "unseen")


@dataclass(frozen=True)
class Row:
    """A case and what was made of it; seconds: for its last message; asked: fields that count as
    missing then; falsely: those that would not, had all been read."""

    case: Case
    wanted: set[Fact]
    found: set[Fact]
    asked: tuple[str, ...]
    falsely: tuple[str, ...]
    unfounded: int
    seconds: float


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share, slack = hits / total, _Z**2 / total
    middle = (share + slack / 2) / (1 + slack)
    half = _Z / (1 + slack) * math.sqrt(share * (1 - share) / total + slack / (4 * total))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def row(case: Case) -> Row:
    """Reads a case's messages and asks what the expert would ask."""
    draft, seconds = TaskDraft(), 0.0
    for turn in case.turns:
        started = time.perf_counter()
        draft = read_message(turn, draft)
        seconds = time.perf_counter() - started
    task = draft.task()
    asked = _missing(task)
    needed = _missing(gold_task(case, draft.text("task.specificTask")))
    false = tuple(field for field in asked if field not in needed) if case.type else ()
    unfounded = sum(not draft.words(fact).strip() for fact in draft.facts)
    return Row(case, expected(case), stated(draft), asked, false, unfounded, seconds)


def _missing(task: Task | None) -> tuple[str, ...]:
    return tuple(gap.field for gap in missing_facts(read_task(task))) if task else ()


def share(hits: int, total: int) -> str:
    """A share with its interval, for the table."""
    low, high = wilson(hits, total)
    return f"{hits / total:.3f} ({low:.3f}–{high:.3f})" if total else "–"


def table_line(name: str, rows: Iterable[Row]) -> str:
    """One line of the results."""
    rows = list(rows)
    hits = sum(len(item.wanted & item.found) for item in rows)
    precision = share(hits, sum(len(item.found) for item in rows))
    recall = share(hits, sum(len(item.wanted) for item in rows))
    asked = sum(len(item.asked) for item in rows)
    false = sum(len(item.falsely) for item in rows)
    without = sum(len({fact[0] for fact in item.found} - {fact[0] for fact in item.wanted}) for item in rows)
    fields = sum(len({fact[0] for fact in item.found}) for item in rows)
    return (
        f"| {name} | {len(rows)} | {precision} | {recall} | {false}/{asked} | {without}/{fields} "
        f"| {sum(item.unfounded for item in rows)} |"
    )


def main() -> None:
    """Prints the table of benchmarks/RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=_SETS)
    parser.add_argument("--errors", action="store_true", help="list every message read differently")
    options = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    print(f"commit {commit.stdout.strip()}, Python {platform.python_version()}, {platform.machine()}\n")
    print("| messages | n | precision | recall | false asks / asked | fields not stated / filled | without words |")
    print("|---|---|---|---|---|---|---|")
    everything: list[Row] = []
    for name in options.sets:
        rows = [row(case) for case in cases(name)]
        everything += rows
        print(table_line(name, rows))
        for lang in ("en", "zh"):
            print(table_line(f"{name}, {lang}", [item for item in rows if item.case.lang == lang]))
        if options.errors:
            print_errors(rows)
    seconds = sorted(item.seconds for item in everything)
    middle, slow = statistics.median(seconds) * 1e3, seconds[int(0.99 * len(seconds))] * 1e3
    print(f"\none message: median {middle:.1f} ms, p99 {slow:.1f} ms")


def print_errors(rows: Iterable[Row]) -> None:
    """Every message that was read otherwise than meant."""
    for item in rows:
        if item.wanted != item.found:
            print(f"  {item.case.id}: {' ## '.join(item.case.turns)[:200]}")
            print(f"    extra {sorted(item.found - item.wanted)}; missed {sorted(item.wanted - item.found)}")
        if item.falsely:
            print(f"  {item.case.id}: asked without need {item.falsely}")


if __name__ == "__main__":
    main()
