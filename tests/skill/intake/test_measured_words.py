"""Results told in words: what was measured, which value is which, and what is no report at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.skill.intake.measured_words import told_result


@pytest.mark.parametrize(("message", "values"), [
    ("after INT8 we went from 91.2 to 83.1", ("91.2%", "83.1%")),
    ("量化后精度从 91.2% 掉到 83.1%", ("91.2%", "83.1%")),
    ("INT8 dropped accuracy to 83.1 from 91.2", ("91.2%", "83.1%")),
    ("After quantising: 83.1%, before 91.2%", ("91.2%", "83.1%")),
    ("FP32 91.2, INT8 83.1", ("91.2%", "83.1%")),
    ("We pruned it, mIoU 0.78 before and 0.71 after", ("0.78", "0.71")),
    ("剪枝前 91.2，剪枝后 88.9", ("91.2%", "88.9%")),
    ("after INT8 on 500 images accuracy went from 91.2 to 83.1", ("91.2%", "83.1%")),
    ("after pruning 50% of the channels accuracy went from 91.2 to 88.0", ("91.2%", "88.0%")),
    ("WER went from 8.1% to 12.4% after 4-bit quantisation", ("8.1%", "12.4%")),
    ("int8 量化后 mAP50 从 0.61 降到 0.52", ("0.61", "0.52")),
    ("QAT gives 90.8 now, it was 91.2", ("91.2%", "90.8%")),
    ("压缩之后 F1 由 0.88 变成 0.79", ("0.88", "0.79")),
    ("int8量化之后准确率只有83.1%", ()),
])  # fmt: skip
def test_a_compression_is_told_with_the_values_before_and_after(message: str, values: tuple[str, ...]) -> None:
    told = told_result(message)
    assert told is not None and told.kind == "compression" and told.values == values


@pytest.mark.parametrize(("message", "value"), [
    ("On the test set we got 88%", "88%"),
    ("test accuracy is 88.1%", "88.1%"),
    ("测试集准确率 88%", "88%"),
    ("final test mAP 0.43", "0.43"),
    ("val accuracy 93, test 88", "88%"),
    ("训练集 99%，验证集 92%，测试集准确率 88%", "88%"),
    ("it reached 93% on the test set after 30 epochs", "93%"),
])  # fmt: skip
def test_a_test_result_is_told_by_the_value_of_the_test_set(message: str, value: str) -> None:
    told = told_result(message)
    assert told is not None and told.kind == "test" and told.values == (value,) and not told.nothing_left


@pytest.mark.parametrize("message", ["test accuracy 85, tried everything", "测试集准确率 85%，都试过了"])
def test_who_has_tried_everything_says_so(message: str) -> None:
    told = told_result(message)
    assert told is not None and told.nothing_left


@pytest.mark.parametrize(("message", "values"), [
    ("in production only 80%, test was 91%", ("91%", "80%")),
    ("线上准确率只有 80%，测试集 91%", ("91%", "80%")),
    ("deployed it and accuracy fell from 91% to 80%", ("91%", "80%")),
    ("accuracy is 92 on test but only 81 in production", ("92%", "81%")),
    ("in production it only gets 80%", ()),
])  # fmt: skip
def test_production_stands_beside_the_test(message: str, values: tuple[str, ...]) -> None:
    told = told_result(message)
    assert told is not None and told.kind == "production" and told.values == values


@pytest.mark.parametrize("message", [
    "what if INT8 drops us from 91 to 83?",
    "if INT8 takes us from 91 to 83, what then",
    "换成 INT8 呢",
    "量化后精度会不会从 91 掉到 83",
    "after INT8 latency went from 40 ms to 12 ms",
    "after INT8 latency went from 40 to 12",
    "we want 90% on the test set",
    "keep 20% for the test set",
    "用 10% 作为测试集",
    "2000 test set photos",
    "we test on a Pixel 7",
    "the model is too big, use INT8 and 20 MB",
    "deploy on 4 Jetson Nano with int8",
    "production line photos, 12 classes, 95% accuracy",
    "我们的目标是测试集准确率 90%",
])  # fmt: skip
def test_questions_wishes_and_other_numbers_report_nothing(message: str) -> None:
    assert told_result(message) is None


@given(st.text(max_size=320))
def test_no_text_breaks_it_and_every_value_stands_in_the_text(text: str) -> None:
    told = told_result(text)
    assert told is None or len(told.values) in (0, 1, 2)
