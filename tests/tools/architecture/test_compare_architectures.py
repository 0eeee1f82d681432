"""The comparison: hard limits filter with a reason, the user's model is respected, contradictions are named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from deep_learning_expert.tools.architecture.candidate import Comparison
from deep_learning_expert.tools.architecture.compare import compare_architectures
from deep_learning_expert.tools.architecture.proper_names import proper_names
from deep_learning_expert.tools.errors import UnknownNameError
from deep_learning_expert.tools.figures import Figure, given
from deep_learning_expert.tools.requirements import DataNeeds, DeviceNeed, Limits, Requirements, Setup
from deep_learning_expert.tools.subtasks import subtasks
from deep_learning_expert.tools.wording import Remark


def _figure(quantity: str, value: float, unit: str) -> Figure:
    return given(quantity, value, unit, "test")


def _gpu(name: str, gigabytes: float, count: int = 1) -> DeviceNeed:
    return DeviceNeed(kind="gpu", name=name, count=count, memory_gb=_figure("memory", gigabytes, "GB"))


def _needs(subtask: str, words: str = "", **fields: Any) -> Requirements:
    row = subtasks()[subtask]
    return Requirements(task_type=row.type, domain=row.domain, subtask=subtask, words=words, **fields)


def _samples(count: float, unit: str = "samples", **more: Any) -> DataNeeds:
    return DataNeeds(samples=_figure("samples", count, unit), **more)


def _warned(comparison: Comparison) -> set[str]:
    return {remark.key.removeprefix("architecture.") for remark in comparison.warnings}


def _remarks(comparison: Comparison) -> list[Remark]:
    said = [*comparison.warnings, *comparison.tradeoff, *(loser.reason for loser in comparison.rejected)]
    said += [remark for remark in (comparison.baseline, comparison.verdict) if remark is not None]
    for candidate in comparison.candidates:
        said += candidate.reasons
        said += [remark for remark in (candidate.inductive_bias, candidate.latency_unknown) if remark is not None]
    return said


@pytest.mark.parametrize("subtask", sorted(subtasks()))
def test_every_task_kind_gets_two_or_three_candidates_with_reasons_in_both_languages(subtask: str) -> None:
    comparison = compare_architectures(_needs(subtask))
    assert 2 <= len(comparison.candidates) <= 3
    assert all(candidate.reasons for candidate in comparison.candidates)
    for remark in _remarks(comparison):
        assert remark.render("en").text
        assert remark.render("zh").text


def test_the_same_needs_give_the_same_comparison() -> None:
    needs = _needs("object-detection", data=_samples(4000))
    assert compare_architectures(needs) == compare_architectures(needs)


def test_a_size_limit_removes_what_does_not_fit_and_says_why() -> None:
    limits = Limits(size=_figure("size", 6, "MB"))
    comparison = compare_architectures(
        _needs("image-classification", data=_samples(9000), deploy_on=DeviceNeed(kind="cpu"), limits=limits)
    )
    for candidate in comparison.candidates:
        assert candidate.size is not None
        assert candidate.size.value <= 6
    assert "int8" in comparison.winner.needs
    assert {loser.reason.key for loser in comparison.rejected} == {"architecture.rejected.size"}


def test_a_phone_language_model_is_small_enough_once_quantised() -> None:
    limits = Limits(size=_figure("size", 1000, "MB"))
    comparison = compare_architectures(
        _needs("instruction-tuning", data=_samples(40000), deploy_on=DeviceNeed(kind="phone"), limits=limits)
    )
    assert comparison.winner.params is not None
    assert comparison.winner.params.value < 1.7e9
    assert set(comparison.winner.needs) & {"int8", "int4"}


def test_a_70b_model_on_four_cards_gets_adapters_and_sharding() -> None:
    comparison = compare_architectures(
        _needs("instruction-tuning", "adapt a 70B instruct model", data=_samples(30000), train_on=_gpu("a100", 80, 4))
    )
    assert comparison.winner.id == "llama-3.3-70b"
    assert comparison.winner.mode == "lora"
    assert "sharding" in comparison.winner.needs


def test_a_70b_model_on_one_24_gb_card_is_rejected_for_memory() -> None:
    comparison = compare_architectures(
        _needs("instruction-tuning", "tune a 70B model", data=_samples(30000), train_on=_gpu("rtx-4090", 24))
    )
    assert comparison.winner.id != "llama-3.3-70b"
    assert "warning.stated_rejected" in _warned(comparison)
    assert any(loser.reason.key == "architecture.rejected.memory" for loser in comparison.rejected)


def test_full_tuning_that_does_not_fit_becomes_adapters_and_is_said() -> None:
    comparison = compare_architectures(
        _needs("instruction-tuning", "an 8B model", train_on=_gpu("rtx-4090", 24), setup=Setup(method="full"))
    )
    assert comparison.winner.mode == "lora"
    assert "warning.full_does_not_fit" in _warned(comparison)


def test_seven_billion_from_scratch_on_few_tokens_is_refused_aloud() -> None:
    data = _samples(6000, tokens=_figure("tokens", 5e6, "tokens"), languages=("zh",))
    comparison = compare_architectures(
        _needs(
            "language-model-pretraining",
            "从零训练一个 7B 大模型",
            data=data,
            train_on=_gpu("rtx-4090", 24),
            setup=Setup(from_scratch=True, method="scratch"),
        )
    )
    assert comparison.winner.mode == "lora"
    assert "warning.scratch_tokens" in _warned(comparison)


def test_enough_tokens_keep_random_weights() -> None:
    comparison = compare_architectures(
        _needs(
            "language-model-pretraining",
            "pretrain a 1.1B decoder",
            data=_samples(1e11, "tokens"),
            train_on=_gpu("a100", 80, 32),
            setup=Setup(from_scratch=True),
        )
    )
    assert comparison.winner.mode == "scratch"
    assert comparison.winner.id == "llama-style-1.1b"


def test_scratch_on_three_hundred_images_is_named() -> None:
    comparison = compare_architectures(
        _needs("image-classification", data=_samples(300), setup=Setup(from_scratch=True))
    )
    assert "warning.scratch_changed" in _warned(comparison)


def test_forbidden_weights_are_never_used() -> None:
    comparison = compare_architectures(
        _needs("image-classification", data=_samples(50000), limits=Limits(pretrained_forbidden=True))
    )
    assert {candidate.mode for candidate in comparison.candidates} == {"scratch"}
    assert all(candidate.weights is None for candidate in comparison.candidates)


def test_the_users_model_comes_first_in_the_users_spelling() -> None:
    setup = Setup(base_model="ViT-B/16")
    comparison = compare_architectures(_needs("image-classification", data=_samples(8000), setup=setup))
    assert comparison.winner.id == "vit_base_patch16_224"


def test_a_backbone_mentioned_in_a_detection_task_is_not_the_detector() -> None:
    comparison = compare_architectures(_needs("object-detection", "detector with a ResNet-50 backbone"))
    assert comparison.winner.id != "resnet50"


def test_a_model_name_that_is_also_a_word_is_not_taken_from_running_text() -> None:
    comparison = compare_architectures(_needs("rl-imitation", "how should the robot act on each clip"))
    assert comparison.winner.reasons[0].key != "architecture.why.stated"


def test_the_teacher_of_a_distillation_is_not_the_student() -> None:
    comparison = compare_architectures(
        _needs("speech-model-distillation", "把 Whisper-large 蒸馏到手机", setup=Setup(base_model="Whisper-large"))
    )
    assert comparison.winner.id != "whisper-large-v3"
    assert "distillation" in comparison.winner.needs


def test_commercial_use_excludes_copyleft_and_non_commercial_weights() -> None:
    comparison = compare_architectures(_needs("object-detection", limits=Limits(commercial=True)))
    for candidate in comparison.candidates:
        assert candidate.weights is not None
        assert candidate.weights.license in {"apache-2.0", "mit", "bsd-3-clause"}


def test_restrictive_licences_of_candidates_are_said() -> None:
    comparison = compare_architectures(_needs("object-detection"))
    assert "licence.copyleft-network" in _warned(comparison)


def test_chinese_text_gets_a_chinese_encoder() -> None:
    comparison = compare_architectures(_needs("text-classification", data=DataNeeds(languages=("zh",))))
    assert comparison.winner.family in {"macbert", "roberta-wwm", "ernie", "rbt"}


def test_one_decision_per_session_is_a_bandit() -> None:
    assert compare_architectures(_needs("contextual-bandit")).winner.family == "bandit"


def test_reinforcement_learning_without_an_environment_is_named() -> None:
    assert "warning.no_environment" in _warned(compare_architectures(_needs("rl-continuous")))


def test_two_models_within_the_tie_ratio_and_without_separating_results_are_a_tie() -> None:
    comparison = compare_architectures(_needs("object-detection"))
    assert comparison.tie
    assert comparison.verdict is not None
    assert comparison.verdict.key == "architecture.verdict.tie"


def test_an_unknown_task_kind_is_an_error_that_names_it() -> None:
    needs = Requirements(task_type="classification", domain="CV", subtask="tea-leaf-reading", words="")
    with pytest.raises(UnknownNameError, match="tea-leaf-reading"):
        compare_architectures(needs)


@hypothesis_given(
    subtask=st.sampled_from(sorted(subtasks())),
    samples=st.one_of(st.none(), st.floats(1, 1e9)),
    size=st.one_of(st.none(), st.floats(0.01, 1e5)),
    gigabytes=st.one_of(st.none(), st.floats(1, 200)),
    deploy=st.sampled_from([None, "phone", "mcu", "cpu", "jetson", "gpu"]),
    language=st.sampled_from(["zh", "en", "tr"]),
    scratch=st.booleans(),
    commercial=st.sampled_from([None, True]),
)
def test_any_needs_get_an_answer_whose_sentences_render(
    subtask: str,
    samples: float | None,
    size: float | None,
    gigabytes: float | None,
    deploy: Any,
    language: str,
    scratch: bool,
    commercial: bool | None,
) -> None:
    comparison = compare_architectures(
        _needs(
            subtask,
            data=DataNeeds(samples=_figure("samples", samples, "samples") if samples else None, languages=(language,)),
            train_on=_gpu("rtx-3090", gigabytes) if gigabytes else None,
            deploy_on=DeviceNeed(kind=deploy) if deploy else None,
            limits=Limits(size=_figure("size", size, "MB") if size else None, commercial=commercial),
            setup=Setup(from_scratch=scratch),
        )
    )
    assert comparison.candidates
    assert len({candidate.id for candidate in comparison.candidates}) == len(comparison.candidates)
    for remark in _remarks(comparison):
        remark.render("en")
        remark.render("zh")


def test_proper_names_hold_what_sentences_show_with_digits_in_it() -> None:
    names = proper_names(compare_architectures(_needs("forecasting")))
    assert "PatchTST" in names
    assert "ETTh1" in names


@pytest.mark.parametrize("words", ["a detector instead of Faster R-CNN", "目标检测，不用 Faster R-CNN"])
def test_a_model_the_user_does_not_want_is_not_theirs(words: str) -> None:
    assert compare_architectures(_needs("object-detection", words)).winner.family != "faster-rcnn"


def test_a_model_named_in_running_text_is_theirs() -> None:
    assert compare_architectures(_needs("object-detection", "fine-tune Faster R-CNN")).winner.family == "faster-rcnn"


@pytest.mark.parametrize(
    ("subtask", "words", "both"),
    [
        (
            "image-classification",
            "EfficientNetV2-S or ConvNeXt for 120 bird species?",
            {"tf_efficientnetv2_s", "convnext_tiny"},
        ),
        ("semantic-segmentation", "做遥感地物分割，SegFormer 和 U-Net 选哪个", {"segformer", "unet"}),
        ("semantic-segmentation", "SegFormer vs U-Net for land cover", {"segformer", "unet"}),
    ],
)
def test_models_to_be_compared_all_stand_among_the_candidates(subtask: str, words: str, both: set[str]) -> None:
    candidates = compare_architectures(_needs(subtask, words, data=_samples(6000, "images"))).candidates
    assert both <= {name for item in candidates for name in (item.id, item.family)}


def test_without_a_comparison_a_second_name_is_no_candidate() -> None:
    plain = compare_architectures(
        _needs("image-classification", "sort birds with ConvNeXt", data=_samples(6000, "images"))
    )
    words = "sort birds with ConvNeXt, labels were checked by a VGG-16"
    assert (
        compare_architectures(_needs("image-classification", words, data=_samples(6000, "images"))).considered
        == plain.considered
    )


@pytest.mark.parametrize(("deploy", "first"), [(None, "resnet50"), ("phone", "mobilenet")])
@pytest.mark.parametrize("scratch", [False, True])
def test_a_two_stage_detector_asked_for_by_its_kind_comes_first(deploy: Any, first: str, scratch: bool) -> None:
    needs = _needs(
        "object-detection",
        deploy_on=DeviceNeed(kind=deploy) if deploy else None,
        setup=Setup(two_stage=True, from_scratch=scratch),
    )
    chosen = compare_architectures(needs).candidates[0]
    assert chosen.id.startswith("fasterrcnn")
    assert first in chosen.id or scratch
    assert "fasterrcnn" not in compare_architectures(_needs("object-detection")).candidates[0].id
