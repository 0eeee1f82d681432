"""Each rung of the ladder says what it is, and nothing is said where nothing supports it."""

from __future__ import annotations

import time

import pytest

from deep_learning_expert.tools.catalog.devices import device
from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError, UnknownNameError
from deep_learning_expert.tools.estimate import conditions
from deep_learning_expert.tools.estimate.latency import latency, latency_of, throughput
from deep_learning_expert.tools.estimate.latency_model import latency_models
from deep_learning_expert.tools.estimate.machines import time_factor
from deep_learning_expert.tools.estimate.traces import trace_of
from deep_learning_expert.tools.estimate.workload import Workload, of_architecture
from deep_learning_expert.tools.figures import Figure


def of_sizes(**changes: object) -> Workload:
    base: dict[str, object] = {
        "name": "mine",
        "architecture_class": "CNN",
        "domain": "CV",
        "params": 20_000_000,
        "macs": 3e9,
        "activations": 9e6,
        "side": 224,
    }
    return Workload(**{**base, **changes})


def time_of(work: Workload, machine: str, batch: int = 256) -> Figure:
    return latency_of(work, conditions.asked(device(machine), batch, None, None))


def holds(figure: Figure) -> bool:
    assert figure.interval is not None
    return 0 < figure.interval.low <= figure.value <= figure.interval.high


def test_a_row_under_the_very_conditions_is_reported_as_measured() -> None:
    row = next(
        row
        for row in of_architecture("vit_base_patch16_224").measurements
        if row.device_id == "core-i7-12700h" and row.batch == 1
    )
    found = latency("vit_base_patch16_224", "core-i7-12700h")
    assert (found.kind, found.unit, found.source) == ("measured", "ms", row.source)
    assert found.value == pytest.approx(row.batch_ms)
    assert found.conditions["batch"] == "1"


def test_a_small_gpu_batch_is_never_passed_off_as_the_measured_throughput() -> None:
    small, large = latency("resnet50", "rtx-4090"), latency("resnet50", "rtx-4090", batch=1024)
    assert large.kind == "measured"
    assert small.kind == "estimated"
    assert "batch 1024" in small.conditions["measured_at"]
    assert small.value > large.value / 1024
    assert holds(small) and holds(large)


def test_a_slower_card_is_not_estimated_faster() -> None:
    fast, slow = time_of(of_sizes(), "rtx-4090"), time_of(of_sizes(), "rtx-3090")
    assert fast.value < slow.value


def test_an_unmeasured_model_gets_a_wider_interval_than_a_measured_one() -> None:
    def width(figure: Figure) -> float:
        assert figure.interval is not None
        return figure.interval.high / figure.interval.low

    measured = latency("resnet50", "rtx-3090", batch=1024)
    modelled = time_of(of_sizes(), "rtx-3090", 1024)
    without_activations = time_of(of_sizes(activations=None), "rtx-3090", 1024)
    other_domain = time_of(of_sizes(domain="audio"), "rtx-3090", 1024)
    assert width(measured) < width(modelled) < width(without_activations)
    assert width(modelled) < width(other_domain)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_more_work_takes_longer(factor: int) -> None:
    small, large = of_sizes(), of_sizes(macs=3e9 * factor, activations=9e6 * factor, params=20_000_000)
    for machine in ("rtx-3090", "rtx-4090", "core-i7-12700h"):
        assert time_of(large, machine).value > time_of(small, machine).value


def test_a_decoder_is_timed_per_token_by_what_it_reads() -> None:
    found = latency("qwen3-8b", "rtx-3090")
    assert found.conditions["per"] == "token"
    bandwidth = device("rtx-3090").bandwidth_gb_s
    assert bandwidth is not None
    assert found.interval is not None and found.interval.low > 8.19e9 * 2 * 0.8 / (bandwidth * 1e9) * 1e3


def test_throughput_turns_the_interval_round() -> None:
    time_, rate = latency("resnet50", "rtx-3090", batch=64), throughput(latency("resnet50", "rtx-3090", batch=64))
    assert time_.interval and rate.interval
    assert rate.value == pytest.approx(64_000 / time_.value)
    assert rate.interval.low == pytest.approx(64_000 / time_.interval.high)


@pytest.mark.parametrize("machine", ["esp32-s3", "ascend-910b", "tpu-v4"])
def test_kinds_never_measured_ask_for_the_probe(machine: str) -> None:
    with pytest.raises(CannotSayError, match="probe"):
        latency("resnet50", machine)


def test_sizes_far_from_the_calibration_are_refused() -> None:
    with pytest.raises(CannotSayError):
        time_of(of_sizes(macs=1e3, activations=1e2, params=100), "rtx-3090")


def test_half_precision_on_a_cpu_was_never_timed_and_is_refused() -> None:
    with pytest.raises(CannotSayError) as refused:
        latency("resnet50", "core-i7-12700h", precision="fp16")
    assert refused.value.code == "estimate.precision_not_calibrated"


def test_bad_arguments_are_named() -> None:
    with pytest.raises(OutOfRangeError):
        latency("resnet50", "rtx-3090", batch=0)
    with pytest.raises(OutOfRangeError):
        latency("resnet50", "rtx-3090", side=2)
    with pytest.raises(UnknownNameError):
        latency("resnet50", "rtx-3090", precision="fp12")
    with pytest.raises(UnknownNameError):
        latency("resnet50", "no such machine")


def test_every_stored_interval_holds_its_own_middle() -> None:
    for model in latency_models():
        for fit in model.fits:
            assert all(low < 0 < high for low, high in fit["residual"].values())


def test_a_warm_estimate_takes_less_than_a_millisecond() -> None:
    work, want = of_sizes(), conditions.asked(device("rtx-3090"), 8, None, None)
    latency_of(work, want)
    start = time.perf_counter()
    for _ in range(20):
        latency_of(work, want)
    assert (time.perf_counter() - start) / 20 < 1e-3


def test_a_phone_is_slower_than_a_laptop_and_far_less_certain() -> None:
    phone, laptop = latency("resnet50", "snapdragon-865", side=224), latency("resnet50", "core-i7-12700h", side=224)
    assert phone.kind == "estimated" and phone.interval is not None
    assert phone.value > laptop.value
    assert phone.interval.high / phone.interval.low > 4


def test_scaling_stays_between_what_peak_and_bandwidth_say() -> None:
    origin, to = device("rtx-3090"), device("t4")
    assert origin.tensor16_tflops and to.tensor16_tflops and origin.bandwidth_gb_s and to.bandwidth_gb_s
    ratios = (origin.tensor16_tflops / to.tensor16_tflops, origin.bandwidth_gb_s / to.bandwidth_gb_s)
    factor = time_factor("rtx-3090", to, 0.5)
    assert min(ratios) <= factor.middle <= max(ratios)
    assert factor.low < factor.middle < factor.high


def test_a_trace_is_used_only_at_the_size_it_was_made_for() -> None:
    trace = trace_of("resnet18")
    assert trace is not None and trace.traffic > 0 and trace.footprint.saved > trace.footprint.inference_peak
    own, larger = of_architecture("resnet18"), of_architecture("resnet18", 2 * trace.side)
    assert own.traffic == trace.traffic
    assert larger.traffic == pytest.approx(4 * trace.traffic)
    assert trace_of("no-such-model") is None
