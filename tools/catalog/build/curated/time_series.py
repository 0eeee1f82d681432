"""Forecasters, and networks for sensor signals, at stated lengths. One sample is one window with all its channels."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, from_repository, hugging_face
from deep_learning_expert.tools.catalog.build.curated.networks import Recurrent
from deep_learning_expert.tools.catalog.build.curated.signal_networks import (
    InceptionTime,
    LastStep,
    LstmAutoencoder,
    Reversed,
    Usad,
    WideResNet,
    ms_tcn,
    small_convolutions,
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
        # TimesNet looks for periods in the values: they must be the same every time.
        torch.manual_seed(0)
        return from_repository(LIBRARY, f"models.{name}", without=("reformer_pytorch",)).Model(settings)

    def inputs(n: int) -> tuple[Any, ...]:
        steps, channels = settings.seq_len, settings.enc_in
        ahead = settings.label_len + settings.pred_len
        return (
            torch.randn(n, steps, channels),
            torch.zeros(n, steps, 4),
            torch.zeros(n, ahead, channels),
            torch.zeros(n, ahead, 4),
        )

    at = f"{settings.enc_in} channels, {settings.seq_len} to {settings.pred_len} steps"
    return Entry(row, build, inputs, at, f"{LIBRARY}:models/{name}.py on the meta device, sizes of {script}", **also)


def neuralforecast(name: str, sizes: dict[str, Any]) -> Callable[[], Any]:
    """A model of neuralforecast, without the parts that search for settings."""
    bare = ("neuralforecast", "neuralforecast.models", "neuralforecast.common")
    module = f"neuralforecast.models.{name.lower()}"
    return lambda: getattr(from_repository("Nixtla/neuralforecast", module, without=bare), name)(**sizes)


def window(n: int) -> dict[str, Any]:
    """What neuralforecast gives a model without covariates."""
    series = {"insample_y": torch.empty(n, 480, 1), "insample_mask": torch.empty(n, 480)}
    return series | dict.fromkeys(("futr_exog", "hist_exog", "stat_exog"))


def chronos_bolt(row: str, width: int, inner: int, layers: int, heads: int) -> Entry:
    """Patches of 16 steps through T5's blocks, one decoder step for 64 steps of nine quantiles."""
    context, ahead, patch = 2048, 64, 16
    quantiles = [tenth / 10 for tenth in range(1, 10)]

    def build() -> Any:
        settings = import_module("transformers").T5Config(
            d_model=width,
            d_ff=inner,
            num_layers=layers,
            num_heads=heads,
            vocab_size=2,
            d_kv=64,
            decoder_start_token_id=0,
        )
        settings.chronos_config = {
            "context_length": context,
            "prediction_length": ahead,
            "input_patch_size": patch,
            "input_patch_stride": patch,
            "quantiles": quantiles,
            "use_reg_token": True,
        }
        return import_module("chronos.chronos_bolt").ChronosBoltModelForForecasting(settings)

    at = f"one series, {context} to {ahead} steps"
    how = "chronos-forecasting 2.3.2 on the meta device, T5's sizes (patches of 16, nine quantiles)"
    return Entry(row, build, lambda n: (torch.zeros(n, context),), at, how, device="cpu")


def signal(row: str, build: Callable[[], Any], channels: int, steps: int, how: str) -> Entry:
    """Channels by steps."""
    at = f"{channels} channels, {steps} steps" if channels > 1 else f"{steps} steps"
    return Entry(row, build, lambda n: (torch.empty(n, channels, steps),), at, how, samples=8)


def tcn() -> nn.Module:
    """Eight levels of 25, width 7; the answer from the last step."""
    network = from_repository("locuslab/TCN", "TCN.tcn").TemporalConvNet(1, [25] * 8, 7, 0.05)
    return nn.Sequential(network, LastStep(), nn.Linear(25, 10))


NIXTLA = "Nixtla/neuralforecast on the meta device"
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
    Entry(
        "nhits",
        neuralforecast("NHITS", {"h": 96, "input_size": 480}),
        lambda n: (window(n),),
        "one series, 480 to 96 steps",
        f"{NIXTLA}, its defaults",
    ),
    Entry(
        "timesfm-2.0",
        hugging_face("TimesFmConfig", "TimesFmModelForPrediction", {}),
        lambda n: (torch.empty(n, 2048), torch.zeros(n, 2048, dtype=torch.long), torch.zeros(n, 1, dtype=torch.long)),
        "one series of 2048 steps",
        TRANSFORMERS,
        run=lambda network, inputs: (network.model if hasattr(network, "model") else network.decoder)(*inputs),
    ),
    chronos_bolt("chronos-bolt-small", 512, 2048, 6, 8),
    chronos_bolt("chronos-bolt-base", 768, 3072, 12, 12),
    signal(
        "inceptiontime",
        lambda: InceptionTime(12, 71),
        12,
        1000,
        "the layers of hfawaz/InceptionTime:classifiers/inception.py (6 blocks of 32 filters, one network), 71 labels",
    ),
    signal(
        "cnn1d-small",
        small_convolutions,
        9,
        128,
        "the layers of three convolutions of 64, 128 and 128 (width 5), 6 classes",
    ),
    signal(
        "gru-small",
        lambda: Reversed(Recurrent("gru", 12, 256, 71, 2, both=True)),
        12,
        1000,
        "the layers of two bidirectional GRU layers of 256, 71 labels",
    ),
    signal(
        "lstm-forecaster",
        lambda: Reversed(nn.Sequential(Recurrent("lstm", 14, 64, 32, 2), nn.ReLU(), nn.Linear(32, 1))),
        14,
        30,
        "the layers of two LSTM layers of 64 and one of 32",
    ),
    signal("lstm-autoencoder", LstmAutoencoder, 25, 100, "the layers of an LSTM of 64 to a code and one back"),
    signal(
        "ms-tcn",
        ms_tcn,
        2048,
        1000,
        "the layers of yabufarha/ms-tcn:model.py (4 stages of 10 layers of 64, 19 classes)",
    ),
    signal("tcn", tcn, 1, 784, "locuslab/TCN:TCN/tcn.py on the meta device, sizes of mnist_pixel/pmnist_test.py"),
    signal("usad", Usad, 1, 612, "the layers of manigalati/usad:usad.py (12 steps of 51 channels, a code of 1200)"),
    Entry(
        "deepar",
        neuralforecast("DeepAR", {"h": 24, "input_size": 96}),
        lambda n: ({k: (torch.empty(n, 96, 1) if k == "insample_y" else v) for k, v in window(n).items()},),
        "one series, 96 steps seen",
        f"{NIXTLA}, its defaults (two LSTM layers of 128)",
    ),
    signal(
        "xresnet1d",
        lambda: WideResNet(12, 71),
        12,
        1000,
        "the layers of helme/ecg_ptbxl_benchmarking:code/models/xresnet1d.py (xresnet1d101, kernel 5, 71 labels)",
    ),
]
