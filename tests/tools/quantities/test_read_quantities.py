"""Quantities as people write them, in both languages."""

from __future__ import annotations

import pytest

from deep_learning_expert.tools.quantities import Expect, Quantity, read_quantities


def short(quantity: Quantity) -> str:
    """kind value unit, with direction in front and "~" for hedged ones."""
    hedge = "~" if quantity.approximate else ""
    name = f"{quantity.name} " if quantity.kind in ("target", "setting") else ""
    return f"{quantity.kind} {name}{quantity.direction}{hedge}{round(quantity.value, 9):g} {quantity.unit}".strip()


CASES: list[tuple[str, Expect | None, list[str]]] = [
    ("10k 样本", None, ["count 10000 samples"]),
    ("１.２万张", None, ["count 12000 images"]),
    ("约五千条", None, ["count ~5000 samples"]),
    ("128 万张", "count", ["count 1.28e+06 images"]),
    ("24 万", "count", ["count 240000 samples"]),
    ("50 亿 token", None, ["count 5e+09 tokens"]),
    ("100B tokens", None, ["count 1e+11 tokens"]),
    ("2,500 clean labelled photos", None, ["count 2500 images"]),
    ("20 万条标注语料", None, ["count 200000 texts"]),
    ("6,000 images, about 160 per class", None, ["count 6000 images", "count ~160 images"]),
    ("每类 30 张", None, ["count 30 images"]),
    ("35 hours Common Voice", "count", ["count 35 hours"]),
    ("2,000 小时语音", None, ["count 2000 hours"]),
    ("1000余张", None, ["count >=~1000 images"]),
    ("一万二千条评论", None, ["count 12000 texts"]),
    ("三百五张", None, ["count 350 images"]),
    ("1万2张", None, ["count 12000 images"]),
    ("10w 条", None, ["count 100000 samples"]),
    ("<50ms", None, ["latency <50 ms"]),
    ("不超过 0.2 秒", "latency", ["latency <=200 ms"]),
    ("50 毫秒以内", None, ["latency <=50 ms"]),
    ("首 token <1s", None, ["latency <1000 ms"]),
    ("实时率 <0.3", None, ["target real_time_factor <0.3"]),
    ("<1GB", None, ["size <1000 MB"]),
    ("1 GiB", None, ["size 1073.74 MB"]),
    ("<200KB", None, ["size <0.2 MB"]),
    ("<100M", "size", ["size <100 MB"]),
    ("top-1 acc >90%", None, ["target top1_accuracy >90 %"]),
    ("95% top-1", None, ["target top1_accuracy >=95 %"]),
    ("达到 92% 的准确率", None, ["target accuracy >=92 %"]),
    ("F1≥0.85", None, ["target f1 >=0.85"]),
    ("mAP@0.5 0.6", None, ["target mAP50 >=0.6"]),
    ("mIoU > 72", None, ["target mIoU >72 %"]),
    ("WER 8% 以下", None, ["target WER <=8 %"]),
    ("> 90% 5-fold", "target", ["target  >90 %", "count 5 folds"]),
    ("两周 / 500 美元", None, ["duration 1.2096e+06 s", "money 500 USD"]),
    ("¥3000", None, ["money 3000 CNY"]),
    ("$1.5k", None, ["money 1500 USD"]),
    ("一个半小时", None, ["duration 5400 s"]),
    ("3 类, 1：20 不平衡", None, ["count 3 classes", "ratio 20 :1"]),
    ("百分之五的标签噪声", None, ["share 5 %"]),
    ("异常约 4%", None, ["share ~4 %"]),
    ("lr=3e-4, batch 32", None, ["setting learning_rate 0.0003", "setting batch_size 32"]),
    ("7B 模型", None, ["parameters 7e+09 params"]),
    ("≥ 30 FPS", None, ["rate >=30 frames/s"]),
    ("10 万+ 用户", None, ["count >=100000 users"]),
    ("平均每条 120 字", None, ["sequence_length 120 characters"]),
    ("每秒处理 100 张图", None, ["rate 100 images/s"]),
    ("under $200 of cloud credits", "money", ["money <200 USD"]),
    ("100 GPU hours", "money", ["gpu_hours 100 GPU h"]),
    ("精度损失 <1%", "target", ["share <1 %"]),
    ("准确率提升到 95%", "target", ["target accuracy >=95 %"]),
    ("< 4 MB flash, 512 KB SRAM", "size", ["size <4 MB", "memory 0.512 MB"]),
    ("no GPU", "device", ["device 1 cpu"]),
    ("64 核 CPU，无 GPU", "device", ["cores 64 cores", "device 1 cpu"]),
    ("2 台 8 卡 A800 服务器", "device", ["device 8 gpu"]),
    ("ResNet-50 and ViT-B/16 on CIFAR-10 in 2024 年", None, []),
    ("统一的第一类方法", None, []),
]


@pytest.mark.parametrize(("text", "expect", "wanted"), CASES)
def test_reads_what_was_written(text: str, expect: Expect | None, wanted: list[str]) -> None:
    reading = read_quantities(text, expect)
    assert [short(item) for item in reading.quantities] == wanted
    assert not reading.not_understood


@pytest.mark.parametrize(
    ("text", "device", "count", "kind", "conditions"),
    [
        ("单卡 3090", "rtx-3090", 1, "gpu", {}),
        ("8×A100 80G", "a100", 8, "gpu", {"memory_gb": "80"}),
        ("A100-80G x8", "a100", 8, "gpu", {"memory_gb": "80"}),
        ("2 张 80G 的 A100", "a100", 2, "gpu", {"memory_gb": "80"}),
        ("two RTX 3090s", "rtx-3090", 2, "gpu", {}),
        ("4090 24G", "rtx-4090", 1, "gpu", {"memory_gb": "24"}),
        ("树莓派4 部署", "raspberry-pi-4", 1, "cpu", {"role": "deploy"}),
        ("推理 4 核 CPU", "", 1, "cpu", {"cores": "4", "role": "deploy"}),
        ("Kaggle 2xT4", "t4", 2, "gpu", {}),
        ("训练和推理都用一张 3090", "rtx-3090", 1, "gpu", {"count": "stated"}),
        ("M2 MacBook Pro 16GB", "apple-m2", 1, "cpu", {"memory_gb": "16"}),
        ("RTX 4090 Laptop", "", 1, "gpu", {}),
        ("2 台 8 卡 A800", "a800", 8, "gpu", {"machines": "2"}),
        ("多卡训练", "", 1, "gpu", {"count": "several", "role": "train"}),
        ("phone NPU", "", 1, "phone", {"role": "deploy"}),
    ],
)
def test_reads_machines(text: str, device: str, count: int, kind: str, conditions: dict[str, str]) -> None:
    machines = read_quantities(text).of("device")
    assert [(item.name, item.value, item.unit) for item in machines] == [(device, count, kind)]
    assert conditions.items() <= machines[0].conditions.items()


def test_a_4090d_is_not_a_4090_and_3090_images_are_images() -> None:
    assert read_quantities("4090D").of("device")[0].name == "rtx-4090-d"
    assert [item.kind for item in read_quantities("3090 images").quantities] == ["count"]


def test_roles_belong_to_their_own_clause() -> None:
    machines = read_quantities("训练单卡 A10；推理 4 核 CPU").of("device")
    assert [item.conditions.get("role") for item in machines] == ["train", "deploy"]


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("p99 30 ms at batch 1", {"percentile": "99", "batch": "1"}),
        ("P99 <15ms（单条、长度 32）", {"percentile": "99", "per": "sample", "sequence_length": "32"}),
        ("Jetson Orin 上 1024x512 <25ms", {"resolution": "1024x512", "device": "Jetson Orin"}),
        ("<100ms/页", {"per": "page"}),
        ("<30 ms per image on CPU", {"per": "image", "device": "CPU"}),
        ("首 token <1s", {"per": "first_token"}),
    ],
)
def test_a_latency_keeps_its_conditions(text: str, conditions: dict[str, str]) -> None:
    (latency,) = read_quantities(text, "latency").of("latency")
    assert dict(latency.conditions) == conditions


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("5-10k images", 5000, 10000), ("3 到 5 万张", 30000, 50000), ("两三百张", 200, 300), ("5ms-10ms", 5, 10)],
)
def test_ranges_keep_both_ends(text: str, low: float, high: float) -> None:
    (quantity,) = read_quantities(text).quantities
    assert (quantity.low, quantity.high) == (low, high)


@pytest.mark.parametrize("text", ["几千张图", "several hundred images", "24 万", "flurbs 17", "大量数据"])
def test_what_is_vague_or_unitless_is_reported_not_guessed(text: str) -> None:
    reading = read_quantities(text)
    assert not reading.quantities
    assert reading.not_understood


def test_spans_point_at_the_words() -> None:
    text = "我们有 １.２万张 图，延迟 <50ms"
    for quantity in read_quantities(text).quantities:
        assert quantity.words == text[slice(*quantity.span)].strip()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("四川方言语音识别", []),
        ("九江的照片", []),
        ("四条川话录音", [("count", 4, "clips")]),
        ("3200 张手机拍摄的舌象照片", [("count", 3200, "images")]),
        ("每帧一张，共 40 万张", [("count", 400_000, "images")]),
        ("最多的一类 1400 张", [("count", 1400, "images")]),
        ("八张卡", [("device", 8, "gpu")]),
        ("8 张卡片照片", [("count", 8, "images")]),
    ],
)
def test_a_chinese_numeral_counts_only_what_its_measure_word_allows(text: str, wanted: list[tuple]) -> None:
    found = [(item.kind, item.value, item.unit) for item in read_quantities(text).quantities]
    assert found == wanted
