"""Policy and value networks at stated observation and action sizes. One sample is one step: every network of the agent
that is trained sees one observation (critics with an action), as in a gradient step; acting alone needs the actor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.networks import (
    Heads,
    Noisy,
    Parallel,
    Recurrent,
    WithScale,
    mlp,
    nature_cnn,
)

CARTPOLE, PUSHES = 4, 2
CHEETAH, JOINTS = 17, 6
ATARI_ACTIONS = 6
SB3 = "the layers of DLR-RM/stable-baselines3's default networks"


def vectors(row: str, build: Callable[[], Any], sizes: tuple[int, ...], at: str, how: str) -> Entry:
    """Networks that read vectors of these sizes; many at once, so that the weights' gradients hardly count."""
    return Entry(row, build, lambda n: tuple(torch.empty(n, size) for size in sizes), at, how, samples=256)


def frames(row: str, build: Callable[[], Any], how: str, channels: int = 4) -> Entry:
    """Networks that read stacked 84x84 frames."""
    return Entry(
        row, build, lambda n: (torch.empty(n, channels, 84, 84),), f"{channels} frames 84x84, 6 actions", how, 32
    )


def twin_q(hidden: tuple[int, ...], state: int = CHEETAH, action: int = JOINTS) -> tuple[nn.Module, nn.Module]:
    """Two critics of a state and an action."""
    return mlp(state + action, *hidden, 1), mlp(state + action, *hidden, 1)


def squashed(hidden: tuple[int, ...], state: int = CHEETAH, action: int = JOINTS) -> nn.Module:
    """SAC's actor: means and deviations from one trunk."""
    trunk = nn.Sequential(mlp(state, *hidden), nn.ReLU())
    return Heads(trunk, nn.Linear(hidden[-1], action), nn.Linear(hidden[-1], action))


AT_CHEETAH = f"{CHEETAH} values, {JOINTS} joints (HalfCheetah)"
AT_CARTPOLE = f"{CARTPOLE} values, {PUSHES} actions (CartPole)"
BOTH = (CHEETAH, CHEETAH + JOINTS)
TWO = (256, 256)


def offline(row: str, build: Callable[[], Any], sizes: tuple[int, ...], what: str) -> Entry:
    """Offline methods on D4RL's HalfCheetah; all of tinkoff-ai/CORL's single-file versions."""
    return vectors(row, build, sizes, AT_CHEETAH, f"the layers of tinkoff-ai/CORL ({what})")


def drqv2_parts() -> nn.Module:
    """The shared encoder, and actor and critics on the narrow features."""
    stride = (2, 1, 1, 1)
    layers: list[nn.Module] = []
    for i, step in enumerate(stride):
        layers += [nn.Conv2d(32 if i else 9, 32, 3, step), nn.ReLU()]
    encoder = nn.Sequential(*layers, nn.Flatten())
    actor = nn.Sequential(nn.Linear(39200, 50), nn.LayerNorm(50), nn.Tanh(), mlp(50, 1024, 1024, JOINTS))
    trunk = nn.Sequential(nn.Linear(39200, 50), nn.LayerNorm(50), nn.Tanh(), nn.ConstantPad1d((0, JOINTS), 0.0))
    return Heads(encoder, actor, Heads(trunk, *(mlp(50 + JOINTS, 1024, 1024, 1) for _ in range(2))))


def rainbow() -> nn.Module:
    """Two noisy streams, 51 atoms of value."""
    atoms = 51
    streams = (nn.Sequential(Noisy(3136, 512), nn.ReLU(), Noisy(512, atoms * n)) for n in (1, ATARI_ACTIONS))
    return Heads(nature_cnn(features=0), *streams)


ENTRIES = [
    vectors(
        "ppo-mlp",
        lambda: Parallel(mlp(CARTPOLE, 64, 64, PUSHES), mlp(CARTPOLE, 64, 64, 1)),
        (CARTPOLE,),
        AT_CARTPOLE,
        f"{SB3} (two layers of 64, policy and value)",
    ),
    vectors(
        "dqn-vector",
        lambda: mlp(CARTPOLE, 256, 256, PUSHES),
        (CARTPOLE,),
        AT_CARTPOLE,
        "the layers of two hidden layers of 256, one network",
    ),
    frames(
        "ppo-cnn",
        lambda: Heads(nature_cnn(), nn.Linear(512, ATARI_ACTIONS), nn.Linear(512, 1)),
        f"{SB3} (Nature CNN, policy and value)",
    ),
    frames(
        "dqn-cnn",
        lambda: Heads(nature_cnn(), nn.Linear(512, ATARI_ACTIONS)),
        f"{SB3} (Nature CNN, one network)",
    ),
    frames("rainbow", rainbow, "the layers of Hessel et al. 2018, arXiv:1710.02298 (noisy, dueling, 51 atoms)"),
    vectors(
        "sac",
        lambda: Parallel(squashed(TWO), *twin_q(TWO)),
        BOTH,
        AT_CHEETAH,
        f"{SB3} (two layers of 256, two critics)",
    ),
    vectors(
        "td3",
        lambda: Parallel(mlp(CHEETAH, 400, 300, JOINTS), *twin_q((400, 300))),
        BOTH,
        AT_CHEETAH,
        f"{SB3} (layers of 400 and 300, two critics)",
    ),
    vectors(
        "ppo-continuous",
        lambda: Parallel(WithScale(mlp(CHEETAH, *TWO, JOINTS), JOINTS), mlp(CHEETAH, *TWO, 1)),
        (CHEETAH,),
        AT_CHEETAH,
        "the layers of two hidden layers of 256, policy and value",
    ),
    Entry(
        "recurrent-ppo",
        lambda: Parallel(
            *(nn.Sequential(Recurrent("lstm", CARTPOLE, 256, 0), mlp(256, 64, 64, n)) for n in (PUSHES, 1))
        ),
        lambda n: (torch.empty(n, 1, CARTPOLE),),
        AT_CARTPOLE,
        "the layers of stable-baselines3-contrib's default networks (LSTM of 256, two layers of 64, policy and value)",
        samples=256,
    ),
    frames("drqv2", drqv2_parts, "the layers of facebookresearch/drqv2:drqv2.py (three RGB frames, 6 joints)", 9),
    vectors(
        "sac-her",
        lambda: Parallel(squashed(TWO, 16, 4), *twin_q(TWO, 16, 4)),
        (16, 20),
        "16 values, 4 actions (FetchReach with goals)",
        f"{SB3} (two layers of 256, two critics)",
    ),
    vectors(
        "ddpg-her",
        lambda: Parallel(mlp(16, 256, 256, 256, 4), mlp(20, 256, 256, 256, 1)),
        (16, 20),
        "16 values, 4 actions (FetchReach with goals)",
        "the layers of three hidden layers of 256, actor and critic",
    ),
    offline(
        "iql",
        lambda: Parallel(WithScale(mlp(CHEETAH, *TWO, JOINTS), JOINTS), mlp(CHEETAH, *TWO, 1), *twin_q(TWO)),
        (CHEETAH, *BOTH),
        "two layers of 256: policy, value, two critics",
    ),
    offline(
        "cql",
        lambda: Parallel(mlp(CHEETAH, 256, 256, 256, 2 * JOINTS), *twin_q((256, 256, 256))),
        BOTH,
        "three layers of 256: policy, two critics",
    ),
    offline(
        "td3-bc",
        lambda: Parallel(mlp(CHEETAH, *TWO, JOINTS), *twin_q(TWO)),
        BOTH,
        "two layers of 256: policy, two critics",
    ),
    offline("bc-mlp", lambda: mlp(CHEETAH, *TWO, JOINTS), (CHEETAH,), "two layers of 256"),
]
