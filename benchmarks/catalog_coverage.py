"""How complete the model catalog is: by domain, rows with parameters, with MACs, and with a cited metric besides.

usage: python benchmarks/catalog_coverage.py [--write]
--write puts the table between the marks in benchmarks/RESULTS.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from deep_learning_expert.tools.catalog import models, tables

RESULTS = Path(__file__).with_name("RESULTS.md")
START, END = "<!-- catalog_coverage.py -->", "<!-- end of catalog_coverage.py -->"
PART_NAMES = {"curated": "researched one by one", "torchvision": "torchvision", "timm": "timm"}
HEADER = (
    "| rows | domain | all | parameters | parameters and MACs | and memory of a sample | and a cited metric |\n"
    "|---|---|---|---|---|---|---|"
)


def coverage() -> dict[tuple[str, str], Counter[str]]:
    """(part, domain) -> how many rows have what."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for part in tables.PARTS:
        for row_id in tables.lines_by_id(part, "architecture"):
            row = models.architecture(row_id)
            counts = found.setdefault((part, row.domain), Counter())
            sized = row.params is not None and row.macs is not None
            cited = any(weights.value is not None for weights in models.weights_of(row_id))
            counts["all"] += 1
            counts["params"] += row.params is not None
            counts["macs"] += sized
            counts["memory"] += sized and bool(row.activations or row.config)
            counts["cited"] += sized and cited
    return found


def table() -> str:
    """The counts as Markdown."""
    lines = [HEADER]
    total: Counter[str] = Counter()
    for (part, domain), counts in sorted(coverage().items()):
        cells = (counts[key] for key in ("all", "params", "macs", "memory", "cited"))
        lines.append(f"| {PART_NAMES.get(part, part)} | {domain} | " + " | ".join(map(str, cells)) + " |")
        total += counts
    cells = (total[key] for key in ("all", "params", "macs", "memory", "cited"))
    lines.append("| all | | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Prints the table, or writes it into the results."""
    found = table()
    print(found)
    if "--write" in arguments:
        text = RESULTS.read_text(encoding="utf-8")
        before, _, rest = text.partition(START)
        _, _, after = rest.partition(END)
        RESULTS.write_text(f"{before}{START}\n{found}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
