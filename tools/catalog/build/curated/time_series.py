"""Forecasters, and networks for sensor signals, at stated lengths. One sample is one window with all its channels."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import (
    from_repository,
)

LIBRARY = "thuml/Time-Series-Library"
# The defaults of its run.py, for ETTh1 (7 channels), 96 hours in and 96 out.
DEFAULTS = {
    "task_name": "long_term_forecast",
    "seq_len": 96,
    "label_len": 48,
    "pred_len": 96,
    "enc_in": 7,
    "dec_in": 7,
    "c_out": 7,
    "d_model": 512,
    "n_heads": 8,
    "e_layers": 2,
    "d_layers": 1,
    "d_ff": 2048,
    "moving_avg": 25,
    "factor": 3,
    "dropout": 0.1,
    "embed": "timeF",
    "freq": "h",
    "activation": "gelu",
    "channel_independence": 1,
    "decomp_method": "moving_avg",
    "use_norm": 1,
    "down_sampling_layers": 0,
    "down_sampling_window": 1,
    "down_sampling_method": None,
    "top_k": 5,
    "num_kernels": 6,
    "num_class": 2,
    "patch_len": 16,
    "data": "ETTh1",
}


def forecaster(row: str, name: str, sizes: dict[str, Any], script: str, **also: Any) -> Entry:
    """A model of the Time-Series-Library at the sizes of its published script."""
    settings = SimpleNamespace(**DEFAULTS | sizes)

    def build() -> Any:
        return from_repository(LIBRARY, f"models.{name}", without=("reformer_pytorch",)).Model(settings)

    def inputs(n: int) -> tuple[Any, ...]:
        steps, channels = settings.seq_len, settings.enc_in
        ahead = settings.label_len + settings.pred_len
        return (
            torch.empty(n, steps, channels),
            torch.empty(n, steps, 4),
            torch.empty(n, ahead, channels),
            torch.empty(n, ahead, 4),
        )

    at = f"{settings.enc_in} channels, {settings.seq_len} to {settings.pred_len} steps"
    return Entry(row, build, inputs, at, f"{LIBRARY}:models/{name}.py on the meta device, sizes of {script}", **also)


ETT = "scripts/long_term_forecast/ETT_script"
ENTRIES = [
    forecaster("patchtst", "PatchTST", {"e_layers": 1, "n_heads": 2}, f"{ETT}/PatchTST_ETTh1.sh"),
    forecaster(
        "timemixer",
        "TimeMixer",
        {
            "d_model": 16,
            "d_ff": 32,
            "label_len": 0,
            "down_sampling_layers": 3,
            "down_sampling_window": 2,
            "down_sampling_method": "avg",
        },
        f"{ETT}/TimeMixer_ETTh1.sh",
    ),
    forecaster("timesnet", "TimesNet", {"d_model": 16, "d_ff": 32}, f"{ETT}/TimesNet_ETTh1.sh", device="cpu"),
    forecaster(
        "itransformer",
        "iTransformer",
        {"d_model": 256, "d_ff": 256},
        "thuml/iTransformer:scripts/multivariate_forecasting/ETT/iTransformer_ETTh1.sh",
    ),
    forecaster("tft", "TemporalFusionTransformer", {"d_model": 128}, "its defaults, width 128"),
]
