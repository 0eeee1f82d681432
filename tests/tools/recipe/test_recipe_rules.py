"""Techniques: each comes when its fact holds and stays away when it does not."""

from __future__ import annotations

import pytest
from recipe_cases import (
    BERT,
    CONVNEXT,
    LIGHTGBM,
    LLAMA_FULL,
    LLAMA_LORA,
    RESNET,
    SEGFORMER,
    VIT,
    YOLO,
    candidate,
    needs,
    stated_figure,
)

from deep_learning_expert.tools.recipe.generator import generate_recipe
from deep_learning_expert.tools.requirements import DeviceNeed


def ids(task, model) -> set[str]:
    return {item.id for item in generate_recipe(task, model).all_techniques()}


LSTM = candidate("lstm", "lstm", "RNN", "scratch", 2e5)
TFT = candidate("tft", "tft", "Hybrid", "scratch", 1e6)


@pytest.mark.parametrize(
    ("task", "model", "expected"),
    [
        (needs("image-classification", samples=10_000, distribution="imbalanced"), RESNET, "class-weighted-loss"),
        (needs("image-classification", samples=80_000, distribution="long-tailed"), CONVNEXT, "logit-adjustment"),
        (needs("binary-segmentation", samples=2000, challenges=("imbalance",)), SEGFORMER, "dice-focal-loss"),
        (needs("image-classification", samples=8000, challenges=("domain-shift",)), RESNET, "domain-alignment"),
        (needs("text-classification", samples=8000, challenges=("domain-shift",)), BERT, "domain-adaptive-pretraining"),
        (needs("image-classification", samples=9000, labels="partial"), RESNET, "semi-supervised"),
        (needs("text-classification", samples=300, labels="few"), BERT, "active-learning"),
        (needs("image-classification", samples=9000, noisy=True), RESNET, "noise-robust-loss"),
        (needs("text-classification", samples=9000, labels="weak"), BERT, "weak-label-denoising"),
        (needs("text-classification", samples=400), BERT, "cross-validation"),
        (needs("object-detection", samples=600, challenges=("small-objects",)), YOLO, "tiling"),
        (needs("time-series-classification", samples=4000, group_word="patients"), LSTM, "patient-split"),
        (needs("remaining-useful-life", samples=100), LSTM, "unit-split"),
        (needs("medical-segmentation-2d", samples=1000), SEGFORMER, "patient-split"),
        (needs("forecasting", samples=17_000), LSTM, "time-split"),
        (needs("forecasting", samples=17_000), LSTM, "linear-first"),
        (needs("forecasting-many-series", samples=30_000), TFT, "gbdt-baseline"),
        (needs("probabilistic-forecasting", samples=500), TFT, "quantile-loss"),
        (needs("continued-pretraining", challenges=("forgetting",)), LLAMA_FULL, "general-data-replay"),
        (needs("instruction-tuning", samples=9000), LLAMA_LORA, "prompt-masking"),
        (needs("long-document-classification", samples=9000), BERT, "long-context"),
        (needs("multilabel-text-classification", samples=9000), BERT, "bce-multilabel"),
        (needs("text-classification", samples=9000, challenges=("multilingual",)), BERT, "language-balanced-sampling"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "subtask", None),
)
def test_technique_comes_with_its_fact(task, model, expected):
    assert expected in ids(task, model)


@pytest.mark.parametrize(
    ("task", "model", "unwanted"),
    [
        (needs("image-classification", samples=5000), VIT, {"mixup", "cutmix"}),
        (needs("document-layout", samples=20_000), YOLO, {"horizontal-flip", "mosaic"}),
        (needs("text-recognition", samples=20_000), candidate("svtr", "svtr", "CNN", "scratch"), {"horizontal-flip"}),
        (needs("image-classification", samples=50_000), RESNET, {"class-weighted-loss", "logit-adjustment"}),
        (needs("multilabel-text-classification", samples=9000), BERT, {"label-smoothing", "logit-adjustment"}),
        (needs("image-classification", samples=50_000), RESNET, {"int8-export", "sharding", "distillation"}),
        (needs("tabular-prediction", samples=50_000), LIGHTGBM, {"gbdt-baseline", "warmup", "gradient-clipping"}),
        (needs("instruction-tuning", samples=9000), LLAMA_LORA, {"sharding"}),
    ],
    ids=lambda value: getattr(value, "subtask", None),
)
def test_technique_stays_away_without_its_fact(task, model, unwanted):
    assert not unwanted & ids(task, model)


def test_mixup_comes_back_with_enough_images():
    assert {"mixup", "cutmix"} <= ids(needs("image-classification", samples=100_000), VIT)


def test_large_model_on_many_cards_is_sharded():
    assert {"sharding", "gradient-checkpointing"} <= ids(
        needs("instruction-tuning", samples=200_000, device="h100", count=8), LLAMA_FULL
    )


def test_edge_deployment_asks_for_int8_and_a_way_back():
    phone = DeviceNeed(kind="phone", words="phone")
    model = candidate("mobilenet_v3_large", "mobilenet", "CNN", "finetune", 5.5e6, needs=("int8",))
    assert {"int8-export", "qat-fallback"} <= ids(needs("image-classification", samples=6000, deploy_on=phone), model)


def test_rare_positive_class_moves_the_threshold():
    share = stated_figure("minority_share", 3.5, "%")
    model = candidate("gin", "gin", "GNN", "scratch", 1e6)
    found = ids(needs("graph-classification", samples=41_000, minority_share=share), model)
    assert {"threshold-on-validation", "class-weighted-loss", "scaffold-split"} <= found


def test_unwanted_augmentation_is_left_out():
    task = needs("image-classification", samples=100_000, augmentation_wanted=False)
    assert not {"mixup", "cutmix", "randaugment"} & ids(task, VIT)


@pytest.mark.parametrize(
    ("subtask", "model", "expected"),
    [
        ("rl-pixels-discrete", candidate("dqn-cnn", "dqn", "CNN", "scratch"), {"frame-stack", "replay-buffer"}),
        ("rl-continuous", candidate("sac", "sac", "MLP", "scratch"), {"replay-buffer", "target-network", "multi-seed"}),
        ("rl-multi-agent", candidate("mappo", "mappo", "MLP", "scratch"), {"vec-env", "entropy-bonus"}),
        ("rl-offline", candidate("iql", "iql", "MLP", "scratch"), {"conservative-objective", "off-policy-evaluation"}),
        ("rl-goal-conditioned", candidate("sac-her", "her", "MLP", "scratch"), {"hindsight-replay"}),
        ("rl-language-model", LLAMA_FULL, {"verifiable-reward", "kl-reference"}),
        ("contextual-bandit", candidate("linucb", "bandit", "Statistical", "scratch"), {"propensity-weighting"}),
    ],
)
def test_reinforcement_learning_has_its_own_must_haves(subtask, model, expected):
    assert expected <= ids(needs(subtask), model)


@pytest.mark.parametrize("subtask", ["image-retrieval", "face-recognition"])
def test_pictures_that_stand_for_an_identity_are_not_mixed(subtask: str) -> None:
    assert {"mixup", "cutmix"} <= ids(needs("image-classification", samples=60_000), VIT)
    assert not {"mixup", "cutmix"} & ids(needs(subtask, samples=60_000), VIT)
