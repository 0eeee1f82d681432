"""Transformers by closed formula from their configuration: parameters, MACs, key-value cache. No torch needed.

Counts follow the layer shapes of the published models (attention with grouped key-value heads, plain or gated
feed-forward, mixture of experts); attention MACs count the full, not the causal half, of the score matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from deep_learning_expert.tools.errors import OutOfRangeError, ToolError
from deep_learning_expert.tools.figures import Figure, computed

# Our key -> the keys of Hugging Face config.json files, first found wins.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "hidden": ("hidden_size", "n_embd", "d_model", "dim"),
    "layers": ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
    "heads": ("num_attention_heads", "n_head", "num_heads", "n_heads"),
    "kv_heads": ("num_key_value_heads", "multi_query_group_num"),
    "head_dim": ("head_dim",),
    "vocab": ("vocab_size",),
    "intermediate": ("intermediate_size", "n_inner", "ffn_dim", "hidden_dim"),
    "positions": ("max_position_embeddings", "n_positions"),
    "token_types": ("type_vocab_size",),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "experts_per_token": ("num_experts_per_tok",),
    "shared_experts": ("n_shared_experts",),
    "moe_intermediate": ("moe_intermediate_size",),
    "dense_layers": ("first_k_dense_replace",),
}
# Model types with learned absolute positions, biases and layer norm; all others are read as rotary, RMS-normed, gated.
_CLASSIC = {
    "bert",
    "roberta",
    "xlm-roberta",
    "electra",
    "gpt2",
    "opt",
    "distilbert",
    "camembert",
    "ernie",
    "gpt_bigcode",
}
_WITH_POOLER = {"bert", "roberta", "xlm-roberta", "camembert", "ernie"}
_QKV_BIAS = {"qwen2", "qwen2_moe"}
_QK_NORM = {"qwen3", "qwen3_moe"}
_TIED_BY_DEFAULT = _CLASSIC | {"gemma", "gemma2", "gemma3_text"}


@dataclass(frozen=True)
class TransformerConfig:
    """The shape of a transformer. Flags are 0 or 1: tied (output shares the embedding), gated (SwiGLU-like
    feed-forward), qk_norm, qkv_bias, bias (everywhere), layer_norm (with bias, else RMS norm), pooler (BERT's).
    """

    hidden: int
    layers: int
    heads: int
    vocab: int
    intermediate: int
    kv_heads: int = 0  # 0: as many as heads
    head_dim: int = 0  # 0: hidden / heads
    tied: int = 1
    gated: int = 0
    qk_norm: int = 0
    qkv_bias: int = 0
    bias: int = 0
    layer_norm: int = 0
    pooler: int = 0
    positions: int = 0
    token_types: int = 0
    experts: int = 0
    experts_per_token: int = 0
    shared_experts: int = 0
    moe_intermediate: int = 0
    dense_layers: int = 0

    def __post_init__(self) -> None:
        for name in ("hidden", "layers", "heads", "vocab", "intermediate"):
            if not 0 < getattr(self, name) < 10**9:
                raise OutOfRangeError("estimate.config_value", key=name, value=getattr(self, name))
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < 10**9:
                raise OutOfRangeError("estimate.config_value", key=field.name, value=getattr(self, field.name))

    @property
    def key_width(self) -> int:
        """Width of the keys (and of the values) of one token in one layer."""
        return (self.kv_heads or self.heads) * self.width_of_head

    @property
    def query_width(self) -> int:
        """Width of the queries of one token."""
        return self.heads * self.width_of_head

    @property
    def width_of_head(self) -> int:
        """Width of one attention head."""
        return self.head_dim or self.hidden // self.heads


def of_catalog(config: Mapping[str, str]) -> TransformerConfig:
    """From the catalog's `config` cell; `norm=layernorm` is its spelling of layer_norm."""
    known = {field.name for field in fields(TransformerConfig)}
    values = {key: _whole(key, value) for key, value in config.items() if key in known}
    values["layer_norm"] = int(config.get("norm") == "layernorm")
    return _built(values)


def of_hugging_face(config: Mapping[str, object]) -> TransformerConfig:
    """From a config.json; errors: ToolError when it is no transformer's configuration."""
    nested = config.get("text_config")
    if isinstance(nested, Mapping):
        config = {**config, **nested}
    kind = str(config.get("model_type", ""))
    values: dict[str, int] = {}
    for ours, theirs in _SPELLINGS.items():
        found = next((config[key] for key in theirs if config.get(key) is not None), None)
        if found is not None:
            values[ours] = _whole(ours, found)
    classic = kind in _CLASSIC
    if classic and "hidden" in values:
        values.setdefault("intermediate", 4 * values["hidden"])
    if not classic:
        values.pop("positions", None)
        values.pop("token_types", None)
    values["tied"] = int(bool(config.get("tie_word_embeddings", kind in _TIED_BY_DEFAULT)))
    values["gated"] = int(not classic)
    values["bias"] = values["layer_norm"] = int(classic)
    values["pooler"] = int(kind in _WITH_POOLER)
    values["qkv_bias"] = int(kind in _QKV_BIAS or bool(config.get("attention_bias")))
    values["qk_norm"] = int(kind in _QK_NORM)
    return _built(values)


def _built(values: Mapping[str, int]) -> TransformerConfig:
    missing = [name for name in ("hidden", "layers", "heads", "vocab", "intermediate") if name not in values]
    if missing:
        raise ToolError("estimate.no_config", missing=", ".join(missing))
    return TransformerConfig(**values)


def _whole(key: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise OutOfRangeError("estimate.config_value", key=key, value=value) from None


def parameters(config: TransformerConfig) -> int:
    """All parameters, experts included."""
    norm = config.hidden * (2 if config.layer_norm else 1)
    count = config.vocab * config.hidden * (1 if config.tied else 2)
    count += (config.positions + config.token_types) * config.hidden + norm
    count += config.pooler * (config.hidden**2 + config.hidden)
    per_layer = _attention(config) + 2 * norm
    dense = config.dense_layers if config.experts else config.layers
    count += config.layers * per_layer + dense * _feed_forward(config, config.intermediate)
    if config.experts:
        count += (config.layers - dense) * _experts(config, config.experts)
    return count


def _attention(config: TransformerConfig) -> int:
    count = config.hidden * (config.query_width + 2 * config.key_width) + config.query_width * config.hidden
    if config.bias or config.qkv_bias:
        count += config.query_width + 2 * config.key_width
    if config.bias:
        count += config.hidden
    return count + config.qk_norm * 2 * config.width_of_head


def _feed_forward(config: TransformerConfig, width: int) -> int:
    matrices = 3 if config.gated else 2
    return matrices * config.hidden * width + config.bias * ((matrices - 1) * width + config.hidden)


def _experts(config: TransformerConfig, used: int) -> int:
    width = config.moe_intermediate or config.intermediate
    router = config.hidden * config.experts
    return router + (used + config.shared_experts) * _feed_forward(config, width)


def macs_per_token(config: TransformerConfig, context: int = 0, *, with_head: bool = True) -> int:
    """Multiply-accumulates of one token that attends to `context` tokens; of the experts only those a token uses."""
    dense = config.dense_layers if config.experts else config.layers
    macs = config.layers * (_attention(config) - config.qk_norm * 2 * config.width_of_head)
    macs += dense * _feed_forward(config, config.intermediate)
    if config.experts:
        macs += (config.layers - dense) * _experts(config, config.experts_per_token or config.experts)
    macs += config.layers * 2 * context * config.query_width
    return macs + int(with_head) * config.vocab * config.hidden


def active_parameters(config: TransformerConfig) -> int:
    """Parameters one generated token touches, the output projection included: what decoding reads from memory."""
    return macs_per_token(config)


def kv_cache_bytes_per_token(config: TransformerConfig, bytes_per_element: float = 2.0) -> float:
    """Keys and values of one token over all layers, grouped heads counted once."""
    return 2.0 * config.layers * config.key_width * bytes_per_element


def kv_cache(config: TransformerConfig, context: int, batch: int = 1, precision: str = "fp16") -> Figure:
    """Key-value cache in MB for `batch` sequences of `context` tokens; errors: OutOfRangeError."""
    if context < 1 or batch < 1:
        raise OutOfRangeError("estimate.impossible_batch", value=min(context, batch))
    width = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0, "int8": 1.0, "fp8": 1.0}.get(precision, 2.0)
    total = kv_cache_bytes_per_token(config, width) * context * batch / 1e6
    method = "2 x layers x key-value width x bytes x tokens"
    return computed("kv_cache", total, "MB", method, context=str(context), batch=str(batch), precision=precision)
