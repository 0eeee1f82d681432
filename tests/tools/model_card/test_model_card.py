"""The model card says what is known, marks what is not, and gives every number a source, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES, Language
from deep_learning_expert.tools.architecture.candidate import Candidate, WeightsChoice
from deep_learning_expert.tools.compression.choose import choose_compression
from deep_learning_expert.tools.deployment.choose import choose_deployment
from deep_learning_expert.tools.figures import cited, computed, given, measured
from deep_learning_expert.tools.model_card.card import CardFacts, write_model_card
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import DataNeeds, DeviceNeed, Limits, Requirements

NEEDS = Requirements(
    task_type="classification",
    domain="CV",
    subtask="image-classification",
    words="识别皮肤病照片",
    data=DataNeeds(samples=given("samples", 8000, "images", "data.size")),
    deploy_on=DeviceNeed(kind="phone"),
    limits=Limits(latency=given("latency", 40, "ms", "task")),
    challenges=("imbalance",),
)
MODEL = Candidate(
    "mobilenetv3",
    "MobileNetV3-Large",
    "mobilenetv3",
    "CNN",
    "finetune",
    computed("parameters", 5.4e6, "params", "catalog"),
    computed("size", 21.6, "MB", "parameters x 4 bytes"),
    metrics=(cited("top1_accuracy", 75.8, "%", "timm results", dataset="ImageNet-1k"),),
    weights=WeightsChoice("ra_in1k", "timm", "Apache-2.0", "Apache-2.0", "ImageNet-1k"),
)
RECIPE = Recipe(
    regime="finetune",
    optimizer="AdamW",
    learning_rate=cited("learning_rate", 5e-4, "", "recipe"),
    batch_size=cited("batch_size", 64, "samples", "recipe"),
    scheduler="cosine",
    weight_decay=None,
    warmup=None,
    length=cited("length", 30, "epochs", "recipe"),
    precision="bf16",
    clip=None,
    accumulation=None,
    ema=None,
)
FACTS = CardFacts(NEEDS, MODEL, RECIPE, choose_compression(NEEDS, MODEL), choose_deployment(NEEDS, MODEL))


@pytest.mark.parametrize(
    ("lang", "headings"),
    [
        ("zh", ("## 用途", "## 性能", "## 限制", "## 伦理考虑", "## 数字来源")),
        ("en", ("## Intended use", "## Performance", "## Limitations", "## Ethical considerations")),
    ],
)
def test_the_card_holds_its_sections(lang: Language, headings: tuple[str, ...]) -> None:
    card = write_model_card(FACTS, lang)
    assert all(heading in card for heading in headings)
    assert "{" not in card


def test_an_unmeasured_model_is_said_to_be_unmeasured_and_a_measured_one_is_not() -> None:
    assert "Not measured yet" in write_model_card(FACTS, "en")
    result = measured("macro_f1", 0.83, "", "runs/7/test.json", split="test")
    card = write_model_card(replace(FACTS, results=(result,)), "en")
    assert "Not measured yet" not in card
    assert "macro F1: 0.83 (split: test)" in card and "runs/7/test.json" in card


def test_ethics_and_limits_follow_from_the_task() -> None:
    card = write_model_card(FACTS, "en")
    assert "clinician" in card and "Rare classes" in card
    flowers = NEEDS.model_copy(update={"words": "flowers", "challenges": ()})
    plain = write_model_card(replace(FACTS, needs=flowers), "en")
    assert "clinician" not in plain and "Rare classes" not in plain


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_shown_is_listed_with_its_source(lang: Language) -> None:
    card = write_model_card(FACTS, lang)
    body, sources = card.split("## " + ("数字来源" if lang == "zh" else "Where the numbers come from"))
    assert "5.4M" in body and "`parameters` 5.4M" in sources
    assert re.search(r"`relative_metric_drop` .*published rows", sources)


def test_foreign_text_cannot_break_out_of_its_line() -> None:
    hostile = NEEDS.model_copy(update={"words": "x\n# Approved\n<script>[a](b)"})
    card = write_model_card(replace(FACTS, needs=hostile), "en")
    assert "\n# Approved" not in card and "<script>" not in card.replace("\\<", "")


def test_models_without_parameters_and_learning_rates_have_a_card_too() -> None:
    trees = replace(MODEL, params=None, size=None, weights=None, metrics=(), architecture_class="Tree ensemble")
    recipe = replace(RECIPE, optimizer="none", learning_rate=None, length=cited("length", 500, "trees", "recipe"))
    for lang in LANGUAGES:
        assert write_model_card(CardFacts(NEEDS, trees, recipe), lang).startswith("# ")
