"""Networks on images, clips and point clouds that timm's and torchvision's tables do not hold."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import (
    TRANSFORMERS,
    checkout,
    from_repository,
    hugging_face,
    tokens,
)

Size = tuple[int, int]


def image(row: str, build: Callable[[], Any], size: Size, how: str, channels: int = 3, **also: Any) -> Entry:
    """One image of height and width."""
    at = f"{size[0]}x{size[1]}"
    return Entry(row, build, lambda n: (torch.empty(n, channels, *size),), at, how, **also)


def from_code(
    row: str, repository: str, module: str, make: Callable[[Any], Any], size: Size, *, folder: str = "", **also: Any
) -> Entry:
    """A network of a repository on one image."""
    channels, without = also.pop("channels", 3), also.pop("without", ())
    note = also.pop("note", "")
    build = checkout(repository, module, make, folder, without)
    path = "/".join(part for part in (folder, module.replace(".", "/") + ".py") if part)
    how = f"{repository}:{path} on the meta device" + (f" ({note})" if note else "")
    return image(row, build, size, how, channels, **also)


def segformer(row: str, depths: list[int], widths: list[int], head: int) -> Entry:
    """150 classes of ADE20K."""
    sizes = {"depths": depths, "hidden_sizes": widths, "decoder_hidden_size": head, "num_labels": 150}
    build = hugging_face("SegformerConfig", "SegformerForSemanticSegmentation", sizes)
    return image(row, build, (512, 512), f"{TRANSFORMERS} (150 classes)")


def bisenet(code: Any) -> Any:
    """Without the weights it would download."""
    code.BiSeNetV2.load_pretrain = lambda self: None
    return code.BiSeNetV2(19, aux_mode="eval")


BASIC = ("basicsr", "basicsr.models", "basicsr.models.archs", "basicsr.utils")


def segmentation(row: str, network: str, encoder: str) -> Entry:
    """One class, as the library builds it."""

    def build() -> Any:
        return getattr(import_module("segmentation_models_pytorch"), network)(encoder, encoder_weights=None)

    return image(
        row, build, (512, 512), f"segmentation_models_pytorch 0.6 on the meta device ({encoder} encoder, one class)"
    )


def vitpose() -> Any:
    """ViT-B on 16-pixel patches of a person, two transposed convolutions, 17 points."""
    library = import_module("transformers")
    backbone = library.VitPoseBackboneConfig(out_indices=[12])
    settings = library.VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=False)
    return library.VitPoseForPoseEstimation(settings)


def clip(n: int) -> tuple[torch.Tensor]:
    """Sixteen frames."""
    return (torch.empty(n, 16, 3, 224, 224),)


def lraspp() -> Any:
    """The two-branch head on MobileNetV3-Small's features."""
    models = import_module("torchvision.models")
    segmentation_models = import_module("torchvision.models.segmentation.lraspp")
    backbone = models.mobilenet_v3_small(weights=None, dilated=True)
    return segmentation_models._lraspp_mobilenetv3(backbone, 21)


def swin(width: int, depths: list[int], heads: list[int], window: int) -> Callable[[Any], Any]:
    """Swin's sizes for a backbone."""
    sizes = {"embed_dim": width, "depths": depths, "num_heads": heads, "window_size": window, "out_features": STAGES}
    return lambda library: library.SwinConfig(image_size=384 if window == 12 else 224, **sizes)


def resnet50(library: Any) -> Any:
    """ResNet-50 as a backbone."""
    return library.ResNetConfig(out_features=STAGES)


def mask2former(row: str, backbone: Callable[[Any], Any], classes: int, queries: int, size: Size) -> Entry:
    """Pixels, then queries."""

    def build() -> Any:
        library = import_module("transformers")
        settings = library.Mask2FormerConfig(backbone_config=backbone(library), num_labels=classes, num_queries=queries)
        return library.Mask2FormerForUniversalSegmentation(settings)

    return image(row, build, size, f"{TRANSFORMERS} ({classes} classes, {queries} queries)", **ON_CPU)


def trocr() -> Any:
    """BEiT's encoder without query and key biases as in the released weights, a decoder of 1024."""
    library = import_module("transformers")
    eye = library.ViTModel(library.ViTConfig(image_size=384, qkv_bias=False), add_pooling_layer=False)
    sizes = {"vocab_size": 50265, "cross_attention_hidden_size": 768, "is_decoder": True, "add_cross_attention": True}
    return library.VisionEncoderDecoderModel(
        encoder=eye, decoder=library.TrOCRForCausalLM(library.TrOCRConfig(**sizes))
    )


def owl(n: int) -> dict[str, Any]:
    """One image and one text query."""
    return {
        "input_ids": tokens(n, 16),
        "pixel_values": torch.zeros(n, 3, 960, 960),
        "attention_mask": torch.ones(n, 16),
    }


def swinir(width: int, upsampler: str) -> Callable[[], Any]:
    """SwinIR twice as large, from 64x64."""
    deep = 6 if width == 180 else 4

    def build() -> Any:
        network = from_repository("JingyunLiang/SwinIR", "models.network_swinir").SwinIR
        sizes = {"embed_dim": width, "depths": [6] * deep, "num_heads": [6] * deep, "mlp_ratio": 2, "window_size": 8}
        return network(upscale=2, img_size=64, img_range=1.0, upsampler=upsampler, resi_connection="1conv", **sizes)

    return build


def retinaface(code: Any) -> Any:
    """ResNet-50, three levels of 256."""
    stages = {"layer2": 1, "layer3": 2, "layer4": 3}
    sizes = {"name": "Resnet50", "pretrain": False, "return_layers": stages, "in_channel": 256, "out_channel": 256}
    return code.RetinaFace(sizes, phase="test")


class Side(torch.nn.Module):
    """Teacher, student and autoencoder, each on the image."""

    def __init__(self, *parts: torch.nn.Module) -> None:
        super().__init__()
        self.parts = torch.nn.ModuleList(parts)

    def forward(self, seen: torch.Tensor) -> list[Any]:
        """Every part's features."""
        return [part(seen) for part in self.parts]


def efficientad() -> Any:
    """The small descriptor network; the student answers twice as many channels."""
    code = from_repository("nelson1425/EfficientAD", "common")
    return Side(code.get_pdn_small(384), code.get_pdn_small(768), code.get_autoencoder(384))


def nnunet(dimensions: int) -> Callable[[], Any]:
    """The plain U-Net that nnU-Net plans for one channel and two classes at this patch."""

    def build() -> Any:
        unet = import_module("dynamic_network_architectures.architectures.unet").PlainConvUNet
        convolution = {2: torch.nn.Conv2d, 3: torch.nn.Conv3d}[dimensions]
        norm = {2: torch.nn.InstanceNorm2d, 3: torch.nn.InstanceNorm3d}[dimensions]
        widths = {2: (32, 64, 128, 256, 512, 512, 512, 512), 3: (32, 64, 128, 256, 320, 320)}[dimensions]
        stages = len(widths)
        return unet(
            1,
            stages,
            widths,
            convolution,
            3,
            (1, *[2] * (stages - 1)),
            2,
            2,
            2,
            conv_bias=True,
            norm_op=norm,
            norm_op_kwargs={"eps": 1e-5, "affine": True},
            nonlin=torch.nn.LeakyReLU,
        )

    return build


STAGES = ["stage1", "stage2", "stage3", "stage4"]
OWL: dict[str, Any] = {}
SWINIR = "JingyunLiang/SwinIR:models/network_swinir.py on the meta device (twice as large)"
BASICSR = ("basicsr", "basicsr.archs", "basicsr.utils")
NNUNET = "dynamic_network_architectures 0.4.4 on the meta device ({}, one channel, two classes)"
ON_CPU: dict[str, Any] = {"device": "cpu", "samples": 1}
DETR = {"use_timm_backbone": False, "use_pretrained_backbone": False, "num_labels": 91}
SMALL_VIDEO = {"hidden_size": 384, "num_attention_heads": 6, "intermediate_size": 1536}
WIDE = [64, 128, 320, 512]
CITY = (1024, 2048)
ENTRIES = [
    segformer("segformer_b0", [2, 2, 2, 2], [32, 64, 160, 256], 256),
    segformer("segformer_b1", [2, 2, 2, 2], WIDE, 256),
    segformer("segformer_b2", [3, 4, 6, 3], WIDE, 768),
    segformer("segformer_b4", [3, 8, 27, 3], WIDE, 768),
    from_code(
        "pidnet_s",
        "XuJiacong/PIDNet",
        "models.pidnet",
        lambda code: code.get_pred_model("pidnet_s", 19),
        CITY,
        without=("models",),
        note="19 classes, without the heads of training",
    ),
    from_code(
        "ddrnet_23_slim",
        "ydhongHIT/DDRNet",
        "DDRNet_23_slim_eval_speed",
        lambda code: code.DualResNet(
            code.BasicBlock, [2, 2, 2, 2], num_classes=19, planes=32, spp_planes=128, head_planes=64, augment=False
        ),
        CITY,
        folder="segmentation",
        note="19 classes",
    ),
    from_code(
        "bisenetv2",
        "CoinCheung/BiSeNet",
        "bisenetv2",
        bisenet,
        (512, 1024),
        folder="lib/models",
        note="19 classes, without the heads of training",
    ),
    from_code(
        "modnet",
        "ZHKKKe/MODNet",
        "src.models.modnet",
        lambda code: code.MODNet(backbone_pretrained=False),
        (512, 512),
        without=("src", "src.models"),
        run=lambda network, images: network(*images, True),
    ),
    from_code("adaface_ir101", "mk-minchul/AdaFace", "net", lambda code: code.build_model("ir_101"), (112, 112)),
    from_code(
        "mobilefacenet",
        "deepinsight/insightface",
        "mobilefacenet",
        lambda code: code.get_mbf(False, 512),
        (112, 112),
        folder="recognition/arcface_torch/backbones",
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
    segmentation("unet_resnet34", "Unet", "resnet34"),
    segmentation("unet_mobilenet_v2", "Unet", "mobilenet_v2"),
    image(
        "detr_r50",
        hugging_face("DetrConfig", "DetrForObjectDetection", DETR),
        (800, 1216),
        TRANSFORMERS + " (ResNet-50)",
        **ON_CPU,
    ),
    image("vitpose_b", vitpose, (256, 192), TRANSFORMERS + " (classic decoder)"),
    Entry(
        "videomae_s",
        hugging_face("VideoMAEConfig", "VideoMAEForVideoClassification", SMALL_VIDEO | {"num_labels": 400}),
        clip,
        "16 frames 224x224",
        TRANSFORMERS + " (400 classes)",
    ),
    Entry(
        "videomae_b",
        hugging_face("VideoMAEConfig", "VideoMAEForVideoClassification", {"num_labels": 400}),
        clip,
        "16 frames 224x224",
        TRANSFORMERS + " (400 classes)",
    ),
    Entry(
        "medsam",
        hugging_face("SamConfig", "SamModel", {}),
        lambda n: (torch.empty(n, 3, 1024, 1024),),
        "1024x1024, image encoder",
        TRANSFORMERS + " (SAM ViT-B)",
        run=lambda network, images: network.vision_encoder(*images),
    ),
    image(
        "lraspp_mobilenet_v3_small",
        lraspp,
        (520, 520),
        "torchvision 0.29 on the meta device (MobileNetV3-Small, 21 classes)",
    ),
    mask2former("mask2former_swin_t", swin(96, [2, 2, 6, 2], [3, 6, 12, 24], 7), 150, 100, (512, 512)),
    mask2former("mask2former_r50", resnet50, 80, 100, (800, 1216)),
    mask2former("mask2former_swin_l", swin(192, [2, 2, 18, 2], [6, 12, 24, 48], 12), 133, 200, (800, 1216)),
    Entry(
        "trocr_base",
        trocr,
        lambda n: {"pixel_values": torch.empty(n, 3, 384, 384), "decoder_input_ids": tokens(n, 32)},
        "384x384 line, 32 tokens out",
        TRANSFORMERS,
    ),
    Entry(
        "owlv2_b16",
        hugging_face("Owlv2Config", "Owlv2ForObjectDetection", OWL),
        owl,
        "960x960 image, one text of 16 tokens",
        TRANSFORMERS,
        device="cpu",
        samples=1,
        train=False,
    ),
    image("swinir_m", swinir(180, "pixelshuffle"), (64, 64), SWINIR, device="cpu"),
    image("swinir_light", swinir(60, "pixelshuffledirect"), (64, 64), SWINIR, device="cpu"),
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
        device="cpu",
    ),
    from_code(
        "crnn_vgg",
        "meijieru/crnn.pytorch",
        "crnn",
        lambda code: code.CRNN(32, 1, 37, 256),
        (32, 100),
        folder="models",
        channels=1,
        note="37 symbols",
    ),
    from_code(
        "stdc1_seg50",
        "MichaelFan01/STDC-Seg",
        "models.model_stages",
        lambda code: code.BiSeNet("STDCNet813", 19, use_boundary_8=True),
        (512, 1024),
        without=("models", "modules", "modules.bn"),
        note="19 classes, with the heads of training",
    ),
    from_code("retinaface_r50", "biubug6/Pytorch_Retinaface", "models.retinaface", retinaface, (640, 640)),
    image(
        "efficientad_s",
        efficientad,
        (256, 256),
        "nelson1425/EfficientAD:common.py on the meta device (teacher, student and autoencoder)",
    ),
    image("nnunet_2d", nnunet(2), (512, 512), NNUNET.format("2D, 7 stages"), channels=1),
]
