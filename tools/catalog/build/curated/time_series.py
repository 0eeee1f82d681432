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
from deep_learning_expert.tools.catalog.build.curated.networks import Recurrent, mlp

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


class Reversed(nn.Module):
    """Takes channels first to a network that wants steps first."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, signal: torch.Tensor) -> Any:
        """(samples, channels, steps)."""
        return self.network(signal.transpose(1, 2))


class LstmAutoencoder(nn.Module):
    """The last state is repeated and read back."""

    def __init__(self, channels: int = 25, hidden: int = 64) -> None:
        super().__init__()
        self.encoder = nn.LSTM(channels, hidden, batch_first=True)
        self.decoder = nn.LSTM(hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, channels)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, steps, channels)."""
        steps = signal.shape[-1]
        code = self.encoder(signal.transpose(1, 2))[0][:, -1:]
        return self.head(self.decoder(code.expand(-1, steps, -1))[0])


class InceptionBlock(nn.Module):
    """A bottleneck, three widths and a pooled branch."""

    def __init__(self, into: int, filters: int = 32, widths: tuple[int, ...] = (40, 20, 10)) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(into, filters, 1, bias=False) if into > 1 else nn.Identity()
        narrowed = filters if into > 1 else into
        self.wide = nn.ModuleList(nn.Conv1d(narrowed, filters, width, padding="same", bias=False) for width in widths)
        self.pooled = nn.Sequential(nn.MaxPool1d(3, 1, 1), nn.Conv1d(into, filters, 1, bias=False))
        self.norm = nn.BatchNorm1d(filters * (len(widths) + 1))

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, into, steps) -> (samples, 4 filters, steps)."""
        narrow = self.narrow(signal)
        return torch.relu(self.norm(torch.cat([*(wide(narrow) for wide in self.wide), self.pooled(signal)], 1)))


class InceptionTime(nn.Module):
    """Six blocks, a shortcut over every third."""

    def __init__(self, channels: int, classes: int, depth: int = 6) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(InceptionBlock(channels if i == 0 else 128) for i in range(depth))
        self.shortcuts = nn.ModuleList(
            nn.Sequential(nn.Conv1d(channels if i == 0 else 128, 128, 1, bias=False), nn.BatchNorm1d(128))
            for i in range(depth // 3)
        )
        self.head = nn.Linear(128, classes)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, classes)."""
        x = start = signal
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i % 3 == 2:
                x = start = torch.relu(x + self.shortcuts[i // 3](start))
        return self.head(x.mean(-1))


def small_convolutions() -> nn.Module:
    """Convolutions halved in length after each."""
    layers: list[nn.Module] = []
    for into, out in ((9, 64), (64, 128), (128, 128)):
        layers += [nn.Conv1d(into, out, 5, padding=2), nn.BatchNorm1d(out), nn.ReLU(), nn.MaxPool1d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, 6))


class Dilated(nn.Module):
    """A dilated convolution and a product at each step, on top of what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.point = nn.Conv1d(width, width, 1)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, width, steps) -> the same."""
        return signal + self.point(torch.relu(self.wide(signal)))


def ms_tcn(features: int = 2048, classes: int = 19) -> nn.Module:
    """Four stages of ten layers of 64; each later stage reads the probabilities of the one before."""
    stages: list[nn.Module] = []
    for stage in range(4):
        stages += [nn.Softmax(1)] * bool(stage) + [nn.Conv1d(classes if stage else features, 64, 1)]
        stages += [*(Dilated(64, 2**i) for i in range(10)), nn.Conv1d(64, classes, 1)]
    return nn.Sequential(*stages)


def tcn() -> nn.Module:
    """Eight levels of 25, width 7; the answer from the last step."""
    network = from_repository("locuslab/TCN", "TCN.tcn").TemporalConvNet(1, [25] * 8, 7, 0.05)
    return nn.Sequential(network, LastStep(), nn.Linear(25, 10))


class LastStep(nn.Module):
    """(samples, channels, steps) -> (samples, channels)."""

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """The last step's values."""
        return signal[..., -1]


class Usad(nn.Module):
    """One encoder, two decoders; the second reads the first's answer again."""

    def __init__(self, width: int = 612, code: int = 1200) -> None:
        super().__init__()
        self.encoder = nn.Sequential(mlp(width, width // 2, width // 4, code), nn.ReLU())
        self.decoders = nn.ModuleList(mlp(code, width // 4, width // 2, width) for _ in range(2))

    def forward(self, window: torch.Tensor) -> list[torch.Tensor]:
        """(samples, 1, values)."""
        code = self.encoder(window)
        first = self.decoders[0](code)
        return [first, self.decoders[1](code), self.decoders[1](self.encoder(first))]


class Bottleneck(nn.Module):
    """One, three and one convolutions; the shortcut is pooled before it is widened."""

    def __init__(self, into: int, inner: int, stride: int, kernel: int = 5) -> None:
        super().__init__()
        out = 4 * inner
        sizes = ((into, inner, 1, 1), (inner, inner, kernel, stride), (inner, out, 1, 1))
        self.layers = nn.Sequential(*(part for one in sizes for part in self._layer(*one)))
        pool = [nn.AvgPool1d(2, 2, ceil_mode=True)] * (stride > 1)
        self.shortcut = nn.Sequential(*pool, *(self._layer(into, out, 1, 1)[:2] if into != out else []))

    @staticmethod
    def _layer(into: int, out: int, kernel: int, stride: int) -> list[nn.Module]:
        wide = nn.Conv1d(into, out, kernel, stride, kernel // 2, bias=False)
        return [wide, nn.BatchNorm1d(out), nn.ReLU()]

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, into, steps) -> (samples, 4 inner, steps / stride)."""
        return torch.relu(self.layers(signal) + self.shortcut(signal))


class WideResNet(nn.Module):
    """xresnet1d101: a stem of three convolutions, 3, 4, 23 and 3 bottlenecks, mean and largest value pooled."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        stem: list[nn.Module] = []
        for into, out, stride in ((channels, 32, 2), (32, 32, 1), (32, 64, 1)):
            stem += [nn.Conv1d(into, out, 5, stride, 2, bias=False), nn.BatchNorm1d(out), nn.ReLU()]
        blocks: list[nn.Module] = []
        width = 64
        for depth in (3, 4, 23, 3):
            for i in range(depth):
                blocks.append(Bottleneck(width, 64, 2 if blocks and i == 0 else 1))
                width = 4 * 64
        self.body = nn.Sequential(*stem, nn.MaxPool1d(3, 2, 1), *blocks)
        self.head = nn.Sequential(nn.BatchNorm1d(2 * width), nn.Linear(2 * width, classes))

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """(samples, channels, steps) -> (samples, classes)."""
        x = self.body(signal)
        return self.head(torch.cat([x.mean(-1), x.amax(-1)], 1))


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
