"""The closed formula counts what the published models hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.errors import OutOfRangeError, ToolError
from deep_learning_expert.tools.estimate.transformer import (
    TransformerConfig,
    kv_cache,
    kv_cache_bytes_per_token,
    macs_per_token,
    of_hugging_face,
    parameters,
)

# Shapes as in the models' own config.json; counts as published with their weights.
BERT = {
    "model_type": "bert",
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "vocab_size": 30522,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}
GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257, "n_positions": 1024}
LLAMA3 = {
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
MIXTRAL = {
    **LLAMA3,
    "model_type": "mixtral",
    "vocab_size": 32000,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}


@pytest.mark.parametrize(
    ("config", "count"),
    [(BERT, 109_482_240), (GPT2, 124_439_808), (LLAMA3, 8_030_261_248), (MIXTRAL, 46_702_792_704)],
    ids=["bert", "gpt2", "llama3", "mixtral"],
)
def test_parameters_are_exact(config: dict[str, object], count: int) -> None:
    assert parameters(of_hugging_face(config)) == count


def test_grouped_heads_shrink_the_cache_by_their_ratio() -> None:
    grouped, full = of_hugging_face(LLAMA3), of_hugging_face({**LLAMA3, "num_key_value_heads": 32})
    assert kv_cache_bytes_per_token(full) == 4 * kv_cache_bytes_per_token(grouped)
    assert kv_cache(grouped, 8192).value == pytest.approx(2 * 32 * 8 * 128 * 2 * 8192 / 1e6)


def test_a_mixture_of_experts_computes_only_what_a_token_uses() -> None:
    config = of_hugging_face(MIXTRAL)
    assert macs_per_token(config) == pytest.approx(12.9e9, rel=0.02)


def test_attention_work_grows_with_the_context() -> None:
    config = of_hugging_face(LLAMA3)
    assert macs_per_token(config, 4096) - macs_per_token(config) == 32 * 2 * 4096 * 4096


def test_a_dictionary_that_is_no_model_is_refused() -> None:
    with pytest.raises(ToolError, match="hidden"):
        of_hugging_face({"name": "x"})
    with pytest.raises(OutOfRangeError):
        of_hugging_face({**LLAMA3, "hidden_size": -1})
    with pytest.raises(OutOfRangeError):
        of_hugging_face({**LLAMA3, "hidden_size": "many"})


@given(
    st.dictionaries(st.sampled_from(sorted(LLAMA3)), st.none() | st.integers() | st.text(max_size=5) | st.booleans())
)
def test_any_dictionary_gives_a_config_or_a_clear_error(changes: dict[str, object]) -> None:
    try:
        config = of_hugging_face({**LLAMA3, **changes})
    except ToolError:
        return
    assert isinstance(config, TransformerConfig)
    assert parameters(config) > 0
