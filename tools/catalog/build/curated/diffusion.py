"""Denoising networks: one step on one latent, without text encoders and decoders of images.

A guided step runs the network twice. Latents of Stable Diffusion and DiT have an eighth of the image's side.
"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import (
    DIFFUSERS,
    diffuser,
    from_repository,
    tokens,
    trainable,
)

XL_SIZES: dict[str, Any] = {
    "sample_size": 128,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "block_out_channels": (320, 640, 1280),
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
    "use_linear_projection": True,
}
XL_UP = {"up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")}
SD_SIZES: dict[str, Any] = {"cross_attention_dim": 768, "attention_head_dim": 8}


def latent(n: int, side: int, width: int, *, xl: bool = False, control: bool = False) -> dict[str, Any]:
    """A latent, its time, 77 text vectors, and what SDXL and control branches ask for besides."""
    found: dict[str, Any] = {"sample": torch.empty(n, 4, side, side), "timestep": torch.empty(n)}
    found["encoder_hidden_states"] = torch.empty(n, 77, width)
    if xl:
        found["added_cond_kwargs"] = {"text_embeds": torch.empty(n, 1280), "time_ids": torch.empty(n, 6)}
    if control:
        found["controlnet_cond"] = torch.empty(n, 3, 8 * side, 8 * side)
    return found


def flux(row: str, *, guided: bool) -> Entry:
    """A 1024x1024 image is 64x64 packed latents; 512 text vectors."""
    image, text = 64 * 64, 512

    def inputs(n: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "hidden_states": torch.empty(n, image, 64),
            "encoder_hidden_states": torch.empty(n, text, 4096),
            "pooled_projections": torch.empty(n, 768),
            "timestep": torch.empty(n),
            "img_ids": torch.empty(image, 3),
            "txt_ids": torch.empty(text, 3),
        }
        return found | ({"guidance": torch.empty(n)} if guided else {})

    build = diffuser("FluxTransformer2DModel", {"guidance_embeds": guided})
    return Entry(row, build, inputs, "1024x1024 image, one step", DIFFUSERS, train=False)


def sd3(n: int) -> dict[str, Any]:
    """A 1024x1024 image; 154 + 256 - 77 text vectors: 77 of both CLIP encoders at once, 256 of T5."""
    return {
        "hidden_states": torch.empty(n, 16, 128, 128),
        "encoder_hidden_states": torch.empty(n, 77 + 256, 4096),
        "pooled_projections": torch.empty(n, 2048),
        "timestep": torch.empty(n),
    }


def dit(row: str, name: str) -> Entry:
    """The reference code, a 256x256 image."""

    def inputs(n: int) -> tuple[Any, ...]:
        return torch.empty(n, 4, 32, 32), torch.empty(n), tokens(n)

    def build() -> Any:
        network = from_repository("facebookresearch/DiT", "models").DiT
        sizes = {"DiT-B/2": (12, 768, 12), "DiT-XL/2": (28, 1152, 16)}[name]
        network.initialize_weights = lambda self: None
        return network(depth=sizes[0], hidden_size=sizes[1], patch_size=2, num_heads=sizes[2])

    return Entry(
        row,
        build,
        inputs,
        "256x256 image, one step",
        "facebookresearch/DiT:models.py on the meta device",
        size=trainable,
    )


def qwen_image(n: int) -> dict[str, Any]:
    """64x64 packed latents and 512 text vectors."""
    return {
        "hidden_states": torch.empty(n, 64 * 64, 64),
        "encoder_hidden_states": torch.empty(n, 512, 3584),
        "encoder_hidden_states_mask": torch.ones(n, 512),
        "timestep": torch.empty(n),
        "img_shapes": [[(1, 64, 64)]] * n,
    }


def cogvideo(n: int) -> tuple[Any, ...]:
    """13 latent frames, 226 text vectors."""
    return torch.empty(n, 13, 16, 60, 90), torch.empty(n, 226, 4096), torch.zeros(n)


def wan(n: int) -> tuple[Any, ...]:
    """21 latent frames, 512 text vectors."""
    return torch.empty(n, 16, 21, 60, 104), torch.zeros(n), torch.empty(n, 512, 4096)


def edm() -> Any:
    """The sizes that the repository's train.py gives 64x64 faces."""
    # Its classes are wrapped to be stored with their source, which the meta device does not need.
    sys.modules["torch_utils"] = ModuleType("torch_utils")
    sys.modules["torch_utils"].persistence = SimpleNamespace(persistent_class=lambda one: one)
    code = from_repository("NVlabs/edm", "training.networks")
    del sys.modules["torch_utils"]
    return code.SongUNet(64, 3, 3, model_channels=128, channel_mult=[1, 2, 2, 2], embedding_type="positional")


WAN = {"num_attention_heads": 12, "attention_head_dim": 128, "num_layers": 30, "ffn_dim": 8960}
DDPM = {
    "sample_size": 64,
    "layers_per_block": 2,
    "block_out_channels": (128, 128, 256, 256, 512, 512),
    "down_block_types": (*["DownBlock2D"] * 4, "AttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "AttnUpBlock2D", *["UpBlock2D"] * 4),
}
SD3_SIZES = {"num_layers": 24, "num_attention_heads": 24, "caption_projection_dim": 1536, "pos_embed_max_size": 192}

ENTRIES = [
    Entry(
        "ddpm_unet_64",
        diffuser("UNet2DModel", DDPM),
        lambda n: (torch.empty(n, 3, 64, 64), torch.empty(n)),
        "64x64 image, one step",
        DIFFUSERS + " (huggingface/diffusers:examples/unconditional_image_generation)",
    ),
    dit("dit_b2", "DiT-B/2"),
    dit("dit_xl2", "DiT-XL/2"),
    Entry(
        "sd15",
        diffuser("UNet2DConditionModel", SD_SIZES),
        lambda n: latent(n, 64, 768),
        "512x512 image, one step",
        DIFFUSERS,
    ),
    Entry(
        "sdxl",
        diffuser("UNet2DConditionModel", XL_SIZES | XL_UP),
        lambda n: latent(n, 128, 2048, xl=True),
        "1024x1024 image, one step",
        DIFFUSERS,
    ),
    Entry(
        "sd3_medium",
        diffuser("SD3Transformer2DModel", SD3_SIZES),
        sd3,
        "1024x1024 image, one step",
        DIFFUSERS,
        train=False,
    ),
    flux("flux1_dev", guided=True),
    flux("flux1_schnell", guided=False),
    Entry(
        "controlnet_sd15",
        diffuser("ControlNetModel", SD_SIZES),
        lambda n: latent(n, 64, 768, control=True),
        "512x512 image, one step",
        DIFFUSERS,
    ),
    Entry(
        "controlnet_sdxl",
        diffuser("ControlNetModel", {k: v for k, v in XL_SIZES.items() if k != "sample_size"}),
        lambda n: latent(n, 128, 2048, xl=True, control=True),
        "1024x1024 image, one step",
        DIFFUSERS,
    ),
    Entry(
        "t2i_adapter_sdxl",
        diffuser(
            "T2IAdapter",
            {
                "adapter_type": "full_adapter_xl",
                "channels": [320, 640, 1280, 1280],
                "num_res_blocks": 2,
                "downscale_factor": 16,
            },
        ),
        lambda n: (torch.empty(n, 3, 1024, 1024),),
        "1024x1024 image",
        DIFFUSERS,
    ),
    Entry(
        "qwen_image",
        diffuser("QwenImageTransformer2DModel", {}),
        qwen_image,
        "1024x1024 image, one step",
        DIFFUSERS,
        train=False,
        samples=1,
    ),
    Entry(
        "cogvideox_2b",
        diffuser("CogVideoXTransformer3DModel", {}),
        cogvideo,
        "49 frames 480x720, one step",
        DIFFUSERS,
        train=False,
        samples=1,
    ),
    Entry(
        "wan21_t2v_13b",
        diffuser("WanTransformer3DModel", WAN),
        wan,
        "81 frames 480x832, one step",
        DIFFUSERS,
        train=False,
        samples=1,
    ),
    Entry(
        "edm_ffhq64",
        edm,
        lambda n: (torch.empty(n, 3, 64, 64), torch.empty(n), None),
        "64x64 image, one step",
        "NVlabs/edm:training/networks.py on the meta device (SongUNet as DDPM++, 64x64, no labels)",
    ),
]
