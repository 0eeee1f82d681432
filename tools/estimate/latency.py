"""How long one batch takes: the ladder from a measured row to "cannot say, run the probe".

1. measured on that device; 2. measured elsewhere, carried over by a device factor; 3. a regression calibrated on a
measured device, carried over where needed; 4. CannotSayError. Each step down widens the interval.
timm's GPU rows are throughput at large batches; a small batch on a GPU gets a floor for launch overhead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from deep_learning_expert.tools.catalog.devices import device
from deep_learning_expert.tools.catalog.rows import Measurement
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.estimate import conditions, transformer
from deep_learning_expert.tools.estimate.conditions import Asked, Runtime
from deep_learning_expert.tools.estimate.constants import Span, exactly, span
from deep_learning_expert.tools.estimate.language import decode_latency
from deep_learning_expert.tools.estimate.latency_model import LatencyModel, latency_models, scaling_residual
from deep_learning_expert.tools.estimate.machines import canonical, group_of, time_factor
from deep_learning_expert.tools.estimate.transformer import kv_cache
from deep_learning_expert.tools.estimate.workload import Workload, of_architecture, side_of
from deep_learning_expert.tools.figures import Figure, Interval


@cache
def latency(
    architecture_id: str,
    device_id: str,
    *,
    batch: int = 1,
    precision: str | None = None,
    runtime: Runtime | None = None,
    side: int | None = None,
    tokens: int | None = None,
) -> Figure:
    """Time of one batch of a catalog model on a catalog device, in ms, with an 80 % interval.

    precision: fp32, fp16, bf16 or int8 (default fp16 on GPUs, fp32 on CPUs); runtime: eager or compiled (default eager
    on GPUs); side: image side in pixels, default the model's own; tokens: of one sample, for text.
    Forward pass only, data loading excluded.
    Errors: UnknownNameError, OutOfRangeError; CannotSayError when no honest figure exists.
    """
    want = conditions.asked(device(device_id), batch, precision, runtime)
    return latency_of(of_architecture(architecture_id, side, tokens), want)


def throughput(latency_figure: Figure) -> Figure:
    """Samples per second that follow from a latency figure of a known batch."""
    batch = int(latency_figure.conditions["batch"])
    per_second = [1000.0 * batch / value for value in _edges(latency_figure)]
    return Figure(
        quantity="throughput",
        value=per_second[1],
        unit="samples/s",
        kind=latency_figure.kind,
        source=latency_figure.source,
        conditions=latency_figure.conditions,
        interval=Interval(low=per_second[2], high=per_second[0]),
    )


def _edges(figure: Figure) -> tuple[float, float, float]:
    if figure.interval is None:
        return figure.value, figure.value, figure.value
    return figure.interval.low, figure.value, figure.interval.high


def latency_of(work: Workload, want: Asked) -> Figure:
    """The ladder for a workload, catalogued or the user's own; errors: CannotSayError."""
    rungs: tuple[Callable[[Workload, Asked], Figure | None], ...] = (
        _measured_here,
        _measured_elsewhere,
        _decoded,
        _modelled,
    )
    for rung in rungs:
        found = rung(work, want)
        if found is not None:
            return found
    raise CannotSayError("estimate.run_the_probe", model=work.name, device=want.machine.name)


def _measured_here(work: Workload, want: Asked) -> Figure | None:
    rows = [row for row in work.measurements if row.mode == "inference" and canonical(row.device_id) == want.machine.id]
    row = _best(rows, work, want)
    if row is None:
        return None
    time = _adapted(row, work, want)
    exact = _same_side(row, work) and row.batch == want.batch and _same_program(row, want)
    return _figure(work, want, time.times(span("same_machine", "repeat")), row.source, row, exact)


def _measured_elsewhere(work: Workload, want: Asked) -> Figure | None:
    rows = [
        row
        for row in work.measurements
        if row.mode == "inference" and want.group and group_of(device(row.device_id)) == want.group
    ]
    row = _best(rows, work, want)
    if row is None:
        return None
    factor = _factor(row, work, want)
    time = _adapted(row, work, want, factor)
    return _figure(work, want, time, f"{row.source}, scaled from {row.device_id} to {want.machine.id}", row, False)


def _factor(row: Measurement, work: Workload, want: Asked) -> Span:
    """By the ratio of two calibrated regressions where both devices have one, else by data sheet."""
    here, there = _model(want.machine.id, want.runtime), _model(canonical(row.device_id), conditions.runtime_of(row))
    if here and there and here.compiled == there.compiled and work.macs and work.params:
        ratio = here.seconds_per_sample(work).middle / there.seconds_per_sample(work).middle
        return scaling_residual(want.group).scaled(ratio)
    return time_factor(row.device_id, want.machine, span("compute_share", "any").middle)


def _decoded(work: Workload, want: Asked) -> Figure | None:
    """Models counted per token generate token by token: bound by bandwidth, no matter what a regression says."""
    if not work.generates:
        return None
    read = transformer.active_parameters(work.config) if work.config else work.macs if work.per_token else None
    if not read:
        raise CannotSayError("estimate.no_sizes", model=work.name)
    cache = kv_cache(work.config, work.tokens, want.batch).value if work.config and work.tokens else 0.0
    device_id, precision = want.machine.id, want.precision
    return decode_latency(read, device_id, precision=precision, cache_mb=cache, name=work.name, batch=want.batch)


def _modelled(work: Workload, want: Asked) -> Figure | None:
    if not want.group:
        return None
    model = _model(want.machine.id, want.runtime) or _model(want.machine.id, None)
    factor = exactly(1.0)
    if model is None:
        model = _model(_ANCHORS[want.group], want.runtime) or _model(_ANCHORS[want.group], None)
        if model is None:
            return None
        factor = time_factor(model.device_id, want.machine, span("compute_share", "any").middle)
    time = model.seconds_per_sample(work).times(factor)
    time = time.times(conditions.runtime_change(want.group, "compiled" if model.compiled else "eager", want.runtime))
    time = time.times(conditions.precision_change(want.group, conditions.plain(model.precision), want.precision))
    method = f"tools/estimate/latency_model.py: regression on MACs, parameters and activations, {model.device_id}, "
    method += f"{model.runtime}, families held out for the interval"
    if model.device_id != want.machine.id:
        method += f"; scaled to {want.machine.id} by data sheet"
    return _figure(work, want, conditions.batch_ms(want, time, model.batch, work.kernel_calls), method, None, False)


# The device whose regression stands in for an unmeasured one of its group.
_ANCHORS = {"gpu": "rtx-4090", "cpu": "core-i7-12700h"}


@cache
def _model(device_id: str, runtime: str | None) -> LatencyModel | None:
    for model in latency_models():
        fits = model.mode == "inference" and model.layout == "nchw"
        if fits and model.device_id == device_id and runtime in (None, "compiled" if model.compiled else "eager"):
            return model
    return None


def _best(rows: list[Measurement], work: Workload, want: Asked) -> Measurement | None:
    """The row nearest to what is asked: device group is settled, then resolution, precision, runtime, batch, newest."""

    def distance(row: Measurement) -> tuple[object, ...]:
        anchor = canonical(row.device_id) != _ANCHORS.get(want.group)
        return (
            not _same_side(row, work),
            conditions.plain(row.precision) != want.precision,
            conditions.runtime_of(row) != want.runtime,
            row.batch != want.batch,
            anchor,
            row.layout == "nhwc",
            tuple(-part for part in conditions.version(row.runtime)),
        )

    return min(rows, key=distance, default=None)


def _same_side(row: Measurement, work: Workload) -> bool:
    return work.side is None or side_of(row.resolution) in (None, work.side)


def _same_program(row: Measurement, want: Asked) -> bool:
    return conditions.plain(row.precision) == want.precision and conditions.runtime_of(row) == want.runtime


def _adapted(row: Measurement, work: Workload, want: Asked, device_factor: Span | None = None) -> Span:
    """ms of the batch asked, from a row under other conditions."""
    time = exactly(1.0 / row.samples_per_second)
    side = side_of(row.resolution)
    if work.side and side and side != work.side:
        area = (work.side / side) ** 2
        time = time.times(Span(area**0.85, area, area**1.1) if area > 1 else Span(area**1.1, area, area**0.85))
    time = time.times(conditions.precision_change(want.group, conditions.plain(row.precision), want.precision))
    time = time.times(conditions.runtime_change(want.group, conditions.runtime_of(row), want.runtime))
    if device_factor is not None:
        time = time.times(device_factor)
    return conditions.batch_ms(want, time, row.batch, work.kernel_calls)


def _figure(work: Workload, want: Asked, time: Span, source: str, row: Measurement | None, exact: bool) -> Figure:
    about = {
        "model": work.name,
        "device": want.machine.name,
        "batch": str(want.batch),
        "precision": want.precision,
        "runtime": row.runtime if exact and row else want.runtime,
    }
    if work.side:
        about["resolution"] = f"{work.side}x{work.side}"
    if work.tokens:
        about["tokens"] = str(work.tokens)
    if row is not None and not exact:
        about["measured_at"] = (
            f"{row.device_id}, batch {row.batch}, {row.precision}, {row.runtime}, {row.resolution}".rstrip(", ")
        )
    return Figure(
        quantity="latency",
        value=time.middle,
        unit="ms",
        kind="measured" if exact else "estimated",
        source=source,
        conditions=about,
        interval=Interval(low=time.low, high=time.high),
    )
