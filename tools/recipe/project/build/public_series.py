"""Writes the samples of series for smoke runs: public-domain measurements that two packages carry.

    python public_series.py VEGA STATSMODELS
VEGA: `vega_datasets/_data` of the wheel of vega_datasets 0.9.0; STATSMODELS: `statsmodels/datasets` of statsmodels.
What each file is, who measured it and under which terms stands in ../SAMPLES.md; a test holds the table complete.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

_FIRST_MONTH = "1982-01"  # twenty years without a longer gap
_TARGET = Path(__file__).parents[1] / "backends" / "torch" / "samples"


def main(vega: Path, statsmodels: Path) -> None:
    """Rewrites employment.csv, temperatures.csv, weather.csv and carbon_dioxide.csv."""
    months = _rows(vega / "us-employment.csv")
    sectors = [name for name in months[0] if name != "nonfarm_change"]  # a difference, no series of its own
    _write("employment.csv", sectors, ([month[name] for name in sectors] for month in months))
    seattle, bay = (
        {row["date"][:16]: float(row["temp"]) for row in _rows(vega / f"{city}-temps.csv")}
        for city in ("seattle", "sf")
    )
    hours = sorted(set(seattle) & set(bay))
    _write("temperatures.csv", ["seattle", "san_francisco"], ([seattle[hour], bay[hour]] for hour in hours))
    days = _rows(vega / "seattle-weather.csv")
    _write("weather.csv", list(days[0]), (list(day.values()) for day in days))
    _write("carbon_dioxide.csv", ["month", "co2"], _monthly(_rows(statsmodels / "co2" / "co2.csv")))


def _monthly(weeks: list[dict[str, str]]) -> Iterable[list[object]]:
    """Means of the weeks of each month; a month without a measurement takes the mean of its neighbours."""
    held: dict[str, list[float]] = {}
    for week in weeks:
        month = datetime.strptime(week["date"], "%Y%m%d").strftime("%Y-%m")
        held.setdefault(month, []).extend([float(week["co2"])] if week["co2"] else [])
    names = sorted(name for name in held if name >= _FIRST_MONTH)
    means = [sum(held[name]) / len(held[name]) if held[name] else None for name in names]
    for place, name in enumerate(names):
        near = [mean for mean in means[max(0, place - 1) : place + 2] if mean is not None]
        mean = means[place]
        yield [name, round(mean if mean is not None else sum(near) / len(near), 2)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (_TARGET / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
