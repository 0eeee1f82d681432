"""Figures and Chinese sentences as their reader sees them."""

from __future__ import annotations

import pytest

from deep_learning_expert.tools.figures import given
from deep_learning_expert.tools.rendering import figure
from deep_learning_expert.tools.wording import say


@pytest.mark.parametrize(
    ("value", "shown"), [(99.99, "99.99%"), (99.9, "99.9%"), (99.5, "99.5%"), (100.0, "100%"), (90.0, "90%")]
)
def test_a_share_short_of_everything_is_not_rounded_to_everything(value: float, shown: str) -> None:
    assert figure(given("accuracy", value, "%", "task"), "en") == shown


def test_chinese_keeps_no_space_between_chinese_words_and_keeps_it_before_latin_ones() -> None:
    direction, value = say("plan.at_least"), given("recall", 0.8, "", "task")
    chinese = say("plan.target", metric=say("architecture.metric.recall"), direction=direction, value=value)
    latin = say("plan.target", metric=say("architecture.metric.macro_f1"), direction=direction, value=value)
    assert chinese.render("zh").text == "你的目标：召回率不低于 0.8。"
    assert latin.render("zh").text == "你的目标：macro F1 不低于 0.8。"
