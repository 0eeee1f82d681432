"""The verdict as a picture: losses above, the monitored metric or return below, findings marked where they begin.

Plain SVG text, no plotting library: it opens in any browser and keeps `dl-expert diagnose --plot` light.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.diagnosis.run import Run, Series
from deep_learning_expert.tools.diagnosis.verdict import Verdict

_WIDTH, _PANEL_HEIGHT, _LEFT, _RIGHT, _TOP, _GAP = 860, 220, 70, 20, 60, 50
_MOST_POINTS = 600  # per curve; longer ones are drawn as the least and greatest value of each slice
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")  # Okabe & Ito: told apart by the colour-blind
_LOG_SCALE_TIMES = 50  # losses that span more than this are drawn on a logarithmic axis
_MOST_CURVES = 4
_TICKS = 5

Point = tuple[float, float]


@dataclass(frozen=True)
class _Scale:
    """Data to pixels on one axis."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (math.log10(item) if self.logarithmic else item for item in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (at - low) / ((high - low) or 1.0)

    def ticks(self) -> list[float]:
        """Round values on the axis; powers of ten and their halves on a logarithmic one."""
        if self.logarithmic:
            low, high = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            values = [digit * 10.0**power for power in range(low, high + 1) for digit in (1, 3)]
        else:
            step = _round_step((self.high - self.low) / _TICKS)
            values = [step * at for at in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [value for value in values if self.low <= value <= self.high]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`; 1 for nothing to divide."""
    if least < 1e-300 or not math.isfinite(least):
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next((digit * power for digit in (1, 2, 5) if digit * power >= least), 10 * power)


def plot_svg(verdict: Verdict, lang: Language = "en") -> str:
    """An SVG document of the verdict's last run. Errors: ValueError for a verdict without runs."""
    if not verdict.runs:
        raise ValueError("a verdict without runs has nothing to draw")
    run = verdict.runs[-1]
    panels = [panel for panel in (_losses(run), _judged(run)) if panel]
    height = _TOP + len(panels) * (_PANEL_HEIGHT + _GAP)
    parts = [_text(_LEFT, 22, f"{run.source}", 15, weight="bold"), *_caption(verdict.summary.render(lang).text)]
    across = _across(panels)
    marks = [item.first_step for item in verdict.current if item.first_step is not None]
    for at, panel in enumerate(panels):
        parts += _panel(panel, across, _TOP + at * (_PANEL_HEIGHT + _GAP), marks)
    unit = template(lang, f"diagnosis.unit.{run.unit}")
    parts.append(_text(_WIDTH - _RIGHT, height - 8, unit, 12, anchor="end"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" font-family="sans-serif"><title>{_clean(run.source)}</title>\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _losses(run: Run) -> tuple[Series, ...]:
    found = (run.first("loss", "train"), run.first("loss", "val"), run.first("loss", ""))
    return tuple(item for item in found if item is not None)


def _judged(run: Run) -> tuple[Series, ...]:
    """What the run is judged by: its returns, else validation metrics of one scale, else the gradient norm."""
    returns = run.of("return")
    metrics = [item for item in run.of("metric", "val") if len(item) > 1] or list(run.of("metric"))
    same_scale = [item for item in metrics if item.direction == metrics[0].direction] if metrics else []
    return (returns or tuple(same_scale) or run.of("grad_norm"))[:_MOST_CURVES]


def _across(panels: Sequence[Sequence[Series]]) -> _Scale:
    steps = [step for panel in panels for item in panel for step in (item.steps[0], item.steps[-1])]
    return _Scale(min(steps), max(steps), _LEFT, _WIDTH - _RIGHT)


def _panel(panel: Sequence[Series], across: _Scale, top: float, marks: Iterable[float]) -> list[str]:
    bottom = top + _PANEL_HEIGHT
    curves = [_thinned(item) for item in panel]
    values = [value for curve in curves for _, value in curve]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    logarithmic = panel[0].role == "loss" and low > 0 and high > _LOG_SCALE_TIMES * low
    up = _Scale(low, high, bottom - 6, top + 6, logarithmic)
    parts = [
        f'<path d="M{_LEFT} {top}H{_WIDTH - _RIGHT}V{bottom}H{_LEFT}Z" fill="none" stroke="#999"/>',
    ]
    for value in up.ticks():
        parts.append(_text(_LEFT - 6, up(value) + 4, rendering.number(value), 11, anchor="end"))
    for value in across.ticks():
        parts.append(_text(across(value), bottom + 16, rendering.number(value), 11, anchor="middle"))
    for step in marks:
        x = across(step)
        parts.append(f'<path class="finding" d="M{x:.1f} {top}V{bottom}" stroke="#b00020" stroke-dasharray="4 3"/>')
    for at, (item, curve) in enumerate(zip(panel, curves, strict=True)):
        colour = _COLOURS[at % len(_COLOURS)]
        parts += _curve(curve, across, up, colour)
        parts.append(_text(_WIDTH - _RIGHT - 8, top + 18 + 15 * at, item.column, 12, anchor="end", colour=colour))
    return parts


def _thinned(item: Series) -> list[Point]:
    points = [(s, v) for s, v in zip(item.steps, item.values, strict=True) if math.isfinite(v)]
    size = -(-len(points) // _MOST_POINTS)
    if size <= 2:
        return points
    slices = [points[at : at + size] for at in range(0, len(points), size)]
    ends = ((min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])) for part in slices)
    return [point for pair in ends for point in sorted(pair)]


def _curve(points: Sequence[Point], across: _Scale, up: _Scale, colour: str) -> list[str]:
    if len(points) == 1:
        return [f'<circle cx="{across(points[0][0]):.1f}" cy="{up(points[0][1]):.1f}" r="3" fill="{colour}"/>']
    path = " ".join(f"{across(step):.1f},{up(value):.1f}" for step, value in points)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.3"/>'] if points else []


def _caption(sentence: str) -> list[str]:
    return [_text(_LEFT, 42, sentence, 12)]


def _text(
    x: float, y: float, text: str, size: int, anchor: str = "start", weight: str = "", colour: str = "#222"
) -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    style = f'font-size="{size}" text-anchor="{anchor}" fill="{colour}"{bold}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{_clean(text)}</text>'


def _clean(text: str) -> str:
    """Text fit for XML: control characters out, marks escaped, cut to what fits a line."""
    shown = "".join(char for char in text if char.isprintable())
    return escape(shown if len(shown) <= 140 else f"{shown[:139]}…")
