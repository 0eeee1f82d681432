"""Projects that classify pictures with texts: what the pretrained pair gives, how rates fall, what stays together."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest


def test_the_pretrained_pair_is_read_and_its_towers_learn_alike(run_in: Any, python_with: Any) -> None:
    if subprocess.run([python_with("torch"), "-c", "import transformers"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: the pretrained pair was not tried; this Python has no transformers")
    run_in(
        "pictured_texts",
        """
        import torch
        from dataclasses import replace
        from transformers import CLIPConfig, CLIPModel
        from config import PLAN
        from data import Info
        from groups import parameter_groups, rate_factors
        from model import build_model

        towers = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
        text = {**towers, "num_hidden_layers": 2, "vocab_size": 50, "max_position_embeddings": 8}
        vision = {**towers, "num_hidden_layers": 4, "image_size": 16, "patch_size": 8}
        CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)).save_pretrained("tiny")
        config = replace(PLAN, weights="tiny", image_size=16)
        model = build_model(config, Info("", "", ("a", "b", "c"), (1, 1, 1)))
        ids = torch.randint(1, 49, (2, 8))
        inputs = {"pixel_values": torch.randn(2, 3, 16, 16), "input_ids": ids, "attention_mask": torch.ones_like(ids)}
        loss = model(inputs).logsumexp(1).sum()
        loss.backward()
        learnt = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        assert all(weight.grad is not None for weight in learnt.values())  # as several processes want it
        factors = rate_factors(model, list(learnt), config)
        assert (PLAN.layer_decay, PLAN.head_factor) == (0.7, 10.0)
        top = [factors[f"network.{tower}_model.encoder.layers.{number}.mlp.fc1.weight"] for tower, number in
               (("text", 1), ("vision", 3))]
        assert top[0] == top[1] == 0.7**2 and factors["head.2.weight"] == 10
        assert abs(factors["network.vision_model.encoder.layers.0.mlp.fc1.weight"] - 0.7**5) < 1e-9
        assert factors["network.visual_projection.weight"] == 0.7
        """,
    )


def test_posts_that_share_a_picture_or_a_text_stay_together(run_in: Any) -> None:
    run_in(
        "pictured_texts",
        """
        from pathlib import Path
        from config import PLAN
        from data import _split

        posts = [(Path(f"{number // 2}.png"), f"text {number // 3}", number % 2) for number in range(117)]
        posts += [(Path("a.png"), "x", 0), (Path("b.png"), "y", 1), (Path("a.png"), "y", 0)]  # the third links two
        parts = _split(posts, PLAN)
        assert sorted(item for part in parts for item in part) == list(range(120)) and all(parts)
        for kind in (0, 1):
            seen = [{posts[item][kind] for item in part} for part in parts]
            assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2]), kind
        """,
    )
