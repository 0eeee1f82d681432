"""Text logs: "name value" pairs on a line (PyTorch scripts, Keras, mmcv, Megatron, nanoGPT, printed Python dicts) and
two-column tables (stable-baselines). Everything else on the page, such as source code or progress bars, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deep_learning_expert.tools.diagnosis.readers.numbers import number
from deep_learning_expert.tools.diagnosis.roles import meaning_of, part_of
from deep_learning_expert.tools.diagnosis.run import Parsed, Part, Row

_LONGEST_LINE = 4000
_LEAST_ROWS = 3
_AXIS_OF = {
    "step": "step", "steps": "step", "iter": "step", "iteration": "step", "it": "step", "global_step": "step",
    "update": "step", "s": "step", "timestep": "step", "epoch": "epoch", "ep": "epoch", "episode": "episode",
}  # fmt: skip
_AXES = ("step", "epoch", "episode")
_PUNCTUATION = " \t|,;:-–—()[]{}'\"%0123456789"
_DIGITS = frozenset("0123456789")
# What a line without a digit may still hold: a value that is no number, or a part of a table.
_NUMBERLESS = ("nan", "inf", "|", "--")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """ANSI codes; a pair of name and number; a table row; a table's border."""
    # "loss nan acc 0.1": a value that is no number must not be read as a word of the next name.
    word = r"(?!(?:[nN]a[nN]|NAN|[iI]nf|INF|infinity)(?!\w))[A-Za-z][\w/@.()-]{0,40}"
    value = (
        r"[-+]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])|[-+]?(?:nan|NaN|NAN|inf|Inf|INF|infinity)(?!\w)"
    )
    unit = r"(?:%|ms|s|h|k|it)?"
    number_with_unit = value.replace(r"(?![\w.])", rf"(?={unit}(?:[^\w.]|\.(?!\d)|$))")
    name = rf"(?<![\w./])['\"]?({word}(?: {word}){{0,2}})['\"]?"
    pair = rf"{name}\s*[:=]?\s*[\[('\"]?\s*({number_with_unit})(?:\s*/\s*(\d+))?"
    return (
        re.compile(r"\x1b\[[0-9;]*[A-Za-z]"),
        re.compile(pair),
        re.compile(r"^\|\s*([^|]{1,60}?)\s*\|\s*([^|\s]{0,30})\s*\|$"),
        re.compile(r"^[-+=|]{5,}$"),
    )


def read(text: str) -> Parsed | None:
    """The run, or None when fewer than three lines carry a loss, a metric or a return."""
    reader = _Reader()
    for line in text.splitlines():
        reader.take(line)
    reader.close_table()
    rows = _with_one_axis(reader.rows)
    return (
        Parsed("text", rows, _AXES, "train", reader.planned, reader.planned_axis) if len(rows) >= _LEAST_ROWS else None
    )


def _with_one_axis(rows: list[Row]) -> list[Row]:
    """Steps that restart with every epoch would look like new runs, so then the epoch alone is the axis."""
    reached: Row = {}
    for row in rows:
        if row.get("epoch", 0) > reached.get("epoch", 0) and row.get("step", 0) < reached.get("step", 0):
            return [{name: value for name, value in row.items() if name != "step"} for row in rows]
        reached = {**reached, **row}
    return rows


class _Reader:
    """Collects rows; a line without a place of its own stands where the last one that had one stood."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.planned: float | None = None
        self.planned_axis = ""
        self._place: Row = {}
        self._table: Row = {}
        self._section = ""

    def take(self, raw: str) -> None:
        if len(raw) > _LONGEST_LINE:
            return
        if _DIGITS.isdisjoint(raw) and not any(mark in raw.lower() for mark in _NUMBERLESS):
            return
        ansi, pair, table_row, border = _patterns()
        line = ansi.sub("", raw.rstrip("\r").rsplit("\r", 1)[-1]).strip()
        cells = table_row.match(line)
        if cells:
            self._take_cells(cells[1], cells[2])
        elif border.match(line):
            self.close_table()
        else:
            self._take_pairs(line, list(pair.finditer(line)))

    def close_table(self) -> None:
        if any(meaning_of(name, "train") for name in self._table):
            place = {
                axis: self._table.pop(name) for name, axis in (("time/total_timesteps", "step"),) if name in self._table
            }
            self.rows.append({**place, **self._table})
        self._table, self._section = {}, ""

    def _take_cells(self, name: str, cell: str) -> None:
        if not cell:
            self._section = name if name.endswith("/") else ""
            return
        value = number(cell)
        if value is not None:
            self._table[f"{self._section}{name}"] = value

    def _take_pairs(self, line: str, pairs: list[re.Match[str]]) -> None:
        row: Row = {}
        for name, value, total in _named(line, pairs):
            axis = _AXIS_OF.get(_last_word(name))
            if axis and axis not in row:
                row[axis] = value
                if total:
                    self.planned, self.planned_axis = total, axis
            elif not axis and name not in row and meaning_of(name, "train") is not None:
                row[name] = value
        place = {name: value for name, value in row.items() if name in _AXES}
        if place:
            self._place = place
        if len(row) > len(place):
            self.rows.append({**self._place, **row})


def _last_word(name: str) -> str:
    """The word next to the number, lowered, without a part in brackets: "Epoch(val)" -> "epoch"."""
    return name.lower().split(" ")[-1].split("(")[0]


def _named(line: str, pairs: list[re.Match[str]]) -> Iterator[tuple[str, float, float | None]]:
    """Name, value and "of how many" of each pair; a part named earlier on the line ("Val: loss 1 acc 2") holds on."""
    part: Part = ""
    end = 0
    for pair in pairs:
        value = number(pair[2].replace(",", ""))
        if value is None:
            continue
        own = part_of(pair[1])
        between = line[end : pair.start()].strip(_PUNCTUATION)
        part = own or (part_of(between) if between else "") or part
        name = pair[1] if own or not part else f"{part} {pair[1]}"
        end = pair.end()
        yield name, value, float(pair[3]) if pair[3] else None
