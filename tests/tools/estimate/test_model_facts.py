"""model_facts answers what it can, and names the reason for the rest, in both languages."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deep_learning_expert.prompts.phrases import LANGUAGES, room
from deep_learning_expert.tools.errors import ToolError, UnknownNameError
from deep_learning_expert.tools.estimate.model_facts import ModelFactsArgs, model_facts
from deep_learning_expert.tools.wording import say

LLAMA = {
    "model_type": "llama",
    "hidden_size": 2048,
    "num_hidden_layers": 16,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 8192,
    "vocab_size": 128256,
    "tie_word_embeddings": True,
}


def test_every_estimate_has_an_interval_and_says_what_would_narrow_it() -> None:
    found = model_facts(ModelFactsArgs(model="resnet50", device="RTX 3090", batch=64, samples=50_000, epochs=90))
    quantities = {fact.figure.quantity for fact in found.facts}
    assert {"parameters", "macs", "size", "latency", "throughput", "training_memory", "training_time"} <= quantities
    for fact in found.facts:
        if fact.figure.kind == "estimated":
            assert fact.figure.interval is not None
            assert fact.narrowed_by is not None
            for lang in LANGUAGES:
                assert fact.narrowed_by.render(lang).text
        for lang in LANGUAGES:
            assert say(f"estimate.fact.{fact.figure.quantity}", figure=fact.figure).render(lang).text


def test_a_users_own_config_needs_no_catalog() -> None:
    found = model_facts(ModelFactsArgs(config=LLAMA, device="4090", sequence_length=1024, tokens=1e8, mode="lora"))
    parameters = found.figure("parameters")
    assert parameters is not None and parameters.value == 1_235_814_400
    assert parameters.kind == "computed"
    assert found.figure("kv_cache") is not None
    time = found.figure("training_time")
    assert time is not None and time.unit == "s"


def test_what_cannot_be_said_comes_with_its_reason_in_both_languages() -> None:
    found = model_facts(ModelFactsArgs(config=LLAMA, device="esp32", tokens=1e8))
    reasons = {unknown.quantity: unknown.reason for unknown in found.unknown}
    assert {"latency", "training_memory", "training_time"} <= reasons.keys()
    assert all(reason.render(lang).text for reason in reasons.values() for lang in LANGUAGES)


def test_a_sparse_question_gets_a_sparse_answer() -> None:
    found = model_facts(ModelFactsArgs(model="resnet50"))
    assert found.figure("latency") is None
    assert "latency" not in {unknown.quantity for unknown in found.unknown}


def test_unknown_names_and_arguments_are_errors() -> None:
    with pytest.raises(UnknownNameError, match="resnet50"):
        model_facts(ModelFactsArgs(model="resnet5o"))
    with pytest.raises(UnknownNameError):
        model_facts(ModelFactsArgs(model="resnet50", device="rtx 9999 ultra"))
    with pytest.raises(ToolError):
        model_facts(ModelFactsArgs())
    with pytest.raises(ToolError):
        model_facts(ModelFactsArgs(model="resnet50", config=LLAMA))
    with pytest.raises(ValidationError):
        ModelFactsArgs(model="resnet50", devise="x")
    with pytest.raises(ValidationError):
        ModelFactsArgs(model="resnet50", batch=0)


def test_both_languages_hold_the_same_phrases() -> None:
    assert room("en", "estimate").keys() == room("zh", "estimate").keys()


def test_the_users_own_price_per_hour_makes_the_cost_where_no_price_is_known() -> None:
    asked = {"model": "resnet50", "device": "RTX 3090", "samples": 100_000, "epochs": 10, "device_count": 2}
    unpriced = model_facts(ModelFactsArgs.model_validate(asked))
    assert unpriced.figure("cost") is None and "cost" in [item.quantity for item in unpriced.unknown]
    priced = model_facts(ModelFactsArgs.model_validate({**asked, "usd_per_hour": 0.4}))
    cost, time = priced.figure("cost"), priced.figure("training_time")
    assert cost is not None and time is not None
    assert cost.value == pytest.approx(time.value / 3600 * 2 * 0.4)
