"""Networks that return an image: denoising, enlarging, cutting out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learning_expert.tools.catalog.build.curated.libraries import from_repository
from deep_learning_expert.tools.catalog.build.curated.vision import ON_CPU, from_code, image


def swinir(width: int, upsampler: str) -> Callable[[], Any]:
    """SwinIR twice as large, from 64x64."""
    deep = 6 if width == 180 else 4

    def build() -> Any:
        network = from_repository("JingyunLiang/SwinIR", "models.network_swinir").SwinIR
        sizes = {"embed_dim": width, "depths": [6] * deep, "num_heads": [6] * deep, "mlp_ratio": 2, "window_size": 8}
        return network(upscale=2, img_size=64, img_range=1.0, upsampler=upsampler, resi_connection="1conv", **sizes)

    return build


BASIC = ("basicsr", "basicsr.models", "basicsr.models.archs", "basicsr.utils")
SWINIR = "JingyunLiang/SwinIR:models/network_swinir.py on the meta device (twice as large)"
BASICSR = ("basicsr", "basicsr.archs", "basicsr.utils")
ENTRIES = [
    from_code(
        "modnet",
        "ZHKKKe/MODNet",
        "src.models.modnet",
        lambda code: code.MODNet(backbone_pretrained=False),
        (512, 512),
        without=("src", "src.models"),
        run=lambda network, images: network(*images, True),
    ),
    from_code(
        "nafnet_w32",
        "megvii-research/NAFNet",
        "basicsr.models.archs.NAFNet_arch",
        lambda code: code.NAFNet(3, 32, 12, [2, 2, 4, 8], [2, 2, 2, 2]),
        (256, 256),
        without=BASIC,
    ),
    from_code(
        "nafnet_w64",
        "megvii-research/NAFNet",
        "basicsr.models.archs.NAFNet_arch",
        lambda code: code.NAFNet(3, 64, 12, [2, 2, 4, 8], [2, 2, 2, 2]),
        (256, 256),
        without=BASIC,
    ),
    from_code(
        "restormer",
        "swz30/Restormer",
        "restormer_arch",
        lambda code: code.Restormer(),
        (256, 256),
        folder="basicsr/models/archs",
    ),
    image("swinir_m", swinir(180, "pixelshuffle"), (64, 64), SWINIR, **ON_CPU),
    image("swinir_light", swinir(60, "pixelshuffledirect"), (64, 64), SWINIR, **ON_CPU),
    from_code(
        "real_esrgan",
        "XPixelGroup/BasicSR",
        "basicsr.archs.rrdbnet_arch",
        lambda code: code.RRDBNet(3, 3),
        (64, 64),
        without=BASICSR,
        note="23 blocks, four times larger",
    ),
    from_code(
        "edsr_baseline",
        "XPixelGroup/BasicSR",
        "basicsr.archs.edsr_arch",
        lambda code: code.EDSR(3, 3, 64, 16, 4),
        (64, 64),
        without=BASICSR,
        note="16 blocks of 64, four times larger",
    ),
    from_code(
        "rvm_mobilenetv3",
        "PeterL1n/RobustVideoMatting",
        "model.model",
        lambda code: code.MattingNetwork("mobilenetv3"),
        (288, 512),
        note="one frame",
        **ON_CPU,
    ),
]
