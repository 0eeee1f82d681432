"""Estimates come from the table or not at all; five lost points are the line."""

from __future__ import annotations

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.compression.estimate import estimate_drop, estimate_speedup
from deep_learning_expert.tools.compression.judge import judge_compression
from deep_learning_expert.tools.compression.strata import Severity
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError
from deep_learning_expert.tools.figures import measured


def test_an_estimate_names_its_rows_and_holds_an_interval() -> None:
    estimate = estimate_drop("ptq_int8_static", "cnn")
    assert estimate.drop.kind == "estimated"
    assert estimate.drop.interval and estimate.drop.interval.low <= estimate.drop.value <= estimate.drop.interval.high
    assert str(estimate.rows) in estimate.drop.source and "/" in estimate.drop.source
    assert estimate.size_ratio and 3 < estimate.size_ratio.value < 4.1


def test_harder_pruning_costs_more() -> None:
    mild = estimate_drop("prune_structured", "cnn", Severity(ratio=1.5)).drop
    hard = estimate_drop("prune_structured", "cnn", Severity(ratio=2.5)).drop
    assert mild.value < hard.value


def test_fewer_bits_cost_more_perplexity() -> None:
    drops = [estimate_drop("gguf_plain", "llm", Severity(bits=bits), "error").drop.value for bits in (8.5, 5.5, 4.5)]
    assert drops == sorted(drops)


@pytest.mark.parametrize("family", ["gnn", "diffusion"])
def test_silence_is_an_error_with_a_sentence_in_both_languages(family: str) -> None:
    with pytest.raises(CannotSayError) as caught:
        estimate_drop("ptq_int8_static", family)
    assert all(family in caught.value.sentence(lang) for lang in LANGUAGES)


def test_speed_is_published_or_unsaid() -> None:
    assert estimate_speedup("int8_vs_fp32", "cpu").unit == "x"
    with pytest.raises(CannotSayError):
        estimate_speedup("int8_vs_fp32", "mcu")


@pytest.mark.parametrize(
    ("metric", "unit", "before", "after", "points", "too_large"),
    [
        ("top1_accuracy", "%", 80.0, 74.9, 5.1, True),
        ("top1_accuracy", "%", 80.0, 75.0, 5.0, False),
        ("macro_f1", "", 0.90, 0.83, 7.0, True),
        ("WER", "%", 8.0, 14.0, 6.0, True),
        ("WER", "%", 8.0, 7.0, -1.0, False),
        ("perplexity", "", 6.0, 6.6, 10.0, True),
    ],
)
def test_five_points_are_the_line(
    metric: str, unit: str, before: float, after: float, points: float, too_large: bool
) -> None:
    verdict = judge_compression(measured(metric, before, unit, "log"), measured(metric, after, unit, "log"))
    assert verdict.drop_points.value == pytest.approx(points)
    assert verdict.too_large is too_large
    assert all(verdict.remark.render(lang).text for lang in LANGUAGES)


def test_different_metrics_are_not_compared() -> None:
    with pytest.raises(OutOfRangeError, match="different measures"):
        judge_compression(measured("mAP", 50, "%", "log"), measured("mAP50", 70, "%", "log"))
