"""Reports as `dl-expert plan --json` gives them, reduced to what a project is written from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_EXAMPLES = {
    "images": ("mobilenetv3_large_100", "mobilenetv3", "finetune", "timm/mobilenetv3_large_100.miil_in21k_ft_in1k",
               "mobile-cnn-finetune", "SGD", 0.01, 64, "cosine", "345 steps", "30 epochs", None,
               ["random-resized-crop", "horizontal-flip", "label-smoothing", "no-decay-groups", "early-stopping"]),
    "table": ("ft-transformer", "ft-transformer", "scratch", None, "ft-transformer", "AdamW", 1e-4, 256, "constant",
              None, "100 epochs", None, ["dropout", "no-decay-groups", "early-stopping"]),
    "series": ("dlinear", "dlinear", "scratch", None, "forecast-linear", "Adam", 1e-3, 8, "step", None, "28 epochs",
               None, ["early-stopping", "rolling-origin", "time-split"]),
    "text": ("minilm-l12-h384", "minilm", "finetune", "microsoft/MiniLM-L12-H384-uncased", "encoder-tiny", "AdamW",
             5e-5, 64, "linear", "563 steps", "6 epochs", 1.0, ["class-weighted-loss", "ema", "gradient-clipping"]),
}  # fmt: skip


def report_for(layout: str, **recipe_changes: Any) -> dict[str, Any]:
    """A planned report whose project has this layout, with some decisions of the recipe changed."""
    example = _EXAMPLES[layout]
    name, family, mode, weights, regime, optimizer, rate, batch, scheduler, warmup, length, clip, techniques = example
    recipe = {
        "regime": regime, "optimizer": optimizer, "learning_rate": rate, "batch_size": batch, "batch_unit": "samples",
        "scheduler": scheduler, "weight_decay": 0.01, "warmup": warmup, "epochs_or_steps": length, "precision": "fp32",
        "clip": clip, "techniques": techniques, **recipe_changes,
    }  # fmt: skip
    evidence = [
        {"quantity": "learning_rate", "value": rate, "kind": "cited", "source": "a paper\nwith a line break"},
        {"quantity": "patience", "value": 7.0, "kind": "cited", "source": "common practice"},
        {"quantity": "steps", "value": 500.0, "kind": "computed", "source": "epochs x steps"},
    ]
    architecture = {"id": name, "name": name, "family": family, "mode": mode, "weights": weights}
    decisions = {"architecture": architecture, "recipe": recipe}
    report = {"status": "planned", "language": "en", "evidence": evidence, "decisions": decisions}
    copied: dict[str, Any] = json.loads(json.dumps(report))
    return copied


@pytest.fixture(params=sorted(_EXAMPLES))
def layout(request: pytest.FixtureRequest) -> str:
    """Each data layout in turn."""
    return str(request.param)


@pytest.fixture
def make_report() -> Any:
    """`report_for`, for tests that change decisions."""
    return report_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "project"
