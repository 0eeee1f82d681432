"""Audio networks: transformers' classes at the published configurations, and networks of `networks.audio`.

A second of audio is 16,000 samples. Whisper takes 30 s of log-mel frames and writes text: stated with 128 tokens out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import (
    TRANSFORMERS,
    checkout,
    hugging_face,
    tokens,
)
from deep_learning_expert.tools.catalog.build.curated.speech_networks import Transducer

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


def bc_resnet(scale: int) -> Entry:
    """Keyword spotting on one second: 101 frames of 40 mels."""
    build = checkout("Qualcomm-AI-research/bcresnet", "bcresnet", lambda code: code.BCResNets(8 * scale))
    how = f"Qualcomm-AI-research/bcresnet:bcresnet.py on the meta device, tau {scale}, 12 classes"
    return Entry(f"bc-resnet-{scale}", build, lambda n: (torch.empty(n, 1, 40, 101),), "1 s audio", how)


def speaker(row: str, module: str, make: Callable[[Any], Any], note: str) -> Entry:
    """Speaker embeddings of two seconds: 200 frames of 80 filters."""
    build = checkout(
        "wenet-e2e/wespeaker", f"wespeaker.models.{module}", make, without=("wespeaker", "wespeaker.models")
    )
    how = f"wenet-e2e/wespeaker:wespeaker/models/{module}.py on the meta device ({note})"
    return Entry(row, build, lambda n: (torch.empty(n, 200, 80),), "200 frames of 80 filters (2 s audio)", how)


def cnn14(code: Any) -> Any:
    """Spectrograms come from outside; the augmenter runs only in training."""
    network = code.Cnn14(32000, 1024, 320, 64, 50, 14000, 527)
    network.spectrogram_extractor = network.logmel_extractor = network.spec_augmenter = torch.nn.Identity()
    return network


TORCHLIBROSA = ("torchlibrosa", "torchlibrosa.stft", "torchlibrosa.augmentation")
PANNS = checkout("qiuqiangkong/audioset_tagging_cnn", "models", cnn14, "pytorch", TORCHLIBROSA)
BASELINE = {
    "n_in_channel": 1,
    "nclass": 10,
    "attention": True,
    "n_RNN_cell": 128,
    "n_layers_RNN": 2,
    "activation": "glu",
    "kernel_size": [3] * 7,
    "padding": [1] * 7,
    "stride": [1] * 7,
    "nb_filters": [16, 32, 64, 128, 128, 128, 128],
    "pooling": [[2, 2], [2, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2]],
}
TORCHAUDIO = ("torchaudio", "torchaudio.transforms", "desed_task")
SOUND_EVENTS = checkout(
    "DCASE-REPO/DESED_task", "desed_task.nnet.CRNN", lambda code: code.CRNN(**BASELINE), without=TORCHAUDIO
)


def musicgen(row: str, width: int, layers: int, heads: int) -> Entry:
    """One step: four codes in, four out, one text vector to look at."""
    sizes = {"hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": heads, "ffn_dim": 4 * width}
    codes = 4

    def inputs(n: int) -> dict[str, Any]:
        seen = torch.empty(n, 1, width)
        return {"input_ids": tokens(n * codes, 1), "encoder_hidden_states": seen, "use_cache": False}

    build = hugging_face("MusicgenDecoderConfig", "MusicgenForCausalLM", sizes)
    how = TRANSFORMERS + " (language model alone, sizes of facebookresearch/audiocraft:config/model/lm/model_scale)"
    return Entry(row, build, inputs, "1 step of 4 codes", how, train=False)


def conformer(row: str, width: int, heads: int, predictor: int) -> Entry:
    """10 s are 1000 frames of 80 filters."""
    how = "the layers of Gulati et al. 2020, arXiv:2005.08100, table 1 (16 blocks, kernel 32, 1,024 word pieces)"

    def build() -> Any:
        return Transducer(width, heads, predictor)

    return Entry(row, build, lambda n: (torch.empty(n, 1000, 80),), "10 s audio (encoder)", how, samples=1)


def keywords(row: str, width: int, blocks: int) -> Entry:
    """One second: 49 frames of 10 cepstral coefficients, 12 words."""

    def build() -> Any:
        layers = [torch.nn.Conv2d(1, width, (10, 4), (2, 2), (5, 1)), torch.nn.BatchNorm2d(width), torch.nn.ReLU()]
        for _ in range(blocks):
            layers += [torch.nn.Conv2d(width, width, 3, padding=1, groups=width), torch.nn.BatchNorm2d(width)]
            layers += [torch.nn.ReLU(), torch.nn.Conv2d(width, width, 1), torch.nn.BatchNorm2d(width), torch.nn.ReLU()]
        end = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(width, 12)]
        return torch.nn.Sequential(*layers, *end)

    how = "the layers of Zhang et al. 2017, arXiv:1711.07128 (DS-CNN, 4 separable blocks of 64, 12 classes)"
    return Entry(row, build, lambda n: (torch.empty(n, 1, 49, 10),), "1 s audio", how)


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
    whisper("distil-whisper-small-student", 768, (12, 4), 12, 51864, 80),
    whisper("distil-large-v3", 1280, (32, 2), 20, 51866, 128),
    waveform("wav2vec2-base", "Wav2Vec2", {}, "ForCTC"),
    waveform("xls-r-300m", "Wav2Vec2", LARGE | STABLE | {"conv_bias": True}),
    waveform("hubert-base", "Hubert", {}),
    waveform("wavlm-base-plus", "WavLM", {}),
    waveform("wavlm-large", "WavLM", LARGE | STABLE),
    Entry("ast-audioset", AST, lambda n: (torch.empty(n, 1024, 128),), "1024 frames of 128 mels", TRANSFORMERS),
    *(bc_resnet(scale) for scale in (1, 3, 8)),
    speaker("ecapa-tdnn", "ecapa_tdnn", lambda code: code.ECAPA_TDNN_GLOB_c1024(80, 192, "ASTP"), "1024 channels"),
    speaker("campplus", "campplus", lambda code: code.CAMPPlus(80, 512, "TSTP"), "512 values"),
    speaker("resnet34-speaker", "resnet", lambda code: code.ResNet34(80, 256, "TSTP"), "256 values"),
    Entry(
        "panns-cnn14",
        PANNS,
        lambda n: (torch.empty(n, 1, 1001, 64),),
        "1001 frames of 64 mels (10 s audio)",
        "qiuqiangkong/audioset_tagging_cnn:pytorch/models.py on the meta device",
    ),
    Entry(
        "crnn-sed",
        SOUND_EVENTS,
        lambda n: (torch.empty(n, 128, 626),),
        "626 frames of 128 mels (10 s audio)",
        "DCASE-REPO/DESED_task:desed_task/nnet on the meta device, sizes of dcase2023_task4_baseline's default.yaml",
    ),
    musicgen("musicgen-small", 1024, 24, 16),
    musicgen("musicgen-medium", 1536, 48, 24),
    conformer("conformer-s", 144, 4, 320),
    keywords("ds-cnn-s", 64, 4),
]
