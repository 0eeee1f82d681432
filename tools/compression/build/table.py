"""Builds drop_table.json and speed_table.json from the published rows beside this script.

python tools/compression/build/table.py
"""

from __future__ import annotations

import importlib.util
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from deep_learning_expert.tools.compression.calibration import Evidence, Row, gather, plain_quantile, quantiles

HERE = Path(__file__).resolve().parent
LEVELS = (0.1, 0.5, 0.9)

_spec = importlib.util.spec_from_file_location("compression_rows", HERE / "reader.py")
assert _spec and _spec.loader
reader = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reader)


def cells(rows: Sequence[Row]) -> list[dict[str, object]]:
    """One record per technique x family x stratum x kind that the data can speak for."""
    techniques = sorted({row.technique for row in rows})
    families = sorted({row.family for row in rows})
    found = []
    for technique, family, kind in itertools.product(techniques, families, ("score", "error")):
        strata = {row.stratum for row in rows if row.technique == technique and row.kind == kind}
        for stratum in sorted(strata if strata == {""} else strata | {"any"}):
            cell = _cell(rows, technique, family, stratum, kind)
            if cell:
                found.append(cell)
    return found


def _cell(rows: Sequence[Row], technique: str, family: str, stratum: str, kind: str) -> dict[str, object] | None:
    evidence = gather(rows, technique, family, stratum, kind, reader.RULES["kin"], reader.RULES["siblings"])
    if not reader.enough(len(evidence.own), len(evidence.kin), family):
        return None
    drops = quantiles(evidence, reader.settings(), LEVELS)
    worst = max(evidence.own or evidence.kin, key=lambda row: row.drop)
    return {
        "technique": technique,
        "family": family,
        "stratum": stratum,
        "kind": kind,
        "drop_pct": [round(value, 3) for value in drops],
        "rows": len(evidence.own),
        "borrowed": len(evidence.kin),
        "gated": sum(row.gated for row in evidence.own),
        "size_ratio": _size(evidence),
        "worst": {"model": worst.model, "drop_pct": round(worst.drop, 2), "source": worst.source},
        "sources": _sources(evidence),
    }


def _size(evidence: Evidence) -> list[float] | None:
    ratios = [row.size_ratio for row in evidence.own if row.size_ratio]
    return [round(plain_quantile(ratios, level), 3) for level in LEVELS] if ratios else None


def _sources(evidence: Evidence) -> list[str]:
    rows = evidence.own or evidence.kin
    count: dict[str, int] = {}
    for row in rows:
        count[row.source] = count.get(row.source, 0) + 1
    return sorted(count, key=lambda source: (-count[source], source))[:3]


def speeds(records: Sequence[Mapping[str, str]], hardware: Mapping[str, str]) -> list[dict[str, object]]:
    """Speed-up quantiles per technique x kind of device; a device kind needs three rows."""

    def group(record: Mapping[str, str]) -> tuple[str, str]:
        kind = next((kind for word, kind in hardware.items() if word in record["hardware"]), "")
        return record["technique"], kind

    found = []
    for (technique, kind), members in itertools.groupby(sorted(records, key=group), key=group):
        rows = list(members)
        if not kind or len(rows) < reader.RULES["statistics"]["fewest_rows"]:
            continue
        values = [float(row["speedup"]) for row in rows]
        found.append(
            {
                "technique": technique,
                "device": kind,
                "speedup": [round(plain_quantile(values, level), 3) for level in LEVELS],
                "rows": len(rows),
                "baseline": rows[0]["baseline"],
                "hardware": sorted({row["hardware"] for row in rows})[:3],
                "sources": sorted({row["source"] for row in rows})[:3],
            }
        )
    return found


def main() -> None:
    """Write both tables beside the tool."""
    for name, table in (
        ("drop_table.json", cells(reader.rows())),
        ("speed_table.json", speeds(reader.speed_rows(), reader.RULES["hardware"])),
    ):
        lines = ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in table)
        (HERE.parent / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
