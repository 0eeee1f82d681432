"""Memory of training is the sum of its parts, and each choice moves it the way it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError, UnknownNameError
from deep_learning_expert.tools.estimate.constants import Span, exactly
from deep_learning_expert.tools.estimate.memory import (
    largest_safe_batch,
    saved_activations_mb,
    training_memory,
    training_memory_parts,
)
from deep_learning_expert.tools.estimate.size import file_size
from deep_learning_expert.tools.estimate.workload import of_architecture
from deep_learning_expert.tools.figures import Figure

SEVEN_BILLION = 7e9


def test_full_fp32_adamw_takes_sixteen_bytes_per_parameter() -> None:
    parts = training_memory_parts(1e9, precision="fp32", on="cpu")
    assert parts.total.value == pytest.approx(16_000)


def test_lighter_methods_take_less_memory() -> None:
    full, lora, qlora = (training_memory(SEVEN_BILLION, mode=mode).value for mode in ("finetune", "lora", "qlora"))
    assert full > 5 * lora > 10 * qlora / 2
    assert lora > qlora


def test_eight_bit_states_save_what_they_promise() -> None:
    usual, small = (training_memory_parts(1e9, optimizer=name).optimizer_mb.middle for name in ("AdamW", "AdamW8bit"))
    assert small < usual / 3


@given(st.floats(1e5, 1e12), st.integers(1, 512))
def test_shards_never_need_more_than_one_device_alone(params: float, shards: int) -> None:
    alone, shared = training_memory(params), training_memory(params, shards=shards)
    assert shared.value <= alone.value + 1e-6
    assert shared.interval is not None
    assert shared.interval.low <= shared.value <= shared.interval.high


def test_a_frozen_backbone_keeps_fewer_activations() -> None:
    work = of_architecture("resnet50")
    kept, frozen = saved_activations_mb(work, 8), saved_activations_mb(work, 8, mode="frozen-features")
    assert frozen.middle < kept.middle / 3


def test_activations_grow_with_the_batch() -> None:
    work = of_architecture("vit_base_patch16_224")
    assert saved_activations_mb(work, 16).middle == pytest.approx(16 * saved_activations_mb(work, 1).middle)


def test_the_safe_batch_leaves_a_fifth_free_even_at_the_high_end() -> None:
    fixed, one = exactly(4000.0), Span(80.0, 100.0, 150.0)
    batch = largest_safe_batch(24_000, fixed, one)
    assert fixed.high + batch.value * one.high <= 0.8 * 24_000
    assert fixed.high + (batch.value + 1) * one.high > 0.8 * 24_000


def test_a_model_that_does_not_fit_is_refused_with_what_it_needs() -> None:
    with pytest.raises(CannotSayError, match="24100"):
        largest_safe_batch(24_000, exactly(24_000.0), exactly(100.0))


@pytest.mark.parametrize(("precision", "mb"), [("fp32", 400), ("fp16", 200), ("int8", 100), ("int4", 51.6)])
def test_file_size_follows_the_width_of_a_weight(precision: str, mb: float) -> None:
    found: Figure = file_size(1e8, precision)
    assert (found.kind, found.unit) == ("computed", "MB")
    assert found.value == pytest.approx(mb)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(UnknownNameError, match="AdamW"):
        training_memory(1e6, optimizer="Adamx")
    with pytest.raises(UnknownNameError):
        training_memory(1e6, precision="fp7")
    with pytest.raises(OutOfRangeError):
        training_memory(-1)
    with pytest.raises(OutOfRangeError):
        training_memory(1e6, shards=0)
    with pytest.raises(OutOfRangeError):
        training_memory(1e6, trainable_share=1.5)
    with pytest.raises(OutOfRangeError):
        file_size(0)
