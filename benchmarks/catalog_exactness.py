"""Parameters of the catalog against the libraries' own networks, built on the meta device.

usage: python benchmarks/catalog_exactness.py   (torch 2.13 CPU, timm, torchvision, transformers, ultralytics,
segmentation_models_pytorch, diffusers, open_clip; nothing is downloaded)
Prints every model outside 0.1 % and the share within it by library. A library that is not installed is named.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import torch

from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.catalog.build.operations import torchvision_shim
from deep_learning_expert.tools.estimate import transformer

torchvision_shim()

TOLERANCE = 0.001
TIMM = [
    "resnet18",
    "resnet50",
    "resnet101",
    "resnext50_32x4d",
    "wide_resnet50_2",
    "densenet121",
    "vgg16",
    "mobilenetv2_100",
    "mobilenetv3_large_100",
    "mobilenetv4_conv_small",
    "efficientnet_b0",
    "efficientnet_b4",
    "tf_efficientnetv2_s",
    "regnety_016",
    "convnext_tiny",
    "convnextv2_nano",
    "deit_tiny_patch16_224",
    "vit_small_patch16_224",
    "vit_base_patch16_224",
    "swin_tiny_patch4_window7_224",
    "swinv2_tiny_window8_256",
    "beit_base_patch16_224",
    "maxvit_tiny_tf_224",
    "mobilevit_s",
    "edgenext_small",
    "ghostnet_100",
    "mixer_b16_224",
    "repvgg_a0",
    "mobileone_s0",
    "sequencer2d_s",
]
TORCHVISION = [
    "alexnet",
    "googlenet",
    "squeezenet1_1",
    "mnasnet1_0",
    "shufflenet_v2_x1_0",
    "regnet_y_400mf",
    "swin_v2_t",
    "maxvit_t",
    "vit_h_14",
    "r3d_18",
    "mc3_18",
    "s3d",
    "swin3d_t",
    "mvit_v1_b",
    "mvit_v2_s",
    "raft_large",
    "fasterrcnn_resnet50_fpn_v2",
    "maskrcnn_resnet50_fpn_v2",
    "ssd300_vgg16",
    "lraspp_mobilenet_v3_large",
]
# The published dimensions; the closed formula sees only this configuration.
DECODERS: dict[str, tuple[str, dict[str, Any]]] = {}


def decoder(
    name: str,
    kind: str,
    vocab: int,
    hidden: int,
    inner: int,
    layers: int,
    heads: int,
    groups: int,
    tied: bool,
    **more: Any,
) -> None:
    """Lists one decoder by its published dimensions."""
    sizes = {"vocab_size": vocab, "hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers}
    sizes |= {"num_attention_heads": heads, "num_key_value_heads": groups, "tie_word_embeddings": tied}
    DECODERS[name] = (kind, sizes | more)


decoder("qwen3-0.6b", "Qwen3", 151936, 1024, 3072, 28, 16, 8, True, head_dim=128)
decoder("qwen3-1.7b", "Qwen3", 151936, 2048, 6144, 28, 16, 8, True, head_dim=128)
decoder("qwen3-8b", "Qwen3", 151936, 4096, 12288, 36, 32, 8, False, head_dim=128)
decoder("qwen2.5-0.5b", "Qwen2", 151936, 896, 4864, 24, 14, 2, True)
decoder("qwen2.5-1.5b", "Qwen2", 151936, 1536, 8960, 28, 12, 2, True)
decoder("qwen2.5-7b", "Qwen2", 152064, 3584, 18944, 28, 28, 4, False)
decoder("llama-3.2-1b", "Llama", 128256, 2048, 8192, 16, 32, 8, True)
decoder("llama-3.1-8b", "Llama", 128256, 4096, 14336, 32, 32, 8, False)
decoder("llama-2-7b", "Llama", 32000, 4096, 11008, 32, 32, 32, False)
decoder("tinyllama-1.1b", "Llama", 32000, 2048, 5632, 22, 32, 4, False)
decoder("smollm2-135m", "Llama", 49152, 576, 1536, 30, 9, 3, True)
decoder("smollm2-360m", "Llama", 49152, 960, 2560, 32, 15, 5, True)
decoder("mistral-7b-v0.3", "Mistral", 32768, 4096, 14336, 32, 32, 8, False)
ENCODERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bert-base-uncased": ("BertConfig", "BertModel", {}),
    "bert-base-chinese": ("BertConfig", "BertModel", {"vocab_size": 21128}),
    "roberta-base": (
        "RobertaConfig",
        "RobertaModel",
        {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1},
    ),
    "distilbert-base-uncased": ("DistilBertConfig", "DistilBertModel", {}),
    "modernbert-base": ("ModernBertConfig", "ModernBertModel", {}),
    "gpt2": ("GPT2Config", "GPT2LMHeadModel", {}),
    "t5-small": ("T5Config", "T5Model", {}),
    "wav2vec2-base": ("Wav2Vec2Config", "Wav2Vec2Model", {}),
    "hubert-base": ("HubertConfig", "HubertModel", {}),
    "clip-vit-b-32": ("CLIPConfig", "CLIPModel", {}),
    "ast-audioset": ("ASTConfig", "ASTForAudioClassification", {"num_labels": 527}),
    "segformer_b0": ("SegformerConfig", "SegformerForSemanticSegmentation", {"num_labels": 150}),
}
WHISPER = {"whisper-tiny": (384, 4, 6, 51865, 80), "whisper-base": (512, 6, 8, 51865, 80)}
WHISPER |= {"whisper-small": (768, 12, 12, 51865, 80), "whisper-large-v3": (1280, 32, 20, 51866, 128)}
YOLO = [
    "yolo26n",
    "yolo26s",
    "yolo26m",
    "yolo11n",
    "yolo11s",
    "yolo11m",
    "yolo11x",
    "yolov8n",
    "yolov8s",
    "yolov8m",
    "yolo26l",
]
SMP = {"unet_resnet34": ("Unet", "resnet34"), "unet_mobilenet_v2": ("Unet", "mobilenet_v2")}
DIFFUSERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sd15": ("UNet2DConditionModel", {"cross_attention_dim": 768, "attention_head_dim": 8}),
    "flux1_dev": ("FluxTransformer2DModel", {"guidance_embeds": True}),
    "controlnet_sd15": ("ControlNetModel", {"cross_attention_dim": 768, "attention_head_dim": 8}),
    "sd3_medium": (
        "SD3Transformer2DModel",
        {"num_layers": 24, "num_attention_heads": 24, "caption_projection_dim": 1536, "pos_embed_max_size": 192},
    ),
}
OPEN_CLIP = {"clip-vit-b-32": "ViT-B-32", "clip-vit-b-16": "ViT-B-16", "clip-vit-l-14": "ViT-L-14"}
OPEN_CLIP |= {"siglip-base": "ViT-B-16-SigLIP"}
Builder = Callable[[], Any]


def cases() -> Iterator[tuple[str, str, Builder, dict[str, Any] | None]]:
    """Library, catalog id, how to build the network, and the configuration where the closed formula is tested."""
    for name in TIMM:
        yield "timm", name, lambda name=name: import_module("timm").create_model(name), None
    for name in TORCHVISION:
        yield "torchvision", name, lambda name=name: _torchvision(name), None
    for name, (kind, sizes) in DECODERS.items():
        config = {"model_type": kind.lower(), **sizes}
        yield "transformers (formula)", name, lambda k=kind, s=sizes: _hf(f"{k}Config", f"{k}ForCausalLM", s), config
    for name, (settings, network, sizes) in ENCODERS.items():
        yield "transformers", name, lambda a=settings, b=network, s=sizes: _hf(a, b, s), None
    for name, (width, layers, heads, vocab, mels) in WHISPER.items():
        sizes = {"d_model": width, "vocab_size": vocab, "num_mel_bins": mels}
        for side in ("encoder", "decoder"):
            sizes |= {f"{side}_layers": layers, f"{side}_attention_heads": heads, f"{side}_ffn_dim": 4 * width}
        yield "transformers", name, lambda s=sizes: _hf("WhisperConfig", "WhisperModel", s), None
    for name in YOLO:
        yield "ultralytics", name, lambda name=name: _yolo(name), None
    for name, (network, encoder) in SMP.items():
        yield "segmentation_models_pytorch", name, lambda n=network, e=encoder: _smp(n, e), None
    for name, (network, sizes) in DIFFUSERS.items():
        yield "diffusers", name, lambda n=network, s=sizes: getattr(import_module("diffusers"), n)(**s), None
    for name, network in OPEN_CLIP.items():
        yield "open_clip", name, lambda n=network: import_module("open_clip").create_model(n), None


def _torchvision(name: str) -> Any:
    """As its published weights need it: auxiliary heads with them, frozen norms without parameters."""
    library = import_module("torchvision.models")
    more: dict[str, Any] = {"weights_backbone": None} if any(part in name for part in ("rcnn", "ssd", "lraspp")) else {}
    if name == "googlenet":
        more = {"aux_logits": False, "init_weights": False}
    return library.get_model(name, weights=None, **more)


def _hf(settings: str, network: str, sizes: dict[str, Any]) -> Any:
    library = import_module("transformers")
    return getattr(library, network)(getattr(library, settings)(**sizes))


def _yolo(name: str) -> Any:
    return import_module("ultralytics.nn.tasks").DetectionModel(f"{name}.yaml", verbose=False)


def _smp(network: str, encoder: str) -> Any:
    return getattr(import_module("segmentation_models_pytorch"), network)(encoder, encoder_weights=None)


def built_parameters(build: Builder) -> int:
    """Parameters of the library's network, shared ones once; on the CPU where it cannot be built without data."""
    try:
        with torch.device("meta"):
            network = build()
    except (NotImplementedError, RuntimeError):
        network = build()
    return sum(parameter.numel() for parameter in network.parameters())


def ours(name: str, config: dict[str, Any] | None) -> int | None:
    """The figure a reader would get: of the configuration by closed formula, else of the catalog."""
    if config is not None:
        return transformer.parameters(transformer.of_hugging_face(config))
    return models.architecture(name).params


def main() -> int:
    """Prints the table; exit code 0 whatever it says."""
    within: dict[str, list[bool]] = defaultdict(list)
    missing: set[str] = set()
    for library, name, build, config in cases():
        try:
            truth = built_parameters(build)
        except ModuleNotFoundError as absent:
            missing.add(f"{library} ({absent.name})")
            continue
        except Exception as broken:
            missing.add(f"{name} ({type(broken).__name__}: {str(broken)[:60]})")
            continue
        stated = ours(name, config)
        good = stated is not None and abs(stated / truth - 1) <= TOLERANCE
        within[library].append(good)
        if not good:
            off = "nothing" if stated is None else f"{stated:,} ({stated / truth - 1:+.2%})"
            print(f"outside: {library} {name}: built {truth:,}, stated {off}", flush=True)
    for library, found in within.items():
        print(f"| {library} | {sum(found)} of {len(found)} |")
    everything = [good for found in within.values() for good in found]
    print(f"| all | {sum(everything)} of {len(everything)} |")
    print("not built:", *sorted(missing), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
