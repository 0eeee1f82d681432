"""No number without a record: what counts as covered, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.contract.grounding import uncovered, ungrounded
from deep_learning_expert.tools import rendering
from deep_learning_expert.tools.figures import cited, computed, estimated

RATE = cited("learning_rate", 3e-4, "", "a recipe", batch="256")


@pytest.mark.parametrize("text", ["Use ResNet and INT8 with 3x3 kernels", "top-1 and F1, mAP50", "bf16, 4-bit, 2D"])
def test_names_need_no_figure(text: str) -> None:
    assert uncovered(text, ()) == []


@pytest.mark.parametrize(
    ("text", "numerals"),
    [("Use 3e-4", []), ("Use 4e-4", ["4e-4"]), ("at batch 256", []), ("12 epochs", ["12"]), ("about 50 %", ["50"])],
)
def test_a_numeral_is_covered_only_by_its_own_value(text: str, numerals: list[str]) -> None:
    assert uncovered(text, [RATE]) == numerals


def test_a_scaled_count_must_carry_its_letter() -> None:
    params = computed("parameters", 28_589_128, "params", "config")
    assert uncovered("28.6M parameters", [params]) == []
    assert uncovered("28.6k parameters", [params]) == ["28.6"]
    assert uncovered("29.9M parameters", [params]) == ["29.9"]


def test_ends_of_an_interval_are_covered() -> None:
    latency = estimated("latency", 12.34, "ms", "model", low=9, high=16.2)
    assert uncovered(rendering.figure(latency, "en"), [latency]) == []
    assert uncovered("between 9 and 17 ms", [latency]) == ["17"]


def test_names_passed_in_are_masked_whole() -> None:
    assert uncovered("ConvNeXt 38 is fine, 39 is not", (), ["ConvNeXt 38"]) == ["39"]


def test_a_figure_counts_only_at_the_pointer_that_cites_it() -> None:
    plan = {"a": {"b": "rate 3e-4"}, "c": ["rate 3e-4"]}
    faults = ungrounded(plan, {"/a/b": [RATE.id]}, [RATE])
    assert [fault.pointer for fault in faults] == ["/c/0"]


@given(
    st.floats(min_value=1e-9, max_value=1e13, allow_nan=False),
    st.sampled_from(["", "ms", "MB", "params", "MACs", "s", "%", "x", "images"]),
    st.sampled_from(["en", "zh"]),
)
def test_what_we_render_is_always_grounded(value: float, unit: str, lang: str) -> None:
    record = computed("quantity", value, unit, "test")
    assert uncovered(rendering.figure(record, lang), [record]) == []
    spread = estimated("quantity", value, unit, "test", low=value * 0.7, high=value * 1.6)
    assert uncovered(rendering.figure(spread, lang), [spread]) == []
