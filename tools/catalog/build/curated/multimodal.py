"""Vision-language networks: transformers' classes at the published configurations.

Contrastive models see one image and one text, answering models one image and a question, document models one page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, hugging_face, tokens

LARGE_TEXT = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072, "projection_dim": 768}
LARGE_VISION = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "patch_size": 14,
    "projection_dim": 768,
}


def pair(row: str, kind: str, sizes: dict[str, Any], length: int, side: int = 224) -> Entry:
    """One image and one text of `length` tokens, each through its own encoder."""

    def inputs(n: int) -> dict[str, Any]:
        return {"input_ids": tokens(n, length), "pixel_values": torch.empty(n, 3, side, side)}

    build = hugging_face(f"{kind}Config", f"{kind}Model", sizes)
    return Entry(row, build, inputs, f"{side}x{side} image, {length} tokens", TRANSFORMERS)


def captioning(row: str, kind: str, sizes: dict[str, Any], length: int, side: int) -> Entry:
    """One image and the tokens of its caption."""
    both = pair(row, kind, sizes, length, side)
    return replace(both, build=hugging_face(f"{kind}Config", f"{kind}ForConditionalGeneration", sizes))


def document(row: str, kind: str, sizes: dict[str, Any], length: int, side: int = 0) -> Entry:
    """One page: its words with their boxes, and the page's image where `side` is not 0."""

    def inputs(n: int) -> dict[str, Any]:
        found: dict[str, Any] = {"input_ids": tokens(n, length), "bbox": tokens(n, length, 4)}
        return found | ({"pixel_values": torch.empty(n, 3, side, side)} if side else {})

    at = f"{side}x{side} page, {length} tokens" if side else f"seq {length}"
    return Entry(row, hugging_face(f"{kind}Config", f"{kind}Model", sizes), inputs, at, TRANSFORMERS, device="cpu")


def answering(
    row: str, kind: str, sizes: dict[str, Any], side: int, visual: int, see: Callable[[Any, int], Any], length: int = 64
) -> Entry:
    """One image, which becomes `visual` tokens, and a question of `length` tokens: the pass before the answer's first
    token. see: runs the image's part of the network on n images."""

    def run(network: Any, inputs: Any) -> Any:
        n, width = inputs[0], network.get_input_embeddings().embedding_dim
        see(network.model, n)
        text = getattr(network.model, "language_model", None) or network.model.text_model
        out = text(inputs_embeds=torch.empty(n, visual + length, width), attention_mask=None)
        return network.lm_head(out.last_hidden_state[:, -1])

    build = hugging_face(f"{kind}Config", f"{kind}ForConditionalGeneration", sizes)
    return Entry(
        row, build, lambda n: (n,), f"{side}x{side} image, {length} tokens", TRANSFORMERS, train=False, run=run
    )


def pixels(side: int) -> Callable[[Any, int], Any]:
    """Vision tower and projector on whole images."""
    return lambda model, n: model.get_image_features(torch.empty(n, 3, side, side))


def decoder(hidden: int, layers: int, heads: int, groups: int, inner: int, vocab: int) -> dict[str, Any]:
    """The sizes of a decoder with grouped heads."""
    sizes = {"hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads, "vocab_size": vocab}
    return sizes | {"num_key_value_heads": groups, "intermediate_size": inner}


def with_part_on_cpu(build: Callable[[], Any], part: Callable[[Any], Any]) -> Callable[[], Any]:
    """The same network with one part that reads values on the CPU, its weights not filled in."""

    def built() -> Any:
        network = build()
        part(network).to_empty(device="cpu")
        return network

    return built


def qwen_vl(row: str, kind: str, text: dict[str, Any], vision: dict[str, Any], *, tied: bool = False) -> Entry:
    """Patches of 14 pixels, four of them one token. The vision tower reads its window index, so it runs on the CPU."""
    side, patch, merged = 448, 14, 4
    patches = (side // patch) ** 2

    def see(model: Any, n: int) -> None:
        with torch.device("cpu"):
            grid = torch.tensor([[1, side // patch, side // patch]] * n)
            model.visual(torch.zeros(n * patches, 2 * 3 * patch * patch), grid_thw=grid)

    sizes = {"text_config": text | {"tie_word_embeddings": tied}, "tie_word_embeddings": tied}
    entry = answering(row, kind, sizes | {"vision_config": {"depth": 32, **vision}}, side, patches // merged, see)
    return replace(entry, build=with_part_on_cpu(entry.build, lambda network: network.model.visual), samples=1)


def smolvlm(
    row: str, text: dict[str, Any], vision: dict[str, Any], scale: int, side: int, visual: int, how: str
) -> Entry:
    """Idefics 3's network; no weights are shared between the embedding and the output."""

    def see(model: Any, n: int) -> None:
        with torch.device("cpu"):
            seen = model.vision_model(torch.zeros(n, 3, side, side))
        model.connector(torch.empty_like(seen.last_hidden_state, device="meta"))

    sizes = {"text_config": {"model_type": "llama", **text}, "vision_config": vision | {"image_size": side}}
    sizes |= {"scale_factor": scale, "tie_word_embeddings": False}
    entry = answering(row, "Idefics3", sizes, side, visual, see)
    return replace(entry, how=how, build=with_part_on_cpu(entry.build, lambda network: network.model.vision_model))


SIGLIP_512 = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
SIGLIP_512 |= {"patch_size": 16}
SIGLIP_384 = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16}
SIGLIP_384 |= {"patch_size": 14}
SMALL = "transformers 5.24.0 (Idefics 3), SmolLM2 and SigLIP base patch 16/512 as in huggingface/blog:smolervlm.md"
LARGER = "transformers 5.24.0 (Idefics 3) of SmolLM2-1.7B and SigLIP-SO400M, sizes of the released configuration"
QWEN_2B = decoder(1536, 28, 12, 2, 8960, 151936)
QWEN_3B = decoder(2048, 36, 16, 2, 11008, 151936)
QWEN_7B = decoder(3584, 28, 28, 4, 18944, 152064)
WINDOWED = {"hidden_size": 1280, "intermediate_size": 3420}


def blip2(row: str) -> Entry:
    """The image becomes 32 queries; the vocabulary is padded to 50,304."""
    text = {"hidden_size": 2560, "word_embed_proj_dim": 2560, "num_hidden_layers": 32, "num_attention_heads": 32}
    text |= {"model_type": "opt", "ffn_dim": 10240, "vocab_size": 50304}

    def run(network: Any, inputs: Any) -> Any:
        n, side = inputs[0], 224
        network.get_image_features(torch.empty(n, 3, side, side))
        words = torch.empty(n, network.config.num_query_tokens + 64, 2560)
        seen = torch.ones(n, words.shape[1], device="cpu")
        return network.language_model(inputs_embeds=words, attention_mask=seen, logits_to_keep=1)

    build = hugging_face("Blip2Config", "Blip2ForConditionalGeneration", {"text_config": text})
    return Entry(row, build, lambda n: (n,), "224x224 image, 64 tokens", TRANSFORMERS, train=False, run=run)


ENTRIES = [
    pair("clip-vit-b-32", "CLIP", {}, 77),
    pair("clip-vit-b-16", "CLIP", {"vision_config": {"patch_size": 16}}, 77),
    pair(
        "clip-vit-l-14", "CLIP", {"text_config": LARGE_TEXT, "vision_config": LARGE_VISION, "projection_dim": 768}, 77
    ),
    pair("siglip-base", "Siglip", {}, 64),
    pair("siglip2-base", "Siglip", {"text_config": {"vocab_size": 256000}}, 64),
    pair(
        "chinese-clip-b16",
        "ChineseCLIP",
        {"text_config": {"vocab_size": 21128}, "vision_config": {"patch_size": 16}},
        52,
    ),
    captioning("blip-base", "Blip", {}, 32, 384),
    replace(pair("vilt-b32", "Vilt", {}, 40, 384), device="cpu"),
    document(
        "layoutlmv3-base",
        "LayoutLMv3",
        {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1},
        512,
        224,
    ),
    document(
        "lilt-roberta-base", "Lilt", {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1}, 512
    ),
    answering(
        "llava-1.5-7b", "Llava", {"text_config": {"model_type": "llama", "vocab_size": 32064}}, 336, 576, pixels(336)
    ),
    blip2("blip2-opt-2.7b"),
    qwen_vl("qwen2-vl-2b", "Qwen2VL", QWEN_2B, {"embed_dim": 1280, "hidden_size": 1536}, tied=True),
    qwen_vl("qwen2.5-vl-3b", "Qwen2_5_VL", QWEN_3B, WINDOWED | {"out_hidden_size": 2048}, tied=True),
    qwen_vl("qwen2.5-vl-7b", "Qwen2_5_VL", QWEN_7B, WINDOWED | {"out_hidden_size": 3584}),
    smolvlm("smolvlm-256m", decoder(576, 30, 9, 3, 1536, 49280), SIGLIP_512, 4, 512, 64, SMALL),
    smolvlm("smolvlm-500m", decoder(960, 32, 15, 5, 2560, 49280), SIGLIP_512, 4, 512, 64, SMALL),
    smolvlm("smolvlm-2b", decoder(2048, 24, 32, 32, 8192, 49155), SIGLIP_384, 3, 384, 81, LARGER),
]
