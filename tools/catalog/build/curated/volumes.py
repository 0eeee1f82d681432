"""Networks of medical images and volumes, and of point clouds."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, from_repository, hugging_face
from deep_learning_expert.tools.catalog.build.curated.vision import ON_CPU, from_code, image
from deep_learning_expert.tools.catalog.build.curated.vision_networks import Edges, Unet


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


def mednext(code: Any) -> Any:
    """The large network without the checkpoints that save memory in training."""
    rising = [3, 4, 8, 8, 8, 8, 8, 4, 3]
    sizes = {"exp_r": rising, "block_counts": rising, "kernel_size": 3, "do_res": True, "do_res_up_down": True}
    return code.MedNeXt(in_channels=1, n_channels=32, n_classes=3, deep_supervision=False, **sizes)


def swin_unetr() -> Any:
    """With a residual convolution at the start of each stage."""
    network = import_module("monai.networks.nets").SwinUNETR
    return network(in_channels=1, out_channels=14, feature_size=48, use_v2=True)


def cloud(row: str, build: Callable[[], Any], how: str, **also: Any) -> Entry:
    """1024 points."""
    return Entry(row, build, lambda n: (torch.rand(n, 3, 1024),), "1024 points", how, **also)


def pointnet2() -> Any:
    """Three levels of grouped points."""
    code = from_repository("yanx27/Pointnet_Pointnet2_pytorch", "pointnet2_cls_ssg", "models")
    return code.get_model(40, normal_channel=False)


MEDNEXT = "nnunet_mednext.network_architecture.mednextv1"
NNUNET = "dynamic_network_architectures 0.4.4 on the meta device ({}, one channel, two classes)"
ENTRIES = [
    Entry(
        "medsam",
        hugging_face("SamConfig", "SamModel", {}),
        lambda n: (torch.empty(n, 3, 1024, 1024),),
        "1024x1024, image encoder",
        TRANSFORMERS + " (SAM ViT-B)",
        run=lambda network, images: network.vision_encoder(*images),
    ),
    image("nnunet_2d", nnunet(2), (512, 512), NNUNET.format("2D, 7 stages"), channels=1),
    image(
        "unet",
        Unet,
        (572, 572),
        "the layers of Ronneberger et al. 2015, arXiv:1505.04597, figure 1 (one input channel, two classes)",
        channels=1,
    ),
    image("nnunet_3d", nnunet(3), (128, 128, 128), NNUNET.format("3D, 6 stages"), channels=1),
    from_code(
        "mednext_l_k3",
        "MIC-DKFZ/MedNeXt",
        MEDNEXT + ".MedNextV1",
        mednext,
        (128, 128, 128),
        without=("nnunet_mednext", "nnunet_mednext.network_architecture", MEDNEXT),
        channels=1,
        note="L, kernel 3, 3 classes",
    ),
    image(
        "swin_unetr_v2",
        swin_unetr,
        (96, 96, 96),
        "monai 1.6.1 (features of 48, 14 classes)",
        channels=1,
        **ON_CPU,
    ),
    cloud("dgcnn", Edges, "the layers of WangYueFt/dgcnn:pytorch/model.py (20 neighbours, 40 classes)"),
    cloud(
        "pointnet2_ssg",
        pointnet2,
        "yanx27/Pointnet_Pointnet2_pytorch:models/pointnet2_cls_ssg.py (40 classes)",
        device="cpu",
    ),
]
