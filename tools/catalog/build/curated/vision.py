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
from deep_learning_expert.tools.catalog.build.curated.vision_networks import Side, resnet9

Size = tuple[int, ...]


def image(row: str, build: Callable[[], Any], size: Size, how: str, channels: int = 3, **also: Any) -> Entry:
    """One image of height and width, or one volume."""
    at = "x".join(map(str, size))
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


def retinaface(code: Any) -> Any:
    """ResNet-50, three levels of 256."""
    stages = {"layer2": 1, "layer3": 2, "layer4": 3}
    sizes = {"name": "Resnet50", "pretrain": False, "return_layers": stages, "in_channel": 256, "out_channel": 256}
    return code.RetinaFace(sizes, phase="test")


def efficientad() -> Any:
    """The small descriptor network; the student answers twice as many channels."""
    code = from_repository("nelson1425/EfficientAD", "common")
    return Side(code.get_pdn_small(384), code.get_pdn_small(768), code.get_autoencoder(384))


def torchvision_model(name: str) -> Callable[[], Any]:
    """As its published weights need it: without the head that only training uses."""

    def build() -> Any:
        models = import_module("torchvision.models")
        more: dict[str, Any] = {"weights_backbone": None} if name.startswith(("deeplab", "lraspp")) else {}
        # DeepLab's published parameters and operations hold the second head of its training.
        return models.get_model(name, weights=None, **more | ({"aux_loss": True} if "deeplab" in name else {}))

    return build


def video(row: str, frames: int, side: int) -> Entry:
    """A clip, channels first."""

    def inputs(n: int) -> tuple[torch.Tensor]:
        return (torch.empty(n, 3, frames, side, side),)

    return Entry(row, torchvision_model(row), inputs, f"{frames} frames {side}x{side}", TORCHVISION)


TORCHVISION = "torchvision 0.29 on the meta device"


def tsm() -> Any:
    """The network of one frame."""
    return import_module("torchvision.models").resnet50(weights=None, num_classes=400)


def yolox(row: str, depth: float, width: float) -> Entry:
    """One class at the tracker's size."""
    repository, without = "Megvii-BaseDetection/YOLOX", ("loguru", "yolox", "yolox.utils", "yolox.models")

    def build() -> Any:
        neck = from_repository(repository, "yolox.models.yolo_pafpn", without=without).YOLOPAFPN(depth, width)
        head = from_repository(repository, "yolox.models.yolo_head", without=without).YOLOXHead(1, width)
        head.decode_in_inference = False
        return torch.nn.Sequential(neck, head)

    return image(row, build, (800, 1440), f"{repository}:yolox/models on the meta device (one class)", train=False)


def sam2(row: str, width: int, heads: int, depths: list[int], everywhere: list[int], windows: list[int]) -> Entry:
    """With the memory that videos need; MACs of one image through the encoder."""

    def build() -> Any:
        library = import_module("transformers")
        widths = [width * 2**i for i in range(4)]
        backbone = library.Sam2HieraDetConfig(
            hidden_size=width,
            num_attention_heads=heads,
            blocks_per_stage=depths,
            embed_dim_per_stage=widths,
            num_attention_heads_per_stage=[heads * 2**i for i in range(4)],
            global_attention_blocks=everywhere,
            window_size_per_stage=windows,
            window_positional_embedding_background_size=[14, 14] if width == 112 else [7, 7],
        )
        vision = library.Sam2VisionConfig(backbone_config=backbone, backbone_channel_list=widths[::-1])
        return library.Sam2VideoModel(library.Sam2VideoConfig(vision_config=vision))

    def encode(network: Any, images: Any) -> Any:
        return network.vision_encoder(*images)

    how = TRANSFORMERS + ", sizes of facebookresearch/sam2:sam2/configs/sam2.1"
    at = "1024x1024, image encoder"
    return Entry(row, build, lambda n: (torch.empty(n, 3, 1024, 1024),), at, how, run=encode, train=False)


def grounding(n: int) -> dict[str, Any]:
    """One image and a sentence."""
    return {"pixel_values": torch.zeros(n, 3, 800, 1216), "input_ids": tokens(n, 16)}


STAGES = ["stage1", "stage2", "stage3", "stage4"]
OWL: dict[str, Any] = {"vision_config": {"image_size": 960}}
ON_CPU: dict[str, Any] = {"device": "cpu", "samples": 1, "train": False}
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
    from_code("adaface_ir101", "mk-minchul/AdaFace", "net", lambda code: code.build_model("ir_101"), (112, 112)),
    from_code(
        "mobilefacenet",
        "deepinsight/insightface",
        "mobilefacenet",
        lambda code: code.get_mbf(False, 512),
        (112, 112),
        folder="recognition/arcface_torch/backbones",
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
    from_code("retinaface_r50", "biubug6/Pytorch_Retinaface", "models.retinaface", retinaface, (640, 640)),
    image(
        "efficientad_s",
        efficientad,
        (256, 256),
        "nelson1425/EfficientAD:common.py on the meta device (teacher, student and autoencoder)",
    ),
    video("swin3d_t", 32, 224),
    video("mvit_v2_s", 16, 224),
    video("r2plus1d_18", 16, 112),
    image("lraspp_mobilenet_v3_large", torchvision_model("lraspp_mobilenet_v3_large"), (520, 520), TORCHVISION),
    image("deeplabv3_resnet50", torchvision_model("deeplabv3_resnet50"), (520, 520), TORCHVISION),
    image("patchcore_wrn50", torchvision_model("wide_resnet50_2"), (224, 224), TORCHVISION + " (the whole backbone)"),
    image("patchcore_r18", torchvision_model("resnet18"), (224, 224), TORCHVISION + " (the whole backbone)"),
    image("padim_r18", torchvision_model("resnet18"), (224, 224), TORCHVISION + " (the whole backbone)"),
    image("resnet9", resnet9, (32, 32), "the layers of 64-128-256-512 with two residual pairs, 10 classes"),
    Entry(
        "winclip",
        lambda: import_module("open_clip").create_model("ViT-B-16-plus-240"),
        lambda n: (torch.empty(n, 3, 240, 240),),
        "240x240, image encoder",
        "open_clip 3.3 on the meta device (ViT-B-16-plus-240)",
        run=lambda network, images: network.encode_image(*images),
        **ON_CPU,
    ),
    Entry(
        "tsm_r50",
        tsm,
        lambda n: (torch.empty(8 * n, 3, 224, 224),),
        "8 frames 224x224",
        TORCHVISION + " (ResNet-50 a frame, 400 classes; shifting costs nothing)",
    ),
    yolox("bytetrack_yolox_x", 1.33, 1.25),
    yolox("bytetrack_yolox_s", 0.33, 0.5),
    sam2("sam2_1_hiera_tiny", 96, 1, [1, 2, 7, 2], [5, 7, 9], [8, 4, 14, 7]),
    sam2("sam2_1_hiera_b_plus", 112, 2, [2, 3, 16, 3], [12, 16, 20], [8, 4, 14, 7]),
    sam2("sam2_1_hiera_large", 144, 2, [2, 6, 36, 4], [23, 33, 43], [8, 4, 16, 8]),
    Entry(
        "grounding_dino_t",
        hugging_face("GroundingDinoConfig", "GroundingDinoForObjectDetection", {}),
        grounding,
        "800x1216 image, 16 tokens",
        TRANSFORMERS,
        **ON_CPU,
    ),
]
