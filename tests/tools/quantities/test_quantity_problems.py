"""Impossible values and contradictions are seen; sensible statements pass."""

from __future__ import annotations

import pytest

from deep_learning_expert.tools.quantities import Expect, as_figure, problems, read_quantities


@pytest.mark.parametrize(
    ("text", "expect", "code"),
    [
        ("-5 ms", None, "negative"),
        ("0 张", None, "zero"),
        ("<0 MB", None, "zero"),
        ("0.5 images", None, "not_whole"),
        ("准确率 120%", None, "over_100_percent"),
        ("120%", "target", "over_100_percent"),
        ("SSIM 3", None, "out_of_scale"),
        ("accuracy < 90%", None, "wrong_way"),
        ("WER > 8%", None, "wrong_way"),
        ("延迟 >50ms 且 <10ms", None, "contradiction"),
        ("batch size 32, batch size 64", None, "contradiction"),
    ],
)
def test_what_cannot_be_is_named(text: str, expect: Expect | None, code: str) -> None:
    assert [item.code for item in problems(read_quantities(text, expect).quantities)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "延迟 >10ms 且 <50ms",
        "p50 <10 ms，p99 >30 ms",
        "约 1000 张, 1050 张",
        "WER <120%",
        "top-1 >90%, F1 >0.8",
        "8 张 A100",
    ],
)
def test_sensible_statements_pass(text: str) -> None:
    assert problems(read_quantities(text).quantities) == ()


def test_a_range_becomes_the_interval_of_its_figure() -> None:
    (quantity,) = read_quantities("约 5-10k images").quantities
    figure = as_figure(quantity, "samples", "data.size")
    assert figure.interval is not None
    assert (figure.interval.low, figure.interval.high, figure.unit, figure.kind) == (5000, 10000, "images", "given")
