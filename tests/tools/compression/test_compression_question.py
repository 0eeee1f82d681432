"""The estimate as a callable tool: strict arguments, ids and row names, silence and unknown names as sentences."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.compression.question import CompressionQuestion, estimate_compression
from deep_learning_expert.tools.errors import CannotSayError, UnknownNameError


def test_an_id_and_its_row_name_give_the_same_answer() -> None:
    by_id = estimate_compression(CompressionQuestion(technique="int8-ptq", family="cnn"))
    by_row = estimate_compression(CompressionQuestion(technique="ptq_int8_static", family="cnn"))
    assert by_id.estimate == by_row.estimate


def test_a_device_adds_the_published_speed() -> None:
    answer = estimate_compression(CompressionQuestion(technique="int8-ptq", family="cnn", device="cpu"))
    assert answer.speedup and answer.speedup.interval
    unheard = estimate_compression(CompressionQuestion(technique="int8-ptq", family="cnn", device="mcu"))
    assert unheard.speedup is None


@pytest.mark.parametrize(("technique", "family"), [("int8-ptk", "cnn"), ("int8-ptq", "cmn")])
def test_unknown_names_are_answered_with_the_nearest(technique: str, family: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        estimate_compression(CompressionQuestion(technique=technique, family=family))
    expected = "int8-ptq" if family == "cnn" else "cnn"
    assert all(expected in caught.value.sentence(lang) for lang in LANGUAGES)


def test_too_few_rows_are_said_to_be_too_few() -> None:
    with pytest.raises(CannotSayError):
        estimate_compression(CompressionQuestion(technique="ptq_int3_wo", family="cnn"))


@pytest.mark.parametrize("wrong", [{"bits": 0}, {"sparsity": 1.0}, {"ratio": 0.5}, {"colour": "red"}])
def test_impossible_arguments_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CompressionQuestion.model_validate({"technique": "int8-ptq", "family": "cnn", **wrong})
