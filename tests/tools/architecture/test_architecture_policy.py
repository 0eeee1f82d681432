"""The policy covers every task kind with models the catalog holds, and every sentence it can say exists."""

from __future__ import annotations

from string import Formatter

import pytest

from deep_learning_expert.prompts.phrases import exists, room
from deep_learning_expert.tools.architecture.facts import facts
from deep_learning_expert.tools.architecture.licences import licence_kind, rules_out_business
from deep_learning_expert.tools.architecture.offers import holds, policies, policy_of
from deep_learning_expert.tools.architecture.situation import understand
from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.subtasks import subtasks

_OFFERS = [
    (policy.subtask, offer) for policy in policies().values() for group in policy.groups for offer in group.every()
]


def test_every_subtask_has_a_policy_and_no_policy_is_for_nothing() -> None:
    assert set(policies()) == set(subtasks())


def test_one_policy_read_alone_is_the_same_as_among_all() -> None:
    assert {subtask: policy_of(subtask) for subtask in policies()} == dict(policies())


def test_the_last_group_of_each_policy_always_holds() -> None:
    unguarded = {policy.subtask: policy.groups[-1].when for policy in policies().values()}
    assert {subtask: when for subtask, when in unguarded.items() if when} == {}


def test_every_offered_model_is_in_the_catalog() -> None:
    missing = {offer.id for _, offer in _OFFERS if not models.has_architecture(offer.id)}
    assert missing == set()


def test_every_guard_is_one_the_code_knows() -> None:
    situation = understand(
        Requirements(task_type="classification", domain="CV", subtask="image-classification", words="")
    )
    for policy in policies().values():
        for group in policy.groups:
            for name, value in group.when.items():
                assert holds(name, value, situation) in {True, False}, (policy.subtask, name)


def test_every_phrase_a_policy_names_exists() -> None:
    for policy in policies().values():
        keys = [f"baseline.{policy.baseline}"]
        keys += [f"exception.{policy.exception}"] if policy.exception else []
        if policy.scratch_from and policy.scratch_from != "tokens":
            keys.append(f"scratch.{policy.scratch_from}")
        keys += [f"why.{offer.why}" for group in policy.groups for offer in group.every()]
        assert [key for key in keys if not exists(f"architecture.{key}")] == [], policy.subtask


def test_both_languages_hold_the_same_phrases_and_fields() -> None:
    english, chinese = room("en", "architecture"), room("zh", "architecture")
    assert set(english) == set(chinese)
    for key in english:
        assert _fields(english[key]) == _fields(chinese[key]), key


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("model_id", sorted({offer.id for _, offer in _OFFERS}))
def test_offers_of_trained_modes_have_weights_and_a_named_source(model_id: str) -> None:
    if not models.has_architecture(model_id):
        pytest.fail(f"{model_id} is not in the catalog")
    model = facts(model_id)
    assert model.row.source
    modes = {offer.mode for _, offer in _OFFERS if offer.id == model_id}
    if modes & {"finetune", "lora", "frozen-features", "zero-shot"} and modes.isdisjoint({"scratch"}):
        assert model.weights is not None
        assert model.weights.license


def test_restrictive_licences_are_known_as_such() -> None:
    assert licence_kind("agpl-3.0") == "copyleft-network"
    assert licence_kind("cc-by-nc-4.0") == "non-commercial"
    assert licence_kind("llama3.1") == "community"
    assert licence_kind("apache-2.0") == ""
    assert rules_out_business("agpl-3.0")
    assert not rules_out_business("mit")


def test_weight_tags_are_told_as_data_sets() -> None:
    weights = facts("convnext_tiny").weights
    assert weights is not None
    assert "ImageNet-1k" in weights.pretrained_on


def test_permissive_weights_are_preferred_where_there_is_a_choice() -> None:
    weights = facts("resnet50").weights
    assert weights is not None
    assert licence_kind(weights.license) == ""
