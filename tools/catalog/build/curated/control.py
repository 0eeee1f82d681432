"""Policy and value networks at stated observation and action sizes. One sample is one step: every network of the agent
that is trained sees one observation (critics with an action), as in a gradient step; acting alone needs the actor."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import from_repository
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


def diffusion_policy() -> Any:
    """The one-dimensional U-Net over actions."""
    code = from_repository(
        "real-stanford/diffusion_policy",
        "diffusion_policy.model.diffusion.conditional_unet1d",
        without=("diffusion_policy", "diffusion_policy.model", "diffusion_policy.model.diffusion"),
    )
    seen = 2 * (2 * 512 + 9)
    sizes = {"diffusion_step_embed_dim": 128, "down_dims": [512, 1024, 2048], "kernel_size": 5, "n_groups": 8}
    return code.ConditionalUnet1D(10, global_cond_dim=seen, cond_predict_scale=True, **sizes)


class ActionChunks(nn.Module):
    """ACT when it acts: ResNet-18's last map and the joints through a transformer, a hundred actions out."""

    def __init__(self, width: int = 512, inner: int = 3200, actions: int = 100, joints: int = 14) -> None:
        super().__init__()
        models = import_module("torchvision.models")
        self.eye = nn.Sequential(*list(models.resnet18(weights=None).children())[:-2])
        self.entry = nn.Conv2d(512, width, 1)
        self.joints, self.style = nn.Linear(joints, width), nn.Linear(32, width)
        self.extra, self.queries = nn.Embedding(2, width), nn.Embedding(actions, width)
        sizes: dict[str, Any] = {"dim_feedforward": inner, "batch_first": True}
        self.transformer = nn.Transformer(width, 8, 4, 7, **sizes)
        self.head, self.padding = nn.Linear(width, joints), nn.Linear(width, 1)

    def forward(self, image: torch.Tensor, joints: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(samples, 3, height, width), (samples, joints) -> actions and whether each is padding."""
        places = self.entry(self.eye(image)).flatten(2).transpose(1, 2)
        style = self.style(joints.new_zeros(len(joints), 32)).unsqueeze(1)
        seen = torch.cat([style, self.joints(joints).unsqueeze(1), places], 1)
        wanted = self.queries.weight.unsqueeze(0).expand(len(image), -1, -1)
        out = self.transformer(seen, wanted)
        return self.head(out), self.padding(out)


def multi_agent(row: str, how: str, state: int) -> Entry:
    """Simple Spread with three agents: 18 values each, five actions; the critic sees one's own or everyone's values."""

    def normed(values: int, out: int) -> nn.Sequential:
        layers: list[nn.Module] = [nn.LayerNorm(values)]
        for into in (values, 64):
            layers += [nn.Linear(into, 64), nn.ReLU(), nn.LayerNorm(64)]
        return nn.Sequential(*layers, nn.Linear(64, out))

    at = f"18 values, 5 actions, critic of {state} values (Simple Spread)"
    return vectors(row, lambda: Parallel(normed(18, 5), normed(state, 1)), (18, state), at, how)


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
    vectors(
        "a2c-mlp",
        lambda: Parallel(mlp(CARTPOLE, 64, 64, PUSHES), mlp(CARTPOLE, 64, 64, 1)),
        (CARTPOLE,),
        AT_CARTPOLE,
        f"{SB3} (two layers of 64, policy and value)",
    ),
    frames(
        "a2c-cnn",
        lambda: Heads(nature_cnn(), nn.Linear(512, ATARI_ACTIONS), nn.Linear(512, 1)),
        f"{SB3} (Nature CNN, policy and value)",
    ),
    vectors(
        "a2c-continuous",
        lambda: Parallel(WithScale(mlp(CHEETAH, 64, 64, JOINTS), JOINTS), mlp(CHEETAH, 64, 64, 1)),
        (CHEETAH,),
        AT_CHEETAH,
        f"{SB3} (two layers of 64, policy and value)",
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
    Entry(
        "diffusion-policy",
        diffusion_policy,
        lambda n: (torch.empty(n, 16, 10), torch.zeros(n, dtype=torch.long), None, torch.empty(n, 2 * (2 * 512 + 9))),
        "16 actions of 10 values, one step",
        "real-stanford/diffusion_policy:model/diffusion/conditional_unet1d.py on the meta device, sizes of "
        "train_diffusion_unet_image_workspace.yaml (two steps seen, two cameras of 512 values)",
        run=lambda network, given: network(given[0], given[1], given[2], given[3]),
    ),
    Entry(
        "act",
        ActionChunks,
        lambda n: (torch.empty(n, 3, 480, 640), torch.empty(n, 14)),
        "1 camera 480x640, 14 joints, 100 actions",
        "the layers of tonyzhaozh/act:detr (width 512, 4 and 7 layers, inner 3200, ResNet-18; it acts)",
    ),
    multi_agent(
        "mappo", "the layers of marlbenchmark/on-policy (two layers of 64, actor and a critic of the state)", 54
    ),
    multi_agent("ippo", "the layers of marlbenchmark/on-policy (two layers of 64, actor and critic)", 18),
]
