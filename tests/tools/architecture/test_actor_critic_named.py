"""Who asks for A2C gets A2C, in the form that fits observations and actions; who does not ask is offered none."""

from __future__ import annotations

from typing import Any

import pytest

from deep_learning_expert.skill.expert import Expert


def _decisions(words: str, base_model: str = "", domain: str = "control") -> Any:
    task: dict[str, Any] = {
        "task": {"type": "RL", "domain": domain, "specificTask": words},
        "data": {"size": "online simulator"},
        "constraints": {"computeResources": "CPU only"},
    }
    if base_model:
        task["existingSetup"] = {"baseModel": base_model}
    return Expert().start(task, assume=True).report().decisions


@pytest.mark.parametrize(
    ("words", "base_model", "domain", "chosen"),
    [
        ("train an A2C agent on CartPole-v1", "", "control", "a2c-mlp"),
        ("discrete control of LunarLander", "A2C", "control", "a2c-mlp"),
        ("HalfCheetah, continuous control", "A2C", "control", "a2c-continuous"),
        ("continuous control with advantage actor-critic", "", "control", "a2c-continuous"),
        ("用 A2C 从像素玩 Atari Breakout", "", "CV", "a2c-cnn"),
        ("play Atari Breakout from pixels", "A2C", "CV", "a2c-cnn"),
    ],
)
def test_a2c_is_planned_where_it_is_named(words: str, base_model: str, domain: str, chosen: str) -> None:
    decisions = _decisions(words, base_model, domain)
    assert decisions.architecture.id == chosen
    assert decisions.recipe.optimizer == "RMSprop"


def test_a2c_is_not_offered_unasked() -> None:
    decisions = _decisions("discrete control of LunarLander")
    assert "a2c" not in {each.family for each in (decisions.architecture, *decisions.alternatives)}


def test_a_bare_family_name_means_the_network_that_fits() -> None:
    assert _decisions("play Atari Breakout from pixels", "PPO", "CV").architecture.id == "ppo-cnn"
    assert _decisions("HalfCheetah, continuous control", "PPO").architecture.id == "ppo-continuous"
