"""Language models: saved activations in training, and the speed of token-by-token decoding."""

from __future__ import annotations

from deep_learning_expert.tools.catalog.devices import device
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError
from deep_learning_expert.tools.estimate.constants import Span, section_of, span
from deep_learning_expert.tools.estimate.size import file_size, positive
from deep_learning_expert.tools.estimate.transformer import TransformerConfig, kv_cache
from deep_learning_expert.tools.figures import Figure, Interval

_MB = 1e6


def saved_activations_mb(
    config: TransformerConfig, tokens: int, *, checkpointing: bool = False, bytes_per_element: float = 2.0
) -> Span:
    """Activations kept for the backward pass of `tokens` (batch x sequence), MB, fused attention, logits included.

    Korthikanti et al. 2022 (arXiv:2205.05198); the logits are held twice in fp32 and once in half precision.
    """
    if tokens < 1:
        raise OutOfRangeError("estimate.impossible_batch", value=tokens)
    rule = section_of("transformer", "memory")
    scale = tokens * config.hidden * bytes_per_element / 2.0 / _MB
    one_layer = float(rule["kept"]) * scale
    if checkpointing:
        layers = one_layer + config.layers * float(rule["recomputed"]) * scale
    else:
        layers = config.layers * one_layer
    logits = tokens * config.vocab * 10.0 / _MB
    return Span(0.7 * layers + 0.4 * logits, layers + logits, 1.4 * layers + 1.3 * logits)


def inference_memory(
    params: float | Figure,
    *,
    precision: str = "fp16",
    config: TransformerConfig | None = None,
    context: int = 0,
    batch: int = 1,
    activations_mb: float = 0.0,
) -> Figure:
    """Weights, key-value cache (if a config and a context are given), live activations and runtime, MB."""
    weights = file_size(params, precision).value
    cache = kv_cache(config, context, batch).value if config and context else 0.0
    working = Span(0.6, 1.0, 1.6).scaled(activations_mb)
    total = Span(0.0, 0.1, 0.2).scaled(weights).plus(working).plus(span("runtime_mb", "gpu", "memory"))
    about = {"precision": precision, "batch": str(batch)}
    if context:
        about["context"] = str(context)
    return Figure(
        quantity="inference_memory",
        value=weights + cache + total.middle,
        unit="MB",
        kind="estimated",
        source="weights + key-value cache + live activations and runtime (tools/estimate/memory.toml)",
        conditions=about,
        interval=Interval(low=weights + cache + total.low, high=weights + cache + total.high),
    )


def decode_latency(
    active_params: float | Figure,
    device_id: str,
    *,
    precision: str = "fp16",
    cache_mb: float = 0.0,
    name: str = "",
    batch: int = 1,
) -> Figure:
    """ms per generated token, small batch: all active weights and the cache are read once per token.

    active_params: of a mixture of experts only what one token uses. Errors: CannotSayError without a bandwidth.
    """
    machine = device(device_id)
    if not machine.bandwidth_gb_s:
        raise CannotSayError("estimate.no_data_sheet", device=machine.name)
    read_mb = file_size(positive("active_params", active_params), precision).value + cache_mb
    time = span("decode", "bandwidth_share").inverse().scaled(read_mb / machine.bandwidth_gb_s)
    about = {"device": machine.name, "precision": precision, "batch": str(batch), "per": "token"}
    if name:
        about["model"] = name
    return Figure(
        quantity="latency",
        value=time.middle,
        unit="ms",
        kind="estimated",
        source="bytes read per token / (memory bandwidth x assumed share reached)",
        conditions=about,
        interval=Interval(low=time.low, high=time.high),
    )
