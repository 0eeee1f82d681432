"""Rates, batches, lengths and number formats: what is published, and how it is moved to the case at hand."""

from __future__ import annotations

import math

import pytest
from recipe_cases import (
    BERT,
    CONVNEXT,
    FASTER_RCNN,
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
from deep_learning_expert.tools.requirements import Setup


def at_batch(value: float) -> Setup:
    return Setup(batch_size=stated_figure("batch_size", value, "samples"))


def rate(recipe) -> float:
    return recipe.learning_rate.value


def test_detection_rate_follows_the_batch_linearly():
    recipe = generate_recipe(needs("object-detection", samples=2000, setup=at_batch(2)), FASTER_RCNN)
    assert (recipe.optimizer, rate(recipe)) == ("SGD", 0.0025)
    assert recipe.learning_rate.kind == "computed"


def test_adamw_rate_follows_the_square_root_of_the_batch():
    small, large = (
        generate_recipe(needs("image-classification", samples=50_000, setup=at_batch(size)), VIT) for size in (64, 256)
    )
    assert rate(large) / rate(small) == pytest.approx(2)


def test_rate_stays_inside_the_published_band():
    recipe = generate_recipe(needs("image-classification", samples=50_000, setup=at_batch(1024)), RESNET)
    assert rate(recipe) == 0.05


def test_published_rate_is_cited_when_the_batch_is_the_published_one():
    recipe = generate_recipe(needs("text-classification", samples=100_000), BERT)
    assert recipe.learning_rate.kind == "cited"
    assert (rate(recipe), recipe.batch_size.value) == (3e-5, 32)


def test_user_optimizer_is_kept_with_its_own_rate():
    setup = Setup(optimizer="AdamW")
    recipe = generate_recipe(needs("image-classification", samples=6000, setup=setup), RESNET)
    assert (recipe.optimizer, rate(recipe)) == ("AdamW", 1e-4)


def test_yolo_takes_adamw_for_few_iterations_and_musgd_for_many():
    few = generate_recipe(needs("object-detection", samples=3000, classes=stated_figure("classes", 3)), YOLO)
    many = generate_recipe(needs("object-detection", samples=100_000, classes=stated_figure("classes", 3)), YOLO)
    assert (few.optimizer, rate(few)) == ("AdamW", pytest.approx(0.002 * 5 / 7, rel=0.02))
    assert (many.optimizer, rate(many)) == ("MuSGD", 0.01)


def test_lora_rate_is_about_ten_times_the_full_one():
    task = needs("instruction-tuning", samples=20_000, device="h100", count=8)
    full, lora = generate_recipe(task, LLAMA_FULL), generate_recipe(task, LLAMA_LORA)
    assert (rate(full), rate(lora)) == (2e-5, 2e-4)
    assert lora.batch_size.value <= 32


def test_base_that_outgrows_the_card_is_held_in_four_bit():
    large = candidate("qwen3-32b", "qwen", "Transformer", "lora", 32e9)
    one_card = generate_recipe(needs("instruction-tuning", samples=20_000, device="rtx-4090"), large)
    many = generate_recipe(needs("instruction-tuning", samples=20_000, device="a100", count=8), large)
    assert one_card.regime == "llm-qlora"
    assert many.regime == "llm-lora"


def test_pretraining_batch_is_counted_in_tokens_and_falls_for_little_text():
    model = candidate("llama-style-1.1b", "llama", "Transformer", "scratch", 1.1e9)
    tokens = {size: stated_figure("tokens", size, "tokens") for size in (100e9, 1e9)}
    much, little = (
        generate_recipe(needs("language-model-pretraining", device="a100", count=32, tokens=count), model)
        for count in tokens.values()
    )
    assert much.batch_size.unit == little.batch_size.unit == "tokens"
    assert much.length.value == 100e9 / much.batch_size.value
    assert little.batch_size.value < much.batch_size.value


def test_small_data_keeps_enough_updates_in_an_epoch():
    recipe = generate_recipe(needs("image-classification", samples=300), CONVNEXT)
    assert 300 / recipe.batch_size.value >= 10


@pytest.mark.parametrize(("samples", "steps"), [(5000, 500), (100_000, 10_000), (1_200_000, 20_000)])
def test_bit_rule_gives_steps_by_data_size(samples, steps):
    recipe = generate_recipe(needs("image-classification", samples=samples, setup=at_batch(512)), RESNET)
    assert (recipe.length.value, recipe.length.unit) == (steps, "steps")


def test_accumulation_makes_up_the_batch_that_does_not_fit():
    recipe = generate_recipe(needs("semantic-segmentation", samples=20_000, device="gtx-1660"), SEGFORMER)
    assert recipe.accumulation is not None
    assert recipe.accumulation.value > 1
    assert "gradient-accumulation" in {item.id for item in recipe.all_techniques()}


def test_warmup_never_takes_more_than_a_tenth_of_training():
    recipe = generate_recipe(needs("semantic-segmentation", samples=100), SEGFORMER)
    steps = recipe.length.value * math.ceil(100 / recipe.batch_size.value)
    assert recipe.warmup.unit == "steps"
    assert recipe.warmup.value <= steps * 0.1 + 1


@pytest.mark.parametrize(
    ("device", "precision"),
    [("a100", "bf16"), ("rtx-4090", "bf16"), ("v100", "fp16"), ("t4", "fp16"), ("gtx-1660", "fp32"), ("cpu", "fp32")],
)
def test_number_format_follows_the_card(device, precision):
    assert generate_recipe(needs("image-classification", samples=50_000, device=device), VIT).precision == precision


def test_no_named_device_still_gives_a_recipe():
    assert generate_recipe(needs("image-classification", samples=50_000, device=None), VIT).precision == "bf16"


@pytest.mark.parametrize(
    ("subtask", "model", "clip"),
    [
        ("panoptic-segmentation", candidate("mask2former_r50", "mask2former", "Hybrid", "finetune", 44e6), 0.01),
        ("object-detection", candidate("detr_r50", "detr", "Hybrid", "finetune", 41e6), 0.1),
        ("rl-continuous", candidate("ppo-mlp", "ppo", "MLP", "scratch"), 0.5),
        ("text-classification", BERT, 1.0),
        ("speech-recognition-scratch", candidate("conformer-m", "conformer", "Hybrid", "scratch", 30e6), 5.0),
        ("object-detection", candidate("fcos_r50", "fcos", "CNN", "finetune", 32e6), 35.0),
    ],
)
def test_clipping_follows_the_family(subtask, model, clip):
    assert generate_recipe(needs(subtask, samples=20_000), model).clip.value == clip


def test_rate_is_not_scaled_beyond_the_batches_the_law_was_tested_on():
    recipe = generate_recipe(needs("object-detection", samples=2_000_000, setup=at_batch(100_000)), FASTER_RCNN)
    assert rate(recipe) == pytest.approx(0.02 * 32)
    assert recipe.reasons[0].key == "recipe.rate.held"


def test_frames_are_samples_for_a_detector_and_a_budget_for_an_agent():
    video = generate_recipe(needs("detection-3d", samples=28_000, unit="frames"), YOLO)
    agent = generate_recipe(
        needs("rl-pixels-discrete", samples=1e7, unit="frames"), candidate("dqn-cnn", "dqn", "CNN", "scratch")
    )
    assert video.length.unit == "epochs"
    assert (agent.length.value, agent.length.kind) == (1e7, "given")
