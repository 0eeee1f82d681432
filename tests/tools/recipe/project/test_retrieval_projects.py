"""Projects that find pictures of the same item: what the loss asks for, what a hit is, what stops a run."""

from __future__ import annotations

from typing import Any

import pytest


def test_contrast_and_hits_agree_with_hand_calculation(run_in: Any) -> None:
    run_in(
        "items",
        """
        import math
        import numpy as np
        import torch
        from dataclasses import replace
        from config import PLAN
        from data import Info
        from evaluate import loss_of, nearest

        assert PLAN.batch_size == 64  # pairs: the plan counts 128 pictures
        config, info = replace(PLAN, temperature=1.0), Info("", "")
        even = torch.zeros(4, 2, 3)
        even[..., 0] = 1
        assert abs(loss_of(even, torch.arange(4), config, info).item() - math.log(4)) < 1e-6
        # Two pictures of one item are no negatives of each other: fewer partners are left to choose from.
        loss = loss_of(even[:3], torch.tensor([0, 0, 1]), config, info).item()
        assert abs(loss - (2 * math.log(2) + math.log(3)) / 3) < 1e-3
        pairs = torch.eye(4).repeat_interleave(2, 0).unflatten(0, (4, 2))
        assert loss_of(pairs, torch.arange(4), replace(PLAN, temperature=0.05), info) < 1e-6
        angles = torch.tensor([0.0, 0.1, 1.0, 1.05, 3.0])
        points = torch.stack([angles.cos(), angles.sin()], dim=1)
        assert nearest(points, np.array([0, 0, 1, 2, 2])).tolist() == [0, 0, 2, 1, 2]
        """,
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("Path('d/item007/0.png').write_text('no picture')", "cannot be read (0.png)"),
        ("[Path(f'd/item008/{n}.png').unlink() for n in (1, 2, 3)]", "have one picture only (item008)"),
        (
            "[shutil.copytree('d/item001', f'd/{part}/item001') for part in ('train', 'val', 'test')]",
            "stand in two parts (item001)",
        ),
    ],
)
def test_items_that_cannot_be_judged_are_named(run_in: Any, change: str, complaint: str) -> None:
    said = run_in(
        "items",
        f"""
        import shutil
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from sample import write_sample

        write_sample(Path("d"))
        data = load_data(Path("d"), SMOKE)
        items = [{{file.parent.name for file in part.files}} for part in (data.train, data.val, data.test)]
        assert not (items[0] & items[1] or items[0] & items[2] or items[1] & items[2])
        {change}
        try:
            load_data(Path("d"), SMOKE)
        except Stop as reason:
            print(reason)
        """,
    )
    assert complaint in said
