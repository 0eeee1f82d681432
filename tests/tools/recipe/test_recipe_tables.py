"""The tables themselves: complete, readable in both languages, nothing dangling."""

from __future__ import annotations

import re
from string import Formatter
from typing import get_args

import pytest

from deep_learning_expert.prompts.phrases import LANGUAGES, exists, room, template
from deep_learning_expert.tools.errors import UnknownNameError
from deep_learning_expert.tools.recipe import regime as regime_tables
from deep_learning_expert.tools.recipe import techniques
from deep_learning_expert.tools.recipe.recipe import Optimizer, Scheduler
from deep_learning_expert.tools.subtasks import subtasks

REGIMES = regime_tables.all_regimes()
# Figures that only the recipe at hand can give.
FROM_THE_RECIPE = {"warmup", "gradient-clipping", "ema", "gradient-accumulation"}


def test_at_least_seventy_regimes_with_unique_names():
    names = [regime.id for regime in REGIMES]
    assert len(names) >= 70
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.id)
def test_regime_is_complete(regime):
    assert regime.sources
    assert regime.rate.optimizer in get_args(Optimizer)
    assert regime.scheduler in get_args(Scheduler)
    assert regime.scaling in {"linear", "sqrt", "none"}
    assert regime.rate.at_batch > 0
    assert regime.rate.learning_rate > 0 or regime.rate.optimizer == "none"
    assert regime.rate.optimizer == "none" or regime.baseline
    assert exists(f"recipe.normalization.{regime.normalization}")
    assert exists(f"recipe.baseline.{regime.baseline}")
    for name in regime.techniques_named():
        assert exists(f"technique.{name}"), name
    for family in (*regime.condition.families, *regime.condition.not_families):
        assert re.fullmatch(r"[a-z0-9-]+", family), "never matches: slugs hold lower case, digits and dashes only"
    if regime.band is not None:
        low, high = regime.band
        assert low <= regime.rate.learning_rate <= high
    for key in regime.values:
        technique, _, field = key.partition(".")
        assert field in techniques.usual_figures()[technique]


def test_every_technique_shows_the_figures_its_sentence_asks_for():
    for name, text in room("en", "technique").items():
        fields = {field for _, field, _, _ in Formatter().parse(text) if field}
        if name not in FROM_THE_RECIPE:
            assert fields == set(techniques.usual_figures().get(name, {})), name


def test_every_technique_is_used_by_a_regime_or_a_rule():
    used = {name for regime in REGIMES for name in regime.techniques_named()}
    for rule in techniques.rules():
        used.update(name for names in rule.add.values() for name in names)
    assert used == set(room("en", "technique"))


def test_rules_drop_only_techniques_that_exist():
    for rule in techniques.rules():
        for name in rule.drop:
            assert exists(f"technique.{name}"), (rule.name, name)


@pytest.mark.parametrize("name", ["recipe", "technique"])
def test_both_languages_have_the_same_keys_and_fields(name):
    english, chinese = (room(lang, name) for lang in LANGUAGES)
    assert set(english) == set(chinese)
    for key in english:
        shown = [
            sorted((field, style) for _, field, style, _ in Formatter().parse(text) if field)
            for text in (english[key], chinese[key])
        ]
        assert shown[0] == shown[1], key


def test_every_subtask_has_its_own_regime_file():
    listed = {name for names in regime_tables.domain_files().values() for name in names}
    assert listed == set(subtasks())


def test_the_search_always_ends():
    last = regime_tables.load("fallback")[-1]
    assert last.condition == type(last.condition)()


def test_unknown_domain_names_the_known_ones():
    with pytest.raises(UnknownNameError) as caught:
        regime_tables.load("visoin")
    assert "vision" in caught.value.sentence("en")
    assert "vision" in caught.value.sentence("zh")


def test_a_learning_rate_never_stands_without_its_batch_in_a_sentence():
    for key in ("published", "linear", "sqrt", "none", "held"):
        assert "{batch}" in template("en", f"recipe.rate.{key}")
