"""Projects for reinforcement learning: own settings only, tasks they cannot serve, stops in one sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.settings import fields
from deep_learning_expert.tools.recipe.project.write import write_project

_OWN = {
    "ppo": {"passes", "clip_range", "rollout_steps", "gae_lambda"},
    "a2c": {"rollout_steps", "gae_lambda"},
    "dqn": {"buffer_size", "target_every", "final_epsilon"},
    "sac": {"buffer_size", "tau"},
    "td3": {"buffer_size", "tau", "action_noise"},
}


def _report(make_report: Any, family: str, **changes: Any) -> dict[str, Any]:
    report: dict[str, Any] = make_report("environment", "sb3", **changes)
    report["decisions"]["architecture"] |= {"family": family, "id": family, "name": family.upper()}
    return report


@pytest.mark.parametrize("family", sorted(_OWN))
def test_config_and_code_hold_the_settings_of_their_algorithm_only(family: str, make_report: Any) -> None:
    report = _report(make_report, family)
    names = {field.name for field in fields(read_choice(report))}
    foreign = set().union(*_OWN.values()) - _OWN[family]
    assert _OWN[family] <= names
    assert not foreign & names
    texts = render(read_choice(report))
    for name, text in texts.items():
        if name.endswith(".py"):
            compile(text, name, "exec")
    assert f"{family.upper()}(" in texts["agent.py"]
    assert not any(f"{other.upper()}(" in texts["agent.py"] for other in _OWN if other != family)


def test_continuous_tasks_get_a_continuous_environment(make_report: Any) -> None:
    report = _report(make_report, "sac")
    report["decisions"]["subtask"] = "rl-continuous"
    environment = next(field for field in fields(read_choice(report)) if field.name == "environment")
    assert environment.value == "'Pendulum-v1'"


@pytest.mark.parametrize("subtask", ["rl-multi-agent", "rl-goal-conditioned"])
def test_tasks_that_one_agent_cannot_serve_are_refused(subtask: str, make_report: Any) -> None:
    report = _report(make_report, "ppo")
    report["decisions"]["subtask"] = subtask
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_layout"


@pytest.mark.parametrize(
    ("layout", "environment", "line"),
    [
        ("environment", "HalfCheetah-v5", "gymnasium[mujoco]==1.4.0"),
        ("environment", "LunarLander-v3", "gymnasium[box2d]==1.4.0"),
        ("environment", "plant:Reactor-v0", "gymnasium==1.4.0"),
        ("pixels", "ALE/Breakout-v5", "ale-py==0.12.1  # ALE/Breakout-v5"),
        ("pixels", "CarRacing-v3", "gymnasium[box2d]==1.4.0"),
    ],
)
def test_the_environment_named_is_the_default_and_what_it_needs_is_pinned(
    layout: str, environment: str, line: str, make_report: Any
) -> None:
    report = make_report(layout, "sb3")
    report["decisions"]["environment"] = environment
    texts = render(read_choice(report))
    assert f"environment: str = '{environment}'" in texts["config.py"]
    assert line in texts["requirements.txt"].splitlines()


@pytest.mark.parametrize(
    ("model", "regime", "own", "foreign"),
    [
        ("ppo-cnn", "ppo-atari", {"passes": "4", "clip_range": "0.1", "rollout_steps": "128"}, "buffer_size"),
        ("ppo-cnn", "ppo-pixels", {"passes": "10", "clip_range": "0.2", "rollout_steps": "512"}, "buffer_size"),
        ("a2c-cnn", "a2c-pixels", {"environments": "16", "rollout_steps": "16"}, "passes"),
        ("dqn-cnn", "dqn-pixels", {"buffer_size": "100000", "target_every": "1000"}, "rollout_steps"),
    ],
)
def test_pixels_take_the_settings_of_their_regime(
    model: str, regime: str, own: dict[str, str], foreign: str, make_report: Any
) -> None:
    report = make_report("pixels", "sb3", regime=regime)
    report["decisions"]["architecture"]["id"] = model
    held = {field.name: field.value for field in fields(read_choice(report))}
    assert {name: held[name] for name in own} == own
    assert foreign not in held
    texts = render(read_choice(report))
    assert '"CnnPolicy"' in texts["agent.py"] and "MlpPolicy" not in texts["agent.py"]
    for name in (name for name in texts if name.endswith(".py")):
        compile(texts[name], name, "exec")


@pytest.mark.parametrize("model", ["rainbow", "drqv2", "recurrent-ppo"])
def test_pixel_learners_that_are_more_than_ours_are_refused(model: str, make_report: Any) -> None:
    report = make_report("pixels", "sb3", regime="dqn-pixels")
    report["decisions"]["architecture"]["id"] = model
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_model"


def test_an_algorithm_nobody_wrote_is_refused_with_those_that_are(make_report: Any) -> None:
    with pytest.raises(CannotSayError) as caught:
        read_choice(_report(make_report, "muzero"))
    assert caught.value.code == "project.no_model"
    assert "PPO" in caught.value.sentence("en") and "PPO" in caught.value.sentence("zh")


def test_readme_is_honest_about_resuming_in_both_languages(make_report: Any) -> None:
    report = _report(make_report, "dqn")
    assert "equivalent, not identical" in render(read_choice(report))["README.md"]
    assert "过程等价，但不完全相同" in render(read_choice({**report, "language": "zh"}))["README.md"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--environment", "Pendulum-v1"], "DQN needs one discrete action"),
        (["--environment", "Nowhere-v0"], "cannot be made"),
        (["--environment", "HalfCheetah-v9"], "doesn't exist"),
        (["--resume"], "holds no run to resume"),
        (["--device", "cuda:9"], "no CUDA device"),
    ],
)
def test_trouble_stops_with_one_sentence_and_leaves_nothing(
    arguments: list[str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("sb3")
    write_project(_report(make_report, "dqn"), folder)
    command = [python, "train.py", "--out", "runs/1", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()
