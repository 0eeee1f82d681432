"""Which gymnasium environment a task means, and what follows from one being named."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary


def _report(words: str, size: str = "simulator", domain: str = "control", kind: str = "RL") -> Any:
    task = {
        "task": {"type": kind, "domain": domain, "specificTask": words},
        "data": {"size": size},
        "constraints": {"computeResources": "CPU only"},
    }
    return Expert().start(task, assume=True).report()


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        ("train an agent on CartPole-v1", "CartPole-v1"),
        ("MuJoCo HalfCheetah continuous control", "HalfCheetah-v5"),
        ("HalfCheetah-v4 with SAC", "HalfCheetah-v4"),
        ("lunar lander, discrete actions", "LunarLander-v3"),
        ("LunarLander with continuous actions", "LunarLanderContinuous-v3"),
        ("learn ALE/Breakout-v5 from pixels", "ALE/Breakout-v5"),
        ("用 Atari Pong 的像素画面训练智能体", "ALE/Pong-v5"),
        ("Atari 打砖块，从像素学习", "ALE/Breakout-v5"),
        ("our own plant, registered as chem_plant:Reactor-v0, continuous control", "chem_plant:Reactor-v0"),
        ("control the gym environment SolarFarm-v2, continuous actions", "SolarFarm-v2"),
        ("PongNoFrameskip-v4 with DQN", "PongNoFrameskip-v4"),
        ("swing up the gym Pendulum", "Pendulum-v1"),
    ],
)
def test_the_environment_named_is_the_plans(words: str, environment: str) -> None:
    report = _report(words)
    assert report.decisions.environment == environment
    assert environment in report.plan["modelDesign"]["tradeoff"]


@pytest.mark.parametrize(
    "words",
    [
        "balance our inverted pendulum in the laboratory",  # a real one
        "robot arm that plays tennis with a person",
        "elevator scheduling with a MobileNet-v3 camera encoder",
        "discrete control of a warehouse, not CartPole",
    ],
)
def test_words_of_other_meanings_name_no_environment(words: str) -> None:
    assert _report(words).decisions.environment is None


def test_a_named_environment_is_a_simulator_unless_the_data_were_logged() -> None:
    asked = Expert().start({
        "task": {"type": "RL", "domain": "control", "specificTask": "train an agent on CartPole-v1"},
        "data": {},
        "constraints": {"computeResources": "CPU only"},
    }).report()  # fmt: skip
    assert "data.size" not in [question.field for question in asked.questions]
    logged = _report("offline RL for HalfCheetah on d4rl", "a million logged steps")
    assert logged.decisions.subtask == "rl-offline"


def test_other_tasks_have_no_environment() -> None:
    report = _report("recognise the game in a screenshot of Pong or Breakout", "10,000 images", "CV", "classification")
    assert report.decisions.environment is None
    assert "environment" not in report.model_dump()["decisions"]


@pytest.mark.skipif(importlib.util.find_spec("gymnasium") is None, reason="gymnasium is not installed here")
def test_ids_of_gymnasium_are_registered_there() -> None:
    import gymnasium

    table = vocabulary("environments")
    ids = {found for row in table["called"] for found in row["names"].values()} | set(table["continuous"].values())
    assert {name for name in ids if not name.startswith("ALE/")} <= set(gymnasium.registry)
