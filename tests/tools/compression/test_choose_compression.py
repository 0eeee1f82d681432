"""Whether and how to compress, by limits and device; and that every sentence exists in both languages."""

from __future__ import annotations

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.architecture.candidate import ArchitectureClass, Candidate
from deep_learning_expert.tools.compression.choose import CompressionChoice, choose_compression
from deep_learning_expert.tools.compression.family import compression_family
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


def candidate(
    family: str = "resnet",
    params: float | None = 25e6,
    kind: ArchitectureClass = "CNN",
    latency_ms: float | None = None,
    needs: tuple[str, ...] = (),
) -> Candidate:
    count = computed("parameters", params, "params", "catalog") if params else None
    size = computed("size", params * 4 / 1e6, "MB", "fp32") if params else None
    latency = computed("latency", latency_ms, "ms", "model") if latency_ms else None
    return Candidate(family, family, family, kind, "finetune", count, size, latency=latency, needs=needs)


def needs(
    device: DeviceKind | None = None,
    *,
    task_type: TaskType = "classification",
    domain: Domain = "CV",
    subtask: str = "image-classification",
    latency_ms: float | None = None,
    size_mb: float | None = None,
    memory_gb: float | None = None,
    setup: Setup | None = None,
) -> Requirements:
    memory = given("memory", memory_gb, "GB", "task") if memory_gb else None
    return Requirements(
        task_type=task_type,
        domain=domain,
        subtask=subtask,
        words="",
        deploy_on=DeviceNeed(kind=device, memory_gb=memory) if device else None,
        limits=Limits(
            latency=given("latency", latency_ms, "ms", "task") if latency_ms else None,
            size=given("size", size_mb, "MB", "task") if size_mb else None,
        ),
        setup=setup or Setup(),
    )


def language_needs(device: DeviceKind, memory_gb: float | None = None) -> Requirements:
    return needs(device, task_type="generation", domain="NLP", subtask="instruction-tuning", memory_gb=memory_gb)


def texts(choice: CompressionChoice) -> list[str]:
    remarks = (choice.quantization, choice.pruning, choice.distillation, *choice.reasons, *choice.warnings)
    return [remark.render(lang).text for remark in remarks if remark for lang in LANGUAGES]


def test_gpu_without_limits_needs_no_compression_but_runs_in_half_precision() -> None:
    choice = choose_compression(needs("gpu"), candidate())
    assert not choice.needed
    assert choice.techniques == ("fp16",)
    assert choice.quantization and "FP16" in choice.quantization.render("zh").text


def test_cpu_with_a_latency_limit_gets_int8_with_the_published_drop_and_its_interval() -> None:
    choice = choose_compression(needs("cpu", latency_ms=20), candidate())
    assert choice.needed
    assert choice.techniques == ("int8-ptq", "int8-qat")
    assert choice.quantization
    drops = [figure for figure in choice.quantization.figures() if figure.quantity == "relative_metric_drop"]
    assert len(drops) == 2
    assert all(figure.interval and "published rows" in figure.source for figure in drops)


def test_cpu_without_any_limit_needs_nothing() -> None:
    choice = choose_compression(needs("cpu"), candidate())
    assert (choice.needed, choice.techniques) == (False, ())


def test_a_size_limit_between_half_and_full_precision_is_held_by_half() -> None:
    choice = choose_compression(needs("gpu", size_mb=60), candidate(params=25e6))
    assert choice.techniques == ("fp16",)
    assert choice.size_after and choice.size_after.value == pytest.approx(50)


def test_a_size_limit_below_int8_brings_pruning_a_student_and_a_warning() -> None:
    choice = choose_compression(needs("phone", size_mb=5), candidate(params=25e6))
    assert {"structured-pruning", "distillation"} <= set(choice.techniques)
    assert choice.pruning and choice.distillation
    assert "compression.warning.still_too_large" in [remark.key for remark in choice.warnings]


def test_microcontrollers_always_need_integers() -> None:
    choice = choose_compression(needs("mcu"), candidate("ds-cnn", 1e5))
    assert choice.needed and choice.techniques[0] == "int8-ptq"


def test_jetson_tries_half_precision_before_int8() -> None:
    slow = candidate("yolo", 9e6, latency_ms=45)
    choice = choose_compression(needs("jetson", task_type="detection", subtask="object-detection", latency_ms=20), slow)
    assert choice.techniques[:3] == ("fp16", "int8-ptq", "int8-qat")


def test_language_models_go_to_4_bit_on_a_phone_or_when_memory_is_short() -> None:
    model = candidate("qwen", 7.6e9, "Transformer")
    small = choose_compression(language_needs("phone"), model)
    assert small.techniques == ("int4-weight-only",)
    assert small.quantization and "GGUF" in small.quantization.render("en").text
    assert choose_compression(language_needs("gpu", 80), model).techniques == ("bf16",)
    assert "int4-weight-only" in choose_compression(language_needs("gpu", 12), model).techniques


@pytest.mark.parametrize(
    ("wanted", "technique"), [("int8", "int8-ptq"), ("int4", "int4-weight-only"), ("distillation", "distillation")]
)
def test_what_the_architecture_counts_on_is_done(wanted: str, technique: str) -> None:
    choice = choose_compression(needs("gpu"), candidate(needs=(wanted,)))
    assert choice.needed and technique in choice.techniques


def test_distillation_when_the_user_asks_for_it() -> None:
    asked = needs("gpu", setup=Setup(method="distillation"))
    choice = choose_compression(asked, candidate())
    assert choice.techniques == ("distillation",) and choice.distillation


@pytest.mark.parametrize("kind", ["Tree ensemble", "Statistical"])
def test_models_without_weights_to_quantise_are_left_alone(kind: ArchitectureClass) -> None:
    choice = choose_compression(needs("cpu", domain="tabular", latency_ms=5), candidate("lightgbm", None, kind))
    assert (choice.needed, choice.techniques, choice.quantization) == (False, (), None)


def test_dead_tools_are_never_named_and_both_languages_speak() -> None:
    dead = ("AutoGPTQ", "AutoAWQ", "SparseML", "optimum-onnx", "torch.ao")
    cases = [(needs("phone", size_mb=5), candidate()), (language_needs("gpu", 12), candidate("llama", 8e9))]
    for task, model in cases:
        said = texts(choose_compression(task, model))
        assert said and all(text for text in said)
        assert not any(tool.lower() in text.lower() for tool in dead for text in said)


@pytest.mark.parametrize(
    ("family", "kind", "expected"),
    [
        ("mobilenetv3", "CNN", "mobile_cnn"),
        ("vision_transformer", "Transformer", "vit"),
        ("qwen", "Transformer", "llm"),
        ("graphsage", "GNN", None),
        ("lightgbm", "Tree ensemble", None),
    ],
)
def test_family_of_the_table(family: str, kind: ArchitectureClass, expected: str | None) -> None:
    assert compression_family(needs(), candidate(family, kind=kind)) == expected


def test_needs_of_training_are_no_reason_to_compress() -> None:
    choice = choose_compression(language_needs("gpu"), candidate("llama", 8e9, "Transformer", needs=("sharding",)))
    assert (choice.needed, choice.techniques) == (False, ("bf16",))


def test_the_only_machine_stands_in_for_an_unnamed_target() -> None:
    task = needs().model_copy(update={"train_on": DeviceNeed(kind="gpu")})
    assert choose_compression(task, candidate()).techniques == ("fp16",)
    task = needs(latency_ms=5).model_copy(update={"train_on": DeviceNeed(kind="cpu")})
    assert choose_compression(task, candidate()).techniques[0] == "int8-ptq"
    assert not choose_compression(needs().model_copy(update={"train_on": DeviceNeed(kind="cpu")}), candidate()).needed


def speedups(task: Requirements, model: Candidate) -> list[str]:
    remark = choose_compression(task, model).quantization
    assert remark
    return [figure.conditions["hardware"] for figure in remark.figures() if figure.quantity == "speedup"]


def test_timings_of_other_chips_and_networks_promise_nothing() -> None:
    x86, arm = (
        needs("cpu", latency_ms=20).model_copy(update={"deploy_on": DeviceNeed(kind="cpu", words=words)})
        for words in ("Xeon server farm", "ARM Cortex-A53")
    )
    assert "x86" in speedups(x86, candidate())[0]
    assert "ARM" in speedups(arm, candidate())[0]
    assert speedups(x86, candidate("vision_transformer", kind="Transformer")) == []


def reasons(choice: CompressionChoice) -> set[str]:
    return {remark.key.rpartition(".")[2] for remark in choice.reasons}


def test_a_deadline_that_holds_for_certain_asks_for_nothing_and_an_unknown_speed_promises_nothing() -> None:
    on_cpu = needs("cpu", latency_ms=200)
    assert not choose_compression(on_cpu, candidate(latency_ms=40)).needed
    unknown = choose_compression(on_cpu, candidate())
    assert unknown.needed and "untimed" in reasons(unknown)
    assert "none_untimed" in reasons(choose_compression(needs("gpu", latency_ms=8), candidate()))
    assert "none" in reasons(choose_compression(needs("gpu"), candidate()))


def test_a_size_limit_that_holds_is_no_reason_on_a_cpu_but_integers_pay_on_a_phone() -> None:
    assert not choose_compression(needs("cpu", size_mb=500), candidate()).needed
    assert "small_device" in reasons(choose_compression(needs("phone", size_mb=500), candidate()))
