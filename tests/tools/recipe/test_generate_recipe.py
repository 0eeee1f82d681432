"""For every task kind, mode, size and machine there is one recipe whose every numeral has its figure."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from recipe_cases import candidate, needs

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.skill.contract.grounding import uncovered
from deep_learning_expert.tools.architecture.candidate import ArchitectureClass, Mode
from deep_learning_expert.tools.architecture.compare import compare_architectures
from deep_learning_expert.tools.recipe.generator import generate_recipe
from deep_learning_expert.tools.requirements import Setup
from deep_learning_expert.tools.subtasks import subtasks

SUBTASKS = sorted(subtasks())


def remarks(recipe):
    yield from (*recipe.reasons, *recipe.warnings, *recipe.first_aid)
    yield from (item.remark for item in recipe.all_techniques())
    yield from (remark for remark in (recipe.normalization, recipe.baseline) if remark is not None)


@settings(max_examples=150, deadline=None)
@for_all(
    subtask=st.sampled_from(SUBTASKS),
    mode=st.sampled_from(get_args(Mode)),
    kind=st.sampled_from(get_args(ArchitectureClass)),
    samples=st.sampled_from([None, 1, 30, 5000, 300_000, 10_000_000]),
    params=st.sampled_from([None, 1e4, 2e7, 1e9, 7e10]),
    device=st.sampled_from([None, "cpu", "t4", "rtx-3090", "h100", "made-up card"]),
    issues=st.sampled_from([(), ("nan",), ("not-learning", "overfitting")]),
)
def test_any_task_gets_a_sound_recipe(subtask, mode, kind, samples, params, device, issues):
    task = needs(subtask, samples=samples, device=device, setup=Setup(issues=issues))
    model = candidate("some-model", "some-family", kind, mode, params)
    recipe = generate_recipe(task, model)
    assert recipe == generate_recipe(task, model)
    assert (recipe.learning_rate is None) <= (recipe.optimizer == "none")
    assert recipe.batch_size.value >= 1
    assert recipe.length.value >= 1
    assert recipe.length.unit in {"epochs", "steps", "trees"}
    assert recipe.sources
    ids = [item.id for item in recipe.all_techniques()]
    assert len(set(ids)) == len(ids)
    for remark in remarks(recipe):
        for lang in LANGUAGES:
            sentence = remark.render(lang)
            assert sentence.text
            assert not list(uncovered(sentence.text, list(sentence.figures), ()))


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_usual_candidates_are_trained_by_a_regime_of_their_own(subtask):
    task = needs(subtask, samples=20_000)
    for model in compare_architectures(task).candidates:
        assert not generate_recipe(task, model).regime.startswith("fallback"), model.id


def test_trees_and_memories_have_no_gradient_training():
    trees = generate_recipe(
        needs("tabular-prediction", samples=9000), candidate("catboost", "catboost", "Tree ensemble", "scratch")
    )
    assert (trees.optimizer, trees.length.unit) == ("none", "trees")
    memory = generate_recipe(
        needs("image-anomaly-detection", samples=300), candidate("patchcore", "patchcore", "CNN", "frozen-features")
    )
    assert memory.learning_rate is None
