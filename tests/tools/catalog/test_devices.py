"""The device table: complete, sourced, plausible, and found under the names people use."""

from __future__ import annotations

import time

import pytest

from deep_learning_expert.tools.catalog import devices
from deep_learning_expert.tools.errors import UnknownNameError


@pytest.mark.parametrize(
    ("words", "device_id"),
    [
        ("3090", "rtx-3090"),
        ("RTX 3090", "rtx-3090"),
        ("rtx3090ti", "rtx-3090-ti"),
        ("NVIDIA GeForce RTX 4090", "rtx-4090"),
        ("4090 24G", "rtx-4090"),
        ("A100 80GB", "a100"),
        ("A100-40G", "a100"),
        ("Tesla V100", "v100"),
        ("H100 PCIe", "h100-pcie"),
        ("树莓派4", "raspberry-pi-4"),
        ("昇腾910B", "ascend-910b"),
        ("骁龙 8 Gen 3", "snapdragon-8-gen-3"),
        ("Jetson Orin Nano", "jetson-orin-nano-8gb"),
        ("i7-12700H", "core-i7-12700h"),
        ("M2 Max", "apple-m2-max"),
        ("mid-range Android", "mid-range-android"),
    ],
)
def test_finds_the_machine_under_the_words_people_use(words: str, device_id: str) -> None:
    assert devices.device(words).id == device_id


def test_an_unknown_machine_names_the_three_nearest_in_both_languages() -> None:
    with pytest.raises(UnknownNameError) as caught:
        devices.device("RTX 3099")
    for lang in ("en", "zh"):
        assert "GeForce RTX 3090" in caught.value.sentence(lang)
    assert len(devices.nearest_device_names("RTX 3099")) == 3
    assert devices.find_device("RTX 3099") is None


@pytest.mark.parametrize("words", ["", "   ", "24G", "gb", "x" * 100_000, "5\x00"])
def test_nonsense_is_no_machine(words: str) -> None:
    assert devices.find_device(words) is None


def test_every_row_has_a_source_a_year_and_a_known_kind() -> None:
    rows = devices.devices()
    assert len(rows) >= 45
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert row.source, row.id
        assert row.year is not None and 2010 <= row.year <= 2026, row.id
        assert row.kind in {"gpu", "cpu", "tpu", "npu", "jetson", "phone", "mcu"}, row.id
        assert (row.price_usd_h is None) == (not row.price_source), row.id


def test_no_spelling_means_two_machines() -> None:
    owners: dict[str, str] = {}
    for row in devices.devices():
        for name in (row.id, row.name, *row.aliases):
            key = devices.normal(name)
            assert owners.setdefault(key, row.id) == row.id, name


def test_figures_are_plausible_for_their_kind() -> None:
    for row in devices.devices():
        for value in (
            *row.memory_gb,
            row.bandwidth_gb_s,
            row.fp32_tflops,
            row.tensor16_tflops,
            row.int8_tops,
            row.tdp_w,
        ):
            assert value is None or value > 0, row.id
        assert list(row.memory_gb) == sorted(row.memory_gb), row.id
        if row.fp32_tflops and row.tensor16_tflops and row.kind == "gpu":
            assert 1.5 <= row.tensor16_tflops / row.fp32_tflops <= 32, row.id
        if row.int8_tops and row.tensor16_tflops:  # INT8 is at least as fast; four times where FP16 accumulates in FP32
            assert 1 <= round(row.int8_tops / row.tensor16_tflops, 1) <= 4.2, row.id
    for row in devices.devices():
        if row.kind in ("gpu", "tpu"):
            assert row.memory_gb and row.bandwidth_gb_s, row.id


def test_a_field_comes_out_as_a_cited_figure_and_an_empty_one_as_none() -> None:
    bandwidth = devices.device("4090").figure("bandwidth_gb_s")
    assert bandwidth is not None
    assert (bandwidth.value, bandwidth.unit, bandwidth.kind) == (1008, "GB/s", "cited")
    assert devices.device("Cortex-A53").figure("memory_gb") is None
    assert devices.device("4090").figure("price_usd_h") is None


def test_loading_is_quick() -> None:
    best = 1.0
    for _ in range(5):
        devices._rows.cache_clear()
        devices.spellings.cache_clear()
        started = time.process_time()
        devices.find_device("3090")
        best = min(best, time.process_time() - started)
    assert best < 0.05  # about 2 ms in practice; the limit only catches a blunder
    print(f"device table: {best * 1e3:.1f} ms")
