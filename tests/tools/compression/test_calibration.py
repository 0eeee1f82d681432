"""The statistics behind the compression table: strata, who lends strength to whom, and predictive quantiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.compression.calibration import Evidence, Row, Settings, gather, quantiles, weights
from deep_learning_expert.tools.compression.strata import Severity, stratum

SETTINGS = Settings(parent_weight=4.0, gated_weight=0.5, bandwidth=0.5, fewest_rows=3)


def row(drop: float, *, family: str = "cnn", model: str = "m", gated: bool = False, technique: str = "ptq") -> Row:
    return Row(technique, family, "", "score", model, "somewhere", drop, drop, gated)


@pytest.mark.parametrize(
    ("technique", "severity", "expected"),
    [
        ("gguf_plain", Severity(method="q4_K_M"), "4-bit"),
        ("gguf_plain", Severity(bits=8.5), "6-bit+"),
        ("gguf_plain", Severity(), None),
        ("prune_structured", Severity(ratio=2.0), "2-3x"),
        ("prune_structured", Severity(sparsity=0.75), "3-5x"),
        ("prune_unstructured", Severity(method="90% sparsity magnitude+distil"), ">80%"),
        ("prune_2_4", Severity(method="2:4 magnitude, no retraining"), "no-retraining"),
        ("ptq_int8_static", Severity(), ""),
        ("qat_int8", Severity(bits=8), ""),
    ],
)
def test_severity_names_the_stratum(technique: str, severity: Severity, expected: str | None) -> None:
    assert stratum(technique, severity) == expected


@given(st.lists(st.floats(-5, 200), min_size=1, max_size=12))
def test_quantiles_are_ordered_and_finite(drops: list[float]) -> None:
    evidence = Evidence(tuple(row(drop, model=str(place)) for place, drop in enumerate(drops)), ())
    low, middle, high = quantiles(evidence, SETTINGS, (0.1, 0.5, 0.9))
    assert low <= middle <= high < 1e4


def test_no_rows_give_no_distribution() -> None:
    with pytest.raises(ValueError, match="no rows"):
        quantiles(Evidence((), ()), SETTINGS, (0.5,))


def test_kin_and_siblings_lend_strength_but_strangers_do_not() -> None:
    rows = [row(1), row(2, family="segmentation"), row(3, technique="qat"), row(4, family="llm")]
    evidence = gather(rows, "ptq", "cnn", "", "score", {"cnn": ["segmentation"]}, {"ptq": ["qat"]})
    assert [item.drop for item in evidence.own] == [1]
    assert [item.drop for item in evidence.kin] == [2, 3]


def test_many_rows_of_one_model_and_gated_rows_count_for_less() -> None:
    four_of_one = weights([row(1)] * 4, gated_weight=0.5)
    assert four_of_one == [0.5] * 4
    assert weights([row(1, gated=True)], gated_weight=0.5) == [0.5]
