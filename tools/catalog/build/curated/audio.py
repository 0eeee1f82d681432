"""Audio networks: transformers' classes at the published configurations, and networks of `networks.audio`.

A second of audio is 16,000 samples. Whisper takes 30 s of log-mel frames and writes text: stated with 128 tokens out.
"""

from __future__ import annotations

from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, hugging_face, tokens

RATE = 16_000
SECONDS = 10
TOKENS_OUT = 128


def whisper(row: str, width: int, layers: tuple[int, int], heads: int, vocab: int, mels: int) -> Entry:
    """30 s of mel frames in, tokens out with teacher forcing."""
    sizes: dict[str, Any] = {"d_model": width, "vocab_size": vocab, "num_mel_bins": mels}
    for side, depth in zip(("encoder", "decoder"), layers, strict=True):
        sizes |= {f"{side}_layers": depth, f"{side}_attention_heads": heads, f"{side}_ffn_dim": 4 * width}

    def inputs(n: int) -> dict[str, Any]:
        return {"input_features": torch.empty(n, mels, 3000), "decoder_input_ids": tokens(n, TOKENS_OUT)}

    at = f"30 s audio, {TOKENS_OUT} tokens out"
    return Entry(row, hugging_face("WhisperConfig", "WhisperForConditionalGeneration", sizes), inputs, at, TRANSFORMERS)


def waveform(row: str, kind: str, sizes: dict[str, Any], head: str = "Model") -> Entry:
    """An encoder of the raw wave. In training its masks and dropped layers are drawn on the CPU: all are kept here."""
    whole = {"apply_spec_augment": False, "layerdrop": 0.0}
    build = hugging_face(f"{kind}Config", kind + head, sizes | whole)
    return Entry(row, build, lambda n: (torch.empty(n, RATE * SECONDS),), f"{SECONDS} s audio", TRANSFORMERS)


LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}
AST = hugging_face("ASTConfig", "ASTForAudioClassification", {"num_labels": 527})

ENTRIES = [
    whisper("whisper-tiny", 384, (4, 4), 6, 51865, 80),
    whisper("whisper-base", 512, (6, 6), 8, 51865, 80),
    whisper("whisper-small", 768, (12, 12), 12, 51865, 80),
    whisper("whisper-medium", 1024, (24, 24), 16, 51865, 80),
    whisper("whisper-large-v3", 1280, (32, 32), 20, 51866, 128),
    whisper("whisper-large-v3-turbo", 1280, (32, 4), 20, 51866, 128),
    whisper("distil-large-v3", 1280, (32, 2), 20, 51866, 128),
    waveform("wav2vec2-base", "Wav2Vec2", {}, "ForCTC"),
    waveform("xls-r-300m", "Wav2Vec2", LARGE | STABLE | {"conv_bias": True}),
    waveform("hubert-base", "Hubert", {}),
    waveform("wavlm-base-plus", "WavLM", {}),
    waveform("wavlm-large", "WavLM", LARGE | STABLE),
    Entry("ast-audioset", AST, lambda n: (torch.empty(n, 1024, 128),), "1024 frames of 128 mels", TRANSFORMERS),
]
