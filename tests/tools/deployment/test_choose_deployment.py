"""Formats by device and kind of model; several devices by the memory of the training states."""

from __future__ import annotations

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.architecture.candidate import ArchitectureClass, Candidate, Mode
from deep_learning_expert.tools.deployment.choose import choose_deployment, choose_distributed
from deep_learning_expert.tools.deployment.distributed import training_states
from deep_learning_expert.tools.errors import OutOfRangeError
from deep_learning_expert.tools.figures import computed, given
from deep_learning_expert.tools.requirements import (
    DeviceKind,
    DeviceNeed,
    Domain,
    Limits,
    Requirements,
    Setup,
    TaskType,
)

BATCH = computed("batch_size", 64, "samples", "recipe")


def model(
    family: str = "resnet", params: float | None = 25e6, kind: ArchitectureClass = "CNN", mode: Mode = "finetune"
) -> Candidate:
    count = computed("parameters", params, "params", "catalog") if params else None
    return Candidate(family, family, family, kind, mode, count, None)


def task(
    device: DeviceKind | None = None,
    words: str = "",
    *,
    task_type: TaskType = "classification",
    domain: Domain = "CV",
    subtask: str = "image-classification",
    latency_ms: float | None = None,
    train: DeviceNeed | None = None,
    setup: Setup | None = None,
) -> Requirements:
    return Requirements(
        task_type=task_type,
        domain=domain,
        subtask=subtask,
        words="",
        deploy_on=DeviceNeed(kind=device, words=words) if device else None,
        train_on=train,
        limits=Limits(latency=given("latency", latency_ms, "ms", "task") if latency_ms else None),
        setup=setup or Setup(),
    )


def gpus(count: int, memory_gb: float | None = 24.0, kind: DeviceKind = "gpu") -> DeviceNeed:
    return DeviceNeed(kind=kind, count=count, memory_gb=given("memory", memory_gb, "GB", "task") if memory_gb else None)


@pytest.mark.parametrize(
    ("device", "words", "first"),
    [
        ("gpu", "RTX 4090", "TensorRT"),
        ("jetson", "Jetson Orin", "TensorRT"),
        ("cpu", "Intel Xeon server farm", "ONNX"),
        ("cpu", "树莓派 4B", "ONNX"),
        ("phone", "iPhone 15", "CoreML"),
        ("phone", "Android scenarios", "LiteRT"),
        ("mcu", "STM32", "LiteRT for Microcontrollers"),
        ("npu", "RK3588", "RKNN"),
        ("npu", "昇腾 310", "OM"),
        ("browser", "", "ONNX"),
        (None, "", "ONNX"),
    ],
)
def test_the_device_decides_the_format(device: DeviceKind | None, words: str, first: str) -> None:
    assert choose_deployment(task(device, words), model()).formats[0].startswith(first)


@pytest.mark.parametrize(
    ("device", "first"), [("gpu", "safetensors (vLLM)"), ("cpu", "GGUF (llama.cpp)"), ("phone", "GGUF (llama.cpp)")]
)
def test_language_models_have_servers_of_their_own(device: DeviceKind, first: str) -> None:
    needs = task(device, task_type="generation", domain="NLP", subtask="instruction-tuning")
    deployment = choose_deployment(needs, model("qwen", 8e9, "Transformer"))
    assert deployment.formats[0] == first and deployment.caching is not None


def test_trees_keep_their_native_format() -> None:
    needs = task("cpu", domain="tabular", subtask="tabular-prediction")
    assert choose_deployment(needs, model("lightgbm", None, "Tree ensemble")).formats[0] == "LightGBM text"
    assert choose_deployment(needs, model("isolation-forest", None, "Tree ensemble")).formats[0] == "joblib"


def test_waiting_for_a_batch_is_bounded_by_the_latency_limit() -> None:
    batching = choose_deployment(task("gpu", latency_ms=50), model()).batching
    assert batching and [figure.value for figure in batching.figures()] == [5.0]


@pytest.mark.parametrize("device", ["gpu", "cpu", "phone", "mcu", "npu", "jetson", "browser", "tpu"])
@pytest.mark.parametrize("kind", ["CNN", "Transformer", "GNN", "Diffusion", "RNN", "Tree ensemble"])
def test_every_sentence_exists_in_both_languages(device: DeviceKind, kind: ArchitectureClass) -> None:
    deployment = choose_deployment(task(device, latency_ms=10), model("anything", 1e6, kind))
    for remark in (deployment.batching, deployment.caching, *deployment.notes):
        for lang in LANGUAGES:
            assert remark is None or remark.render(lang).text


@pytest.mark.parametrize("train", [None, gpus(1), gpus(8, kind="cpu")])
def test_one_device_or_a_cpu_is_not_distributed(train: DeviceNeed | None) -> None:
    assert choose_distributed(task(train=train), model(), BATCH) is None


def test_trees_are_not_distributed() -> None:
    assert choose_distributed(task(train=gpus(4)), model("lightgbm", None, "Tree ensemble"), BATCH) is None


@pytest.mark.parametrize(
    ("params", "train", "strategy"),
    [
        (25e6, gpus(4), "DDP"),
        (25e6, gpus(4, None), "DDP"),
        (None, gpus(4), "DDP"),
        (7.6e9, gpus(8, 80), "FSDP"),
        (7.6e9, gpus(2, 24), "DeepSpeed ZeRO-3"),
    ],
)
def test_memory_of_the_states_decides_the_strategy(params: float | None, train: DeviceNeed, strategy: str) -> None:
    chosen = choose_distributed(task(train=train), model("qwen", params, "Transformer"), BATCH)
    assert chosen and chosen.strategy == strategy
    assert all(chosen.configuration.render(lang).text for lang in LANGUAGES)


def test_full_training_takes_sixteen_bytes_per_parameter_and_adapters_far_less() -> None:
    full = training_states(task(), model("qwen", 1e9, "Transformer"))
    lora = training_states(task(), model("qwen", 1e9, "Transformer", "lora"))
    qlora = training_states(task(setup=Setup(method="qlora")), model("qwen", 1e9, "Transformer", "lora"))
    assert full and lora and qlora
    assert full.value == pytest.approx(16)
    assert qlora.value < lora.value < full.value / 5


def test_reinforcement_learning_spreads_environments() -> None:
    chosen = choose_distributed(task(task_type="RL", subtask="rl-discrete", train=gpus(4)), model("ppo", 1e5), BATCH)
    assert chosen and chosen.strategy == "vectorised environments"


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(OutOfRangeError):
        choose_distributed(task(train=gpus(2)), model(), computed("batch_size", 0, "samples", "recipe"))


def test_a_named_device_needs_no_stated_memory() -> None:
    train = DeviceNeed(kind="gpu", name="a100", count=8, words="8x A100")
    remark = choose_distributed(task(train=train), model("qwen", 7e9, "Transformer"), BATCH).configuration
    assert remark.key != "deployment.distributed.ddp_unknown_memory"


def test_more_devices_than_the_batch_can_feed_are_said_to_be_too_many() -> None:
    few = computed("batch_size", 64, "samples", "recipe")
    chosen = choose_distributed(task(train=gpus(64)), model("resnet", 1e7, "CNN"), few)
    assert chosen.configuration.key == "deployment.distributed.too_many"
    assert choose_distributed(task(train=gpus(4)), model("resnet", 1e7, "CNN"), few).configuration.key.endswith("ddp")


def test_who_has_only_a_cpu_serves_from_it() -> None:
    only_cpu = choose_deployment(task(train=DeviceNeed(kind="cpu")), model())
    assert only_cpu.formats == choose_deployment(task("cpu"), model()).formats
    assert "deployment.note.device_open" not in [note.key for note in only_cpu.notes]
