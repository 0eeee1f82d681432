"""Settings the sources contradict are named with the factor they are off by; sound settings are left alone."""

from __future__ import annotations

import pytest
from recipe_cases import BERT, FASTER_RCNN, LLAMA_FULL, LLAMA_LORA, RESNET, SEGFORMER, VIT, needs, stated_figure

from deep_learning_expert.tools.recipe.generator import generate_recipe
from deep_learning_expert.tools.requirements import Setup


def setup(rate: float, optimizer: str | None = None, batch: float | None = None, issues: tuple[str, ...] = ()) -> Setup:
    return Setup(
        learning_rate=stated_figure("learning_rate", rate),
        optimizer=optimizer,
        batch_size=stated_figure("batch_size", batch, "samples") if batch else None,
        issues=issues,
    )


def warnings(task, model) -> dict[str, object]:
    return {remark.key.rpartition(".")[2]: remark for remark in generate_recipe(task, model).warnings}


@pytest.mark.parametrize(
    ("task", "model", "key", "factor"),
    [
        (needs("object-detection", samples=2000, setup=setup(0.02, batch=2)), FASTER_RCNN, "rate_of_large_batch", 8),
        (
            needs("instruction-tuning", samples=200_000, device="h100", count=8, setup=setup(2e-4, "AdamW")),
            LLAMA_FULL,
            "lora_rate_on_full",
            10,
        ),
        (
            needs("image-classification", samples=8000, setup=setup(1e-2, "AdamW", 64)),
            VIT,
            "sgd_rate_with_adam",
            200,
        ),
        (needs("text-classification", samples=8000, setup=setup(1e-3, "AdamW", 32)), BERT, "rate_too_high", 33),
        (needs("image-classification", samples=8000, setup=setup(1e-5, "SGD", 64)), RESNET, "rate_too_low", 1000),
    ],
    ids=["batch", "lora", "sgd", "encoder", "low"],
)
def test_wrong_rate_is_named_with_its_factor(task, model, key, factor):
    found = warnings(task, model)
    assert key in found
    assert found[key].params["factor"].value == factor
    assert found[key].params["factor"].kind == "computed"


@pytest.mark.parametrize("rate", [1e-5, 3e-5, 5e-5, 1e-4])
def test_ordinary_rate_is_left_alone(rate):
    assert not warnings(needs("text-classification", samples=8000, setup=setup(rate, "AdamW", 32)), BERT)


def test_lora_rate_is_fine_for_lora():
    assert not warnings(needs("instruction-tuning", samples=8000, setup=setup(2e-4, "AdamW", 16)), LLAMA_LORA)


def test_large_lora_batch_is_questioned():
    task = needs("instruction-tuning", samples=80_000, setup=setup(2e-4, "AdamW", 256))
    assert "lora_batch" in warnings(task, LLAMA_LORA)


def test_transformer_at_chance_is_told_to_warm_up():
    task = needs("image-classification", samples=8000, setup=setup(1e-2, "AdamW", 64, ("not-learning",)))
    assert "warmup_needed" in warnings(task, VIT)


def test_missing_pretrained_weights_are_named():
    assert "pretrained_missing" in warnings(
        needs("image-classification", samples=900, setup=Setup(from_scratch=True)), RESNET
    )


def test_infeasible_pretraining_is_refused_with_the_arithmetic():
    task = needs(
        "instruction-tuning",
        samples=6000,
        tokens=stated_figure("tokens", 5e6, "tokens"),
        setup=Setup(from_scratch=True),
    )
    remark = warnings(task, LLAMA_LORA)["pretraining_infeasible"]
    assert remark.params["wanted"].value == 8e9 * 20
    assert remark.params["factor"].value == 32_000


def test_majority_prediction_names_class_imbalance():
    share = stated_figure("minority_share", 0.8, "%")
    task = needs("binary-segmentation", samples=2000, minority_share=share, setup=Setup(issues=("predicts-majority",)))
    assert "类别不平衡" in warnings(task, SEGFORMER)["imbalance_share"].render("zh").text


def test_first_aid_comes_in_the_prescribed_order_and_only_when_unstable():
    sick = generate_recipe(needs("image-classification", samples=8000, setup=Setup(issues=("nan",))), VIT)
    healthy = generate_recipe(needs("image-classification", samples=8000), VIT)
    assert [remark.key for remark in sick.first_aid] == [
        "recipe.first_aid.rate",
        "recipe.first_aid.normalization",
        "recipe.first_aid.gradient_norm",
    ]
    assert healthy.first_aid == ()
    assert sick.first_aid[0].params["lowered"].value == pytest.approx(sick.learning_rate.value / 10)


def test_a_batch_that_leaves_no_updates_is_overruled_aloud() -> None:
    task = needs("image-classification", samples=5800, setup=setup(0.1, "Adam", 4096))
    recipe = generate_recipe(task, RESNET)
    found = {remark.key.rpartition(".")[2]: remark for remark in recipe.warnings}
    assert recipe.batch_size.value < 1000
    assert found["coarse_batch"].params["updates"].value == 2
    assert found["coarse_batch"].params["stated"].value == 4096


def test_an_adam_rate_is_not_held_against_the_rate_of_sgd() -> None:
    task = needs("image-classification", samples=500_000, setup=setup(0.1, "Adam", 4096))
    found = warnings(task, RESNET)
    assert "rate_too_low" not in found
    assert found["sgd_rate_with_adam"].params["factor"].value > 10
