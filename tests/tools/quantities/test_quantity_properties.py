"""Formatting and reading agree in both languages; no string breaks or hangs the reader."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_learning_expert.prompts.phrases import LANGUAGES, Language
from deep_learning_expert.tools.catalog import devices
from deep_learning_expert.tools.quantities import (
    Expect,
    Quantity,
    QuantityKind,
    as_figure,
    format_quantity,
    lexicon,
    problems,
    read_quantities,
)
from deep_learning_expert.tools.quantities.numerals import chinese_value
from deep_learning_expert.tools.quantities.quantity import Direction

_DIRECTIONS: list[Direction] = ["", "<", "<=", ">", ">="]
_UNITS: dict[QuantityKind, tuple[list[str], Expect | None]] = {
    "count": (sorted(lexicon.table("counts")["nouns"]), "count"),
    "latency": (["ms"], "latency"),
    "duration": (["s"], None),
    "size": (["MB"], "size"),
    "money": (["USD", "CNY", "EUR", "GBP", "JPY", "HKD"], "money"),
    "cores": (["cores"], "device"),
    "rate": (["frames/s", "requests/s", "images/s", "tokens/s", "samples/s"], None),
    "frequency": (["Hz"], None),
    "parameters": (["params"], None),
    "compute": (["MACs", "FLOPs"], None),
    "power": (["W"], None),
}
_values = st.one_of(st.integers(1, 10**13).map(float), st.floats(1e-3, 1e7).map(lambda value: float(f"{value:.6g}")))


@st.composite
def measured_quantities(draw: st.DrawFn) -> tuple[Quantity, Expect | None]:
    kind = draw(st.sampled_from(sorted(_UNITS)))
    units, expect = _UNITS[kind]
    unit = draw(st.sampled_from(units))
    direction = draw(st.sampled_from(_DIRECTIONS))
    return Quantity(kind, draw(_values), unit, direction, approximate=draw(st.booleans())), expect


@st.composite
def target_quantities(draw: st.DrawFn) -> Quantity:
    record = lexicon.targets()[draw(st.sampled_from(sorted(lexicon.targets())))]
    percent = record.scale in ("share", "percent-points")
    value = draw(st.floats(0.01, 100)) if percent else draw(st.floats(0.01, 1000))
    direction = draw(st.sampled_from(_DIRECTIONS[1:]))
    return Quantity("target", float(f"{value:.4g}"), "%" if percent else "", direction, name=record.id)


@pytest.mark.parametrize("lang", LANGUAGES)
@given(made=measured_quantities())
def test_measured_quantities_survive_writing_and_reading(lang: Language, made: tuple[Quantity, Expect | None]) -> None:
    quantity, expect = made
    text = format_quantity(quantity, lang)
    (back,) = read_quantities(text, expect).quantities
    assert (back.kind, back.unit, back.direction) == (quantity.kind, quantity.unit, quantity.direction), text
    assert back.value == pytest.approx(quantity.value, rel=1e-12), text
    assert back.approximate == quantity.approximate, text


@pytest.mark.parametrize("lang", LANGUAGES)
@given(quantity=target_quantities())
def test_targets_survive_writing_and_reading(lang: Language, quantity: Quantity) -> None:
    text = format_quantity(quantity, lang)
    (back,) = read_quantities(text, "target").quantities
    assert (back.kind, back.name, back.value, back.unit, back.direction) == (
        quantity.kind,
        quantity.name,
        quantity.value,
        quantity.unit,
        quantity.direction,
    ), text


@pytest.mark.parametrize("lang", LANGUAGES)
@given(low=st.integers(1, 999), more=st.integers(1, 9999), unit=st.sampled_from(_UNITS["count"][0]))
def test_ranges_survive_writing_and_reading(lang: Language, low: int, more: int, unit: str) -> None:
    high = low + more
    quantity = Quantity("count", (low + high) / 2, unit, low=low, high=high)
    (back,) = read_quantities(format_quantity(quantity, lang), "count").quantities
    assert (back.low, back.high, back.unit) == (low, high, unit)


@pytest.mark.parametrize("lang", LANGUAGES)
@given(
    device=st.sampled_from([record.id for record in devices.devices()]),
    count=st.integers(1, 4096),
    memory=st.none() | st.integers(1, 288),
)
def test_machines_survive_writing_and_reading(lang: Language, device: str, count: int, memory: int | None) -> None:
    conditions = {"count": "stated", "device": device} | ({"memory_gb": str(memory)} if memory else {})
    text = format_quantity(Quantity("device", count, "gpu", conditions=conditions, name=device), lang)
    (back,) = read_quantities(text, "device").quantities
    assert (back.name, back.value) == (device, count), text
    assert back.conditions.get("memory_gb") == conditions.get("memory_gb"), text


@given(st.integers(1, 99_999_999))
def test_chinese_numerals(value: int) -> None:
    assert chinese_value(_written(value)) == value


def _written(value: int) -> str:
    """The standard Chinese spelling of a whole number below a hundred million."""
    if value >= 10_000:
        rest = value % 10_000
        zero = "零" if 0 < rest < 1000 else ""
        return f"{_written(value // 10_000)}万{zero}{_written(rest) if rest else ''}"
    text, pending = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            text += ("零" if pending else "") + "零一二三四五六七八九"[digit] + unit
            pending = False
        elif text:
            pending = True
    return text


_WRITTEN = (
    "10 k 1.2 万 张 % < ≥ F1 mAP@0.5 每 类 per class 3090 × A100 80G - ~ 到 ， ； （ ） 半 一 两 亿 ms 小时 images 约 "
    "以上 p99 : / e5 0 batch 长度 $ ¥ 🙂 \x00 İ ß ½ ² ٣ ９ ￥ 1:20 p5 . , 内 的"
)
_PIECES = st.sampled_from([*_WRITTEN.split(), " ", "\n", " per "])


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=80), st.sampled_from([None, "count", "latency"]))
@settings(max_examples=300)
def test_no_string_breaks_the_reader(text: str, expect: Expect | None) -> None:
    reading = read_quantities(text, expect)
    for quantity in reading.quantities:
        assert quantity.words == text[slice(*quantity.span)].strip()
        if quantity.low is not None and quantity.high is not None:
            assert quantity.low <= quantity.high
        as_figure(quantity, "anything", "data.size")
    spans = sorted(item.span for item in (*reading.quantities, *reading.not_understood))
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    problems(reading.quantities)


@pytest.mark.parametrize(
    "piece", ["1", "1,", "9" * 50, "（1s", "<50ms ", "3090 ", "每类", "a-", "10 clips of 5 s, ", "-1"]
)
def test_hostile_megabytes_end_soon(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))
    started = time.process_time()
    reading = read_quantities(text, "latency")
    problems(reading.quantities)
    assert reading.truncated
    assert time.process_time() - started < 10  # linear work takes well under a second; quadratic would take minutes
