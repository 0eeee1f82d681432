"""Free text to typed needs: every stated fact found, none invented, and no words lost."""

from __future__ import annotations

import string
import time
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.skill.intake.fields import Field, said
from deep_learning_expert.skill.intake.reading import read_task
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.requirements import Challenge, Distribution, Issue, Labels, Requirements, Setup

_KEYS = {
    "specific": ("task", "specificTask"),
    "size": ("data", "size"),
    "quality": ("data", "quality"),
    "distribution": ("data", "distribution"),
    "labels": ("data", "labelAvailability"),
    "compute": ("constraints", "computeResources"),
    "latency": ("constraints", "latencyRequirement"),
    "accuracy": ("constraints", "accuracyTarget"),
    "model_size": ("constraints", "modelSizeLimit"),
    "budget": ("constraints", "budget"),
    "framework": ("existingSetup", "framework"),
    "base_model": ("existingSetup", "baseModel"),
    "issues": ("existingSetup", "trainingIssues"),
}


def task(kind: str = "classification", domain: str = "CV", **fields: Any) -> Task:
    content: dict[str, Any] = {"task": {"type": kind, "domain": domain}, "data": {}, "constraints": {}}
    for name, words in fields.items():
        if name == "challenges":
            content["challenges"] = words
            continue
        part, key = _KEYS[name]
        content.setdefault(part, {})[key] = words
    return Task.model_validate(content)


def read(kind: str = "classification", domain: str = "CV", **fields: Any) -> Requirements:
    return read_task(task(kind, domain, **fields))


# -- data --------------------------------------------------------------------------------------------------------------


def test_counts_become_figures_with_their_unit_and_place() -> None:
    data = read(size="1.5 万张图片，共 30 类，每类约 500 张").data
    assert data.samples and (data.samples.value, data.samples.unit, data.samples.source) == (
        15000,
        "images",
        "data.size",
    )
    assert data.samples.kind == "given"
    assert data.classes and data.classes.value == 30
    assert data.samples_per_class and data.samples_per_class.value == 500


def test_classes_follow_from_total_and_per_class_as_a_computed_figure() -> None:
    classes = read(size="240 photos, 8 per class").data.classes
    assert classes and classes.value == 30 and classes.kind == "computed"


def test_the_total_follows_from_classes_and_per_class() -> None:
    samples = read("classification", "time-series", size="12 类，每类 150 段").data.samples
    assert samples and (samples.value, samples.unit, samples.kind) == (1800, "segments", "computed")


def test_groups_are_not_samples() -> None:
    data = read("classification", "time-series", size="9,000 segments of 250 samples from 61 patients").data
    assert data.samples and data.samples.value == 9000
    assert data.groups and data.groups.value == 61 and data.group_word == "patient"
    assert data.sequence_length and data.sequence_length.value == 250


def test_things_that_hold_samples_count_only_where_nothing_finer_does() -> None:
    assert read("sequence-modeling", "time-series", size="80 台风机").data.samples.value == 80
    finer = read("segmentation", "time-series", size="40 nights, about 35k epochs from 20 subjects").data
    assert finer.samples and (finer.samples.value, finer.samples.unit) == (35000, "windows")


def test_hours_and_tokens_are_kept_apart_from_samples() -> None:
    speech = read("sequence-modeling", "audio", size="800 小时录音，500 位说话人").data
    assert speech.hours and speech.hours.value == 800 and speech.samples is None
    assert speech.groups and speech.groups.value == 500
    text = read("generation", "NLP", size="20B tokens").data
    assert text.tokens and text.tokens.value == 2e10 and text.samples is None


def test_a_length_in_the_task_is_no_corpus() -> None:
    data = read("classification", "NLP", specific="contracts of about 8k tokens", size="5,000 documents").data
    assert data.sequence_length and data.sequence_length.value == 8000 and data.tokens is None


@pytest.mark.parametrize(
    ("words", "share"),
    [("欺诈 0.3%", 0.3), ("2.5% positives", 2.5), ("前景约 4%", 4.0), ("1:99", 1.0), ("balanced", None)],
)
def test_the_rare_class_share(words: str, share: float | None) -> None:
    found = read(distribution=words).data.minority_share
    assert (found.value if found else None) == pytest.approx(share)


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("fully supervised", "full"), ("全监督", "full"), ("semi-supervised", "partial"), ("半监督", "partial"),
        ("unsupervised", "none"), ("无标注", "none"), ("self-supervised", "self"), ("自监督", "self"),
        ("weak supervision", "weak"), ("弱监督", "weak"), ("few-shot", "few"), ("paired", "pairs"), ("图文对", "pairs"),
        ("reward", "reward"), ("奖励信号", "reward"), ("human preference", "preference"), ("偏好标注", "preference"),
    ],
)  # fmt: skip
def test_kinds_of_labels(words: str, labels: Labels) -> None:
    assert read(labels=words).data.labels == labels


@pytest.mark.parametrize(
    ("words", "distribution"),
    [
        ("balanced", "balanced"), ("大致均衡", "balanced"), ("imbalanced", "imbalanced"), ("略不平衡", "imbalanced"),
        ("long-tailed classes", "long-tailed"), ("长尾", "long-tailed"), ("单类", "single-class"), ("mixed", None),
        ("head class 3,000, tail 6", "long-tailed"), ("not balanced", "imbalanced"),
    ],
)  # fmt: skip
def test_distributions(words: str, distribution: Distribution | None) -> None:
    assert read(distribution=words).data.distribution == distribution


def test_noise_belongs_to_what_stands_beside_it() -> None:
    labels = read(quality="标签有噪声")
    assert labels.data.noisy and labels.has("label-noise") and not labels.has("noise")
    signal = read("classification", "audio", quality="noisy recordings, clean labels")
    assert not signal.data.noisy and signal.has("noise") and not signal.has("label-noise")
    assert not read(quality="no label noise").data.noisy


def test_languages_named_or_shown() -> None:
    assert read("sequence-modeling", "NLP", specific="translation fr-en").data.languages == ("fr", "en")
    assert read("sequence-modeling", "audio", specific="Japanese speech recognition").data.languages == ("ja",)
    assert read("classification", "NLP", specific="客服工单分类").data.languages == ("zh",)
    assert read("classification", "CV", specific="水果分类").data.languages == ()


def test_public_data_sets_bring_their_number_of_classes_with_a_source() -> None:
    known = read(specific="MNIST digits").data.classes
    assert known and known.value == 10 and known.kind == "cited"
    assert read(specific="CIFAR-10-style thumbnails").data.classes is None
    assert read(specific="digits pretrained on ImageNet-1k").data.classes is None


def test_the_length_of_one_sample() -> None:
    data = read("classification", "time-series", size="8 类，每类 200 段，每段 2048 点").data
    assert data.sequence_length and data.sequence_length.value == 2048
    assert data.samples and data.samples.value == 1600
    assert read("sequence-modeling", "audio", size="5k clips, 8 s each").data.hours is None


def test_the_noun_that_comes_later_is_meant_for_both() -> None:
    samples = read("detection", size="2,000 labelled + 40,000 unlabelled images").data.samples
    assert samples and (samples.value, samples.unit) == (2000, "images")


# -- machines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compute", "train", "deploy"),
    [
        (
            "dual RTX 3090 for training; Raspberry Pi 4 for inference",
            ("gpu", "rtx-3090", 2),
            ("cpu", "raspberry-pi-4", 1),
        ),
        ("训练用 4 张 V100；部署到安卓手机", ("gpu", "v100", 4), ("phone", None, 1)),
        ("单 GPU", ("gpu", None, 1), None),
        ("single GPU", ("gpu", None, 1), None),
        ("laptop CPU only", ("cpu", None, 1), None),
        ("没有 GPU，只有 CPU", ("cpu", None, 1), None),
        ("no GPU, CPU only", ("cpu", None, 1), None),
        ("2x A10 training; phone NPU", ("gpu", "a10", 2), ("phone", None, 1)),
        ("8 核 CPU，单张 RTX 3080", ("gpu", "rtx-3080", 1), None),
    ],
)
def test_training_and_serving_machines(compute: str, train: tuple[Any, ...], deploy: tuple[Any, ...] | None) -> None:
    needs = read(compute=compute)
    found = needs.train_on
    assert found and (found.kind, found.name, found.count) == train
    serves = needs.deploy_on
    assert (serves and (serves.kind, serves.name, serves.count)) == deploy


def test_the_machine_beside_the_latency_or_in_the_task_serves() -> None:
    assert read(compute="one A100", latency="<20 ms on T4").deploy_on.name == "t4"
    assert read(specific="垃圾分类，跑在 MCU 上", compute="单张 3060").deploy_on.kind == "mcu"
    assert read(specific="tagger on phone", compute="T4").train_on.kind == "gpu"


def test_memory_and_cores_of_the_training_machine() -> None:
    machine = read(compute="4 张 A100 80GB，64 核 CPU").train_on
    assert machine and machine.memory_gb and machine.memory_gb.value == 80
    assert machine.cores and machine.cores.value == 64


def test_a_memory_belongs_to_the_machine_it_stands_with() -> None:
    needs = read(compute="RTX 3060 for training; Cortex-M4 256KB RAM")
    assert needs.train_on and needs.train_on.memory_gb is None
    assert needs.deploy_on and needs.deploy_on.memory_gb and needs.deploy_on.memory_gb.value == pytest.approx(0.000256)
    assert read(compute="single 24GB GPU").train_on.memory_gb.value == 24
    assert read(compute="one RTX 4090, 64GB RAM").train_on.memory_gb is None


# -- limits ------------------------------------------------------------------------------------------------------------


def test_latency_with_its_conditions() -> None:
    latency = read(latency="P99 <12ms（单条、长度 64）").limits.latency
    assert latency and latency.value == 12 and latency.unit == "ms" and latency.conditions["percentile"] == "99"


def test_frame_and_control_rates_bound_the_latency() -> None:
    limits = read("detection", latency="25 FPS").limits
    assert limits.throughput and limits.throughput.value == 25
    assert limits.latency and limits.latency.value == 40 and limits.latency.kind == "computed"
    control = read("RL", "control", latency="控制频率 50Hz").limits.latency
    assert control and control.value == 20


@pytest.mark.parametrize("words", ["offline, none", "离线处理", "无要求", "none", "no hard limit", "不限"])
def test_speed_that_does_not_matter(words: str) -> None:
    needs = read(latency=words)
    assert needs.limits.latency_unlimited and needs.limits.latency is None and not needs.unclear


def test_targets_keep_metric_unit_and_direction() -> None:
    targets = read(accuracy="AUC > 0.9, EER <= 2%").limits.targets
    assert [(one.quantity, one.value, one.unit, one.conditions["direction"]) for one in targets] == [
        ("roc_auc", 0.9, "", ">="),
        ("EER", 2.0, "%", "<="),
    ]
    assert read(accuracy="> 92%").limits.targets[0].quantity == "accuracy"


def test_a_measure_that_is_not_known_is_not_taken_for_the_usual_one() -> None:
    needs = read("generation", "NLP", accuracy="pass@1 > 40%")
    assert not needs.limits.targets and needs.unclear[0].words == "pass@1 > 40%"


def test_size_money_time_and_rules() -> None:
    assert read(model_size="<300KB").limits.size.value == pytest.approx(0.3)
    assert read(budget="$200").limits.money.unit == "USD"
    assert read(compute="CPU only, 45 minutes").limits.training_time.value == 2700
    assert read(budget="不允许使用外部预训练权重").limits.pretrained_forbidden
    assert read(budget="no pretrained weights").limits.pretrained_forbidden
    assert read(accuracy="越高越好").limits.best_effort_target


# -- challenges and set-up ---------------------------------------------------------------------------------------------


def test_challenges_follow_from_the_facts() -> None:
    few = read("detection", size="300 images", latency="<30ms", compute="训练 3090，手机端推理")
    assert set(few.challenges) == {"few-samples", "real-time", "on-device"}
    assert read(size="20,000 images, 1,000 classes").has("few-samples")
    assert not read("sequence-modeling", "time-series", size="200 daily series x 5 years").has("few-samples")
    assert read(distribution="缺陷占 3%").has("imbalance")


def test_set_up_and_issues() -> None:
    setup = read(
        specific="fine-tuning a detector",
        framework="PyTorch 2.4",
        base_model="ResNet-50",
        issues=[
            "loss 变成 NaN，lr=0.1，batch 16",
            "validation accuracy stays at 10% after 5 epochs with SGD",
            "显存不足",
        ],
    ).setup
    assert setup.framework == "pytorch" and setup.base_model_id == "resnet50" and setup.optimizer == "SGD"
    assert set(setup.issues) == {"nan", "not-learning", "out-of-memory"}
    assert setup.learning_rate and setup.learning_rate.value == 0.1
    assert setup.batch_size and setup.batch_size.value == 16
    assert setup.epochs is None and setup.pretrained_in_use


def test_overfitting_in_words_numbers_or_the_list_of_challenges() -> None:
    assert read(issues=["train acc 100% but val acc 60%"]).setup.issues == ("overfitting",)
    assert read(challenges=["过拟合"]).setup.issues == ("overfitting",)
    assert not read(issues=["lr 1e-3, Adam, batch size 4"]).unclear


def test_perfect_accuracy_with_no_recall_is_the_majority_class() -> None:
    assert read(issues=["accuracy 99%, recall 1%"]).setup.issues == ("predicts-majority",)


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("QLoRA tuning", "qlora"),
        ("LoRA 微调", "lora"),
        ("全参微调", "full"),
        ("从零训练", "scratch"),
        ("蒸馏", "distillation"),
    ],
)
def test_methods(words: str, method: str) -> None:
    setup = read("generation", "NLP", specific=words).setup
    assert setup.method == method and setup.from_scratch is (method == "scratch")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Two-stage detector for X-ray baggage", True),
        ("训练一个两阶段目标检测器", True),
        ("a two stage object detector is fine", True),
        ("defect detection, not a two-stage detector", False),
        ("检测缺陷，不用两阶段检测器", False),
        ("faster than two-stage detectors", False),
        ("defect detection with two-stage training", False),
        ("检测缺陷，两阶段训练", False),
    ],
)
def test_a_two_stage_detector_is_heard_in_the_task_and_in_its_challenges(words: str, asked: bool) -> None:
    assert read("detection", "CV", specific=words).setup.two_stage is asked
    assert read("detection", "CV", specific="defects", challenges=[words]).setup.two_stage is asked


@pytest.mark.parametrize(("model", "asked"), [("two-stage", True), ("两阶段", True), ("YOLO", False)])
def test_a_two_stage_detector_is_heard_in_the_set_up(model: str, asked: bool) -> None:
    assert read("detection", "CV", specific="defects", base_model=model).setup.two_stage is asked


def test_signals_reach_the_recognition_of_the_subtask() -> None:
    assert read(specific="表面异常检测", distribution="只有正常样本").subtask == "image-anomaly-detection"
    assert read("classification", "NLP", specific="ticket topics", labels="few-shot").subtask.startswith("few-shot")


# -- nothing invented, nothing lost ------------------------------------------------------------------------------------


def test_an_empty_task_states_nothing() -> None:
    needs = read("detection")
    assert needs.data.model_dump(exclude_defaults=True) == {}
    assert needs.limits.model_dump(exclude_defaults=True) == {}
    assert needs.train_on is None and needs.deploy_on is None and not needs.challenges and not needs.unclear


def test_words_that_are_not_understood_are_kept() -> None:
    needs = read("detection", "astrology", size="很多", compute="some old box", budget="不多", challenges=["weird"])
    kept = {item.where: item.words for item in needs.unclear}
    assert kept == {
        "task.domain": "astrology",
        "data.size": "很多",
        "constraints.computeResources": "some old box",
        "constraints.budget": "不多",
        "challenges.0": "weird",
    }


_TEXT = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet=string.digits + " .,%<>≤~x×万亿千张类核msGBk/:()（），；", min_size=1, max_size=40),
    st.lists(st.sampled_from([
        "10k", "images", "张", "3 万", "<", "50ms", "GPU", "A100", "×", "8", "类", "每类", "no", "无", "label", "noise",
        "0", "-5", "1e309", "99.9%", "p95", "batch", "hours", "小时", "tokens", "lr", "=", "nan", "$", "周",
        "100%", "1:0",
    ]), min_size=1, max_size=8).map(" ".join),
)  # fmt: skip


@given(words=_TEXT, place=st.sampled_from(sorted(_KEYS)), kind=st.sampled_from(["classification", "generation", "RL"]))
@settings(max_examples=400, deadline=None)
def test_any_text_in_any_field_is_read_without_raising(words: str, place: str, kind: str) -> None:
    if not words.strip():
        return
    needs = read(kind, "NLP", **{place: [words] if place == "issues" else words})
    for item in needs.unclear:
        assert item.words.strip()


@given(words=_TEXT, place=st.sampled_from(["size", "compute", "latency", "accuracy", "model_size"]))
@settings(max_examples=300, deadline=None)
def test_a_quantity_field_yields_a_fact_or_keeps_its_words(words: str, place: str) -> None:
    field = Field(place, words.strip())
    if not field.text or field.is_bare() or field.says("flags", "no_limit"):
        return
    needs = read("detection", **{place: words})
    stated = needs.model_dump(include={"data", "limits", "train_on", "deploy_on"}, exclude_defaults=True)
    assert any(stated.values()) or needs.challenges or needs.unclear


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_tables_name_only_known_facts() -> None:
    table = vocabulary("facts")
    assert {key.removesuffix("-too") for key in table["labels"]} == set(get_args(Labels))
    assert set(table["distribution"]) - {"other"} == set(get_args(Distribution))
    assert set(table["challenges"]) == set(get_args(Challenge)) >= set(table["narrow"])
    assert set(table["issues"]) == set(get_args(Issue)) >= set(table["issues_anywhere"]["keys"])
    for name in ("framework", "method"):
        assert all(Setup.model_validate({name: key}) for key in table[name])


def test_negated_words_do_not_count() -> None:
    assert said("class imbalance", ("imbalance",)) and not said("no imbalance", ("imbalance",))
    assert not Field("x", "没有标签噪声").says_in_a_clause("challenges", "label-noise")


def test_a_warm_reading_is_fast() -> None:
    sample = task(
        specific="8-class email routing with few labels", size="200 labelled emails (25 per class)", quality="clean",
        distribution="balanced", labels="fully supervised", compute="laptop CPU only", latency="<100 ms on CPU",
    )  # fmt: skip
    read_task(sample)
    best = float("inf")
    for _ in range(20):
        start = time.process_time()
        read_task(sample)
        best = min(best, time.process_time() - start)
    assert best < 0.02  # measured 3 ms; room for slow and busy machines
