"""What is said for a model is true of that model, not only of the group it is offered with."""

from __future__ import annotations

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES, template
from deep_learning_expert.tools.architecture.arguments import argument, arguments
from deep_learning_expert.tools.architecture.compare import compare_architectures
from deep_learning_expert.tools.architecture.offers import policies
from deep_learning_expert.tools.catalog.models import architecture
from deep_learning_expert.tools.figures import given
from deep_learning_expert.tools.requirements import DataNeeds, DeviceNeed, Requirements, Setup


def test_every_offer_ends_at_an_argument_that_both_languages_have() -> None:
    said = {
        argument(offer.why, architecture(offer.id), offer.mode)
        for policy in policies().values()
        for group in policy.groups
        for offer in group.every()
    }
    for lang in LANGUAGES:
        assert all("{model}" in template(lang, f"architecture.why.{why}") for why in said)


def test_every_row_of_the_table_is_used_and_leads_somewhere() -> None:
    used = {offer.why for policy in policies().values() for group in policy.groups for offer in group.every()}
    fallbacks = {row["else"] for row in arguments().values()}
    assert set(arguments()) <= used | fallbacks


@pytest.mark.parametrize(
    ("model", "why", "said"),
    [
        ("ppo-continuous", "off-policy", "parallel"),
        ("sac", "off-policy", "off-policy"),
        ("sac", "on-policy", "off-policy"),
        ("ft-transformer", "tabular", "tabular-deep"),
        ("lightgbm-ctr", "embeddings", "tabular"),
        ("segformer_b2", "medical", "alternative"),
        ("nnunet_2d", "medical", "medical"),
        ("chinese-macbert-base", "long-input", "alternative"),
        ("mobilenetv3_large_100", "edge", "edge"),
        ("whisper-base", "edge", "alternative"),
    ],
)
def test_an_argument_that_is_not_true_of_a_model_gives_way(model: str, why: str, said: str) -> None:
    mode = next(
        offer.mode for policy in policies().values() for group in policy.groups for offer in group.every()
        if offer.id == model
    )  # fmt: skip
    assert argument(why, architecture(model), mode) == said


def _chatbot(words: str, base: str = "") -> Requirements:
    return Requirements(
        task_type="generation",
        domain="NLP",
        subtask="instruction-tuning",
        words=words,
        data=DataNeeds(samples=given("samples", 3000, "conversations", "data.size"), labels="full"),
        train_on=DeviceNeed(kind="gpu", name="rtx-4090", memory_gb=given("memory", 24, "GB", "task")),
        setup=Setup(base_model=base),
    )


@pytest.mark.parametrize(
    ("words", "base", "warning"),
    [
        ("we will fine-tune GPT-4 on our own server", "", "closed_weights"),
        ("微调 gpt-4o 做客服", "", "closed_weights"),
        ("a chatbot that beats GPT-4", "", None),
        ("a chatbot", "Zephyrus-Banana-9X", "unknown_base"),
        ("a chatbot", "Qwen2.5-7B", None),
        ("a chatbot", "7B", None),
        ("客服机器人", "无", None),
    ],
)
def test_a_base_model_that_cannot_be_used_is_not_replaced_in_silence(
    words: str, base: str, warning: str | None
) -> None:
    keys = [remark.key for remark in compare_architectures(_chatbot(words, base)).warnings]
    found = [key for key in keys if key.endswith(("closed_weights", "unknown_base"))]
    assert found == ([f"architecture.warning.{warning}"] if warning else [])


def test_states_that_do_not_fit_even_when_sharded_lead_to_adapters() -> None:
    needs = _chatbot("客服机器人", "Qwen2.5-7B").model_copy(
        update={
            "train_on": DeviceNeed(kind="gpu", name="a100-80gb", count=2, memory_gb=given("memory", 80, "GB", "task")),
            "setup": Setup(base_model="Qwen2.5-7B", method="full"),
        }
    )
    assert compare_architectures(needs).winner.mode == "lora"


def test_a_few_thousand_dialogues_are_no_corpus_to_pretrain_on() -> None:
    needs = _chatbot("train a 1B language model from scratch").model_copy(
        update={"subtask": "language-model-pretraining", "setup": Setup(from_scratch=True, method="scratch")}
    )
    comparison = compare_architectures(needs)
    assert comparison.winner.mode == "lora" and comparison.fits
    assert "architecture.rejected.few_texts" in [loser.reason.key for loser in comparison.rejected]
