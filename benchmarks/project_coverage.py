"""How many plans become a training project: `benchmarks/project_coverage.py [CASES.json ...]`.

Plans every task of examples/tasks and of the given files ({"cases": [{"id", "task_json"}]}, as in the truth sets) and
asks the project generator which back end writes it. Nothing is written or trained: whether a project learns is the
work of projects.py.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deep_learning_expert.skill.contract.reading import parse_task
from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice

_EXAMPLES = Path(__file__).parents[1] / "examples" / "tasks"


def main() -> None:
    """Prints one line for each plan without a project, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=Path)
    counts: Counter[str] = Counter()
    for name, task in _tasks(parser.parse_args().cases):
        outcome, what = _outcome(task, name)
        counts[outcome] += 1
        if outcome == "no project":
            print(f"{name:40} {what}")
    print(", ".join(f"{outcome}: {count}" for outcome, count in counts.most_common()))


def _tasks(files: list[Path]) -> Iterator[tuple[str, Any]]:
    for path in sorted(_EXAMPLES.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))
    for path in files:
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            yield case["id"], case["task_json"]


def _outcome(task: Any, name: str) -> tuple[str, str]:
    parsed = parse_task(json.dumps(task).encode(), source=name)
    report = json.loads(Expert().start(parsed, assume=True).report().model_dump_json())
    if report["status"] != "planned":
        return f"not planned ({report['status']})", ""
    decisions = report["decisions"]
    what = f"{decisions['subtask']} / {decisions['architecture']['id']} / {decisions['recipe']['regime']}"
    try:
        return f"{read_choice(report).backend.name}", what
    except CannotSayError:
        return "no project", what


if __name__ == "__main__":
    main()
