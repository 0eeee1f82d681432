"""How long training takes, and what it costs in money and energy."""

from __future__ import annotations

from deep_learning_expert.tools.catalog.devices import Device, device
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError
from deep_learning_expert.tools.estimate.constants import Span, exactly, source, span
from deep_learning_expert.tools.estimate.latency_model import latency_models
from deep_learning_expert.tools.estimate.machines import canonical, group_of, time_factor
from deep_learning_expert.tools.estimate.memory import TrainingMode
from deep_learning_expert.tools.estimate.size import positive
from deep_learning_expert.tools.estimate.workload import Workload, of_architecture, side_of
from deep_learning_expert.tools.figures import Figure, Interval

# Passes through the network relative to the forward pass: backward costs two more, half of it when most weights are
# frozen (no weight gradients), none for frozen features.
_PASSES = {"finetune": 3.0, "scratch": 3.0, "lora": 2.0, "qlora": 2.4, "frozen-features": 1.0}
_OPERATIONS_PER_MAC = 2.0
_TERA = 1e12


def training_time(
    architecture_id: str,
    samples: float | Figure,
    epochs: float | Figure,
    device_id: str,
    *,
    count: int = 1,
    mode: TrainingMode = "finetune",
    side: int | None = None,
) -> Figure:
    """Seconds to pass `samples` x `epochs` through a catalog model, forward and backward, on `count` equal devices.

    timm's training table where it covers the model, else its regression, else MACs over peak x utilisation.
    Mixed precision assumed on GPUs. Errors: UnknownNameError, OutOfRangeError, CannotSayError.
    """
    return training_time_of(of_architecture(architecture_id, side), samples, epochs, device_id, count=count, mode=mode)


def training_time_of(
    work: Workload,
    samples: float | Figure,
    epochs: float | Figure,
    device_id: str,
    *,
    count: int = 1,
    mode: TrainingMode = "finetune",
) -> Figure:
    """The same for any workload."""
    machine = device(device_id)
    passes = _passes(mode)
    total = positive("samples", samples) * positive("epochs", epochs)
    per_sample, method = _seconds_per_sample(work, machine)
    time = per_sample.scaled(total * passes / _PASSES["finetune"]).times(_devices(count))
    about = {"model": work.name, "device": machine.name, "count": str(count), "mode": mode}
    if work.side:
        about["resolution"] = f"{work.side}x{work.side}"
    return _seconds(time, method, about)


def language_training_time(
    macs_per_token: float | Figure,
    tokens: float | Figure,
    device_id: str,
    *,
    count: int = 1,
    mode: TrainingMode = "finetune",
    name: str = "",
) -> Figure:
    """Seconds to train a language model on `tokens` (all epochs together). Errors as `training_time`."""
    machine = device(device_id)
    passes = _passes(mode)
    work = positive("macs_per_token", macs_per_token) * positive("tokens", tokens) * passes
    time = _by_peak(work, machine, "language").times(_devices(count))
    about = {"model": name, "device": machine.name, "count": str(count), "mode": mode}
    return _seconds(time, f"MACs x passes / (peak x utilisation); {source('utilisation')}", about)


def money(time: Figure, device_id: str, count: int = 1, usd_per_hour: float | None = None) -> Figure:
    """USD at the user's price per device, else at the on-demand price; errors: CannotSayError without a price."""
    machine = device(device_id)
    if usd_per_hour is not None:
        return _times(time, usd_per_hour * count / 3600.0, "cost", "USD", "time x your price per device-hour")
    if not machine.price_usd_h:
        raise CannotSayError("estimate.no_price", device=machine.name)
    return _times(time, machine.price_usd_h * count / 3600.0, "cost", "USD", f"time x price ({machine.price_source})")


def energy(time: Figure, device_id: str, count: int = 1) -> Figure:
    """kWh of the devices alone, from their rated power; errors: CannotSayError without one."""
    machine = device(device_id)
    if not machine.tdp_w:
        raise CannotSayError("estimate.no_power", device=machine.name)
    share = span("power", "share")
    edges = time.interval or Interval(low=time.value, high=time.value)
    used = Span(edges.low, time.value, edges.high).times(share).scaled(machine.tdp_w * count / 3.6e6)
    return Figure(
        quantity="energy",
        value=used.middle,
        unit="kWh",
        kind="estimated",
        source="time x rated power x assumed share of it",
        conditions=time.conditions,
        interval=Interval(low=used.low, high=used.high),
    )


def _times(time: Figure, factor: float, quantity: str, unit: str, method: str) -> Figure:
    edges = time.interval or Interval(low=time.value, high=time.value)
    return Figure(
        quantity=quantity,
        value=time.value * factor,
        unit=unit,
        kind="estimated",
        source=method,
        conditions=time.conditions,
        interval=Interval(low=edges.low * factor, high=edges.high * factor),
    )


def _passes(mode: TrainingMode) -> float:
    if mode not in _PASSES:
        raise CannotSayError("estimate.nothing_trained", mode=mode)
    return _PASSES[mode]


def _seconds_per_sample(work: Workload, machine: Device) -> tuple[Span, str]:
    """Forward and backward of one sample, full training, and how it was found."""
    if group_of(machine) == "gpu":
        found = _from_table(work, machine) or _from_regression(work, machine)
        if found:
            return found
    if not work.macs:
        raise CannotSayError("estimate.no_sizes", model=work.name)
    time = _by_peak(work.macs * _PASSES["finetune"], machine, "other")
    return time, f"MACs x passes / (peak x utilisation); {source('utilisation')}"


def _from_table(work: Workload, machine: Device) -> tuple[Span, str] | None:
    rows = [row for row in work.measurements if row.mode == "training"]
    for row in rows:
        side = side_of(row.resolution)
        area = (work.side / side) ** 2 if work.side and side else 1.0
        time = exactly(area / row.samples_per_second).times(Span(0.85, 1.0, 1.25))
        return _moved(time, row.device_id, machine, row.source)
    return None


def _from_regression(work: Workload, machine: Device) -> tuple[Span, str] | None:
    for model in latency_models():
        if model.mode == "training":
            try:
                time = model.seconds_per_sample(work)
                return _moved(time, model.device_id, machine, f"regression on {model.device_id} training table of timm")
            except CannotSayError:
                return None
    return None


def _moved(time: Span, from_id: str, machine: Device, method: str) -> tuple[Span, str] | None:
    """The time on the machine wanted; None where the data sheets do not allow it."""
    if canonical(from_id) == machine.id:
        return time, method
    try:
        factor = time_factor(from_id, machine, span("compute_share", "any").middle)
    except CannotSayError:
        return None
    return time.times(factor), f"{method}; scaled from {from_id} to {machine.id} by data sheet"


def _by_peak(macs: float, machine: Device, kind: str) -> Span:
    peak = machine.tensor16_tflops or machine.fp32_tflops
    if not peak:
        raise CannotSayError("estimate.no_data_sheet", device=machine.name)
    return span("utilisation", kind).inverse().scaled(macs * _OPERATIONS_PER_MAC / (peak * _TERA))


def _devices(count: int) -> Span:
    """Factor on time of `count` devices against one."""
    if not 1 <= count <= 100_000:
        raise OutOfRangeError("estimate.impossible_count", value=count)
    return span("scaling", "one" if count == 1 else "several").inverse().scaled(1 / count)


def _seconds(time: Span, method: str, about: dict[str, str]) -> Figure:
    return Figure(
        quantity="training_time",
        value=time.middle,
        unit="s",
        kind="estimated",
        source=method,
        conditions=about,
        interval=Interval(low=time.low, high=time.high),
    )
