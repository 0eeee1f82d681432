"""Measures the free-text intake on its own messages: `benchmarks/intake.py [SET ...] [--errors]`.

Sets (evals/intake): `development` was tuned on; every other set was measured once unseen, and what it showed was then
repaired by class (first looks: RESULTS.md). A fact is a field with what it states
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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from deep_learning_expert.evals.intake.gold import Case, Fact, cases, expected, gold_task, stated
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.intake.gaps import missing_facts
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.trigger.decide import decide

_Z = 1.96
_SETS = (
    "development", "held_out", "fresh", "unseen", "later", "last",
    "strangers_a", "strangers_b", "strangers_c", "strangers_d",
)  # fmt: skip
_PASTE_BYTES = 20_000


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
    print("\n| reading one message | CPU, median | p99 |\n|---|---|---|")
    messages = [turn for item in everything for turn in item.case.turns]
    for what, texts in {"messages": messages, **pastes(messages)}.items():
        spent = sorted(cpu_ms(text) for text in texts)
        print(f"| {what} ({len(spent)}) | {statistics.median(spent):.2f} ms | {spent[int(0.99 * len(spent))]:.2f} ms |")
    print("\n".join(growth(messages)))


_GROWTH_BYTES = (20_000, 40_000, 80_000, 160_000, 1_000_000)


def growth(messages: Sequence[str]) -> list[str]:
    """Lines of a table: CPU milliseconds for texts of growing length, read and judged, best of five."""
    words = "The model is trained on many pictures and the loss does not go down at all, which is strange. "
    kinds = {
        "own words": words,
        "every clause a fact": " ".join(messages) + " ",
        "log": "epoch 3 train_loss: 1.9716 val_loss: 2.4 acc 3\n",
        "numbers": "1 ",
        "no blank": "训练",
    }
    lines = ["\n| growing text | what | " + " | ".join(f"{size // 1000} kB" for size in _GROWTH_BYTES) + " |"]
    lines.append("|---" * (len(_GROWTH_BYTES) + 2) + "|")
    for name, piece in kinds.items():
        texts = [(piece * (size // len(piece) + 1))[:size] for size in _GROWTH_BYTES]
        lines.append(f"| {name} | read | " + " | ".join(f"{best_ms(read_message, text):.1f}" for text in texts) + " |")
        lines.append(f"| {name} | judged | " + " | ".join(f"{best_ms(decide, text):.1f}" for text in texts) + " |")
    return lines


def best_ms(function: Callable[[str], object], text: str) -> float:
    """The least CPU milliseconds of five calls, each with a text that was not seen before."""
    spent = []
    for number in range(5):
        fresh = f"{text}{' ' * (number + 1)}"
        started = time.process_time()
        function(fresh)
        spent.append(time.process_time() - started)
    return min(spent) * 1e3


def cpu_ms(text: str) -> float:
    """CPU milliseconds to read a message that has not been read before."""
    fresh = f"{text} "  # what was read is kept for the next look; another text is another message
    started = time.process_time()
    read_message(fresh)
    return (time.process_time() - started) * 1e3


def pastes(messages: Sequence[str]) -> dict[str, list[str]]:
    """Messages of 20 kB: with something pasted behind them, and in the writer's own words alone."""
    log = "\n".join(
        f"epoch {n} train_loss: {2.3 * 0.95 ** (n % 90):.4f} val_loss: 2.4 acc {n % 100}" for n in range(500)
    )
    code = "import torch\nclass A(nn.Module):\n    def forward(self, x):\n        return self.fc(x)\nlr = 1e-3\n" * 300
    trace = (
        '  File "/venv/site-packages/torch/nn/modules/module.py", line 1501, in _call_impl\n    return call(x)\n' * 300
    )
    words = "The model is trained on many pictures and the loss does not go down at all, which is strange. " * 300
    some = messages[::4]
    made = {
        "with a log": [f"{text}\n{log}" for text in some],
        "with code in a fence": [f"{text}\n```\n{code}\n```" for text in some],
        "with code": [f"{text}\n{code}" for text in some],
        "with a traceback": [f"{text}\nTraceback (most recent call last):\n{trace}" for text in some],
        "own words": [f"{text} {words}" for text in some],
        "own words, every one a fact": [" ".join(messages[n:] + messages[:n]) for n in range(0, len(messages), 12)],
    }
    return {f"20 kB, {name}": [text[:_PASTE_BYTES] for text in texts] for name, texts in made.items()}


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
