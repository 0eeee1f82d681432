"""The probe tells what is there, never guesses, and knows the catalog's machines by the names drivers print."""

from __future__ import annotations

from pathlib import Path

import pytest

from deep_learning_expert.tools.hardware import probe_hardware
from deep_learning_expert.tools.hardware.gpus import Gpu, parse_gpus
from deep_learning_expert.tools.hardware.machine import catalog_id, describe
from deep_learning_expert.tools.hardware.system import System, output_of, read_system


def a_system(cpu_model: str = "", cores: int = 4) -> System:
    return System(cpu_model, ("avx2",), False, cores, 16.0, 8.0, 100.0, "Linux")


def test_this_machine_has_a_processor_cores_and_measured_figures(tmp_path: Path) -> None:
    machine = probe_hardware(tmp_path)
    assert machine.cpu.kind == "cpu"
    assert machine.cpu.cores is not None and machine.cpu.cores >= 1
    assert {figure.kind for figure in machine.figures} == {"measured"}
    assert {"cpu_cores", "disk_free"} <= {figure.quantity for figure in machine.figures}


@pytest.mark.parametrize(
    ("printed", "device_id"),
    [
        ("12th Gen Intel(R) Core(TM) i7-12700H", "core-i7-12700h"),
        ("AMD EPYC 7763 64-Core Processor", "epyc-7763"),
        ("Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz", "xeon-8380"),
        ("Apple M1 Pro", "apple-m1-pro"),
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H100 PCIe", "h100-pcie"),
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("Tesla V100-SXM2-16GB", "v100"),
        ("Tesla P100-PCIE-16GB", "p100"),
        ("NVIDIA GeForce RTX 3060 Ti", "rtx-3060-ti"),
        ("NVIDIA GeForce RTX 4070 SUPER", "rtx-4070-super"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "this-machine"),
        ("Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", "this-machine"),
        ("", "this-machine"),
    ],
)
def test_knows_machines_by_the_names_systems_print(printed: str, device_id: str) -> None:
    assert catalog_id(printed) == device_id


def test_a_known_processor_keeps_its_figures_but_takes_the_measured_cores() -> None:
    cpu = describe(a_system("AMD EPYC 7763 64-Core Processor", cores=8), ()).cpu
    assert (cpu.id, cpu.cores, cpu.bandwidth_gb_s, cpu.memory_gb) == ("epyc-7763", 8, 204.8, (16.0,))


def test_an_unknown_processor_gets_only_what_was_read() -> None:
    cpu = describe(a_system("Zhaoxin KaiXian KX-6000"), ()).cpu
    assert (cpu.id, cpu.bandwidth_gb_s, cpu.fp32_tflops, cpu.vector) == ("this-machine", None, None, ("avx2",))


def test_cards_come_with_their_real_memory() -> None:
    listing = "NVIDIA GeForce RTX 3090, 24576, 24000, 550.54\nSome Card, [N/A], [N/A], 550.54\nbroken line\n"
    cards = parse_gpus(listing)
    assert cards == (
        Gpu("NVIDIA GeForce RTX 3090", 24576 * 2**20 / 1e9, 24000 * 2**20 / 1e9, "550.54"),
        Gpu("Some Card", None, None, "550.54"),
    )
    machine = describe(a_system(), cards)
    assert [card.id for card in machine.gpus] == ["rtx-3090", "this-machine-gpu"]
    assert machine.gpus[0].memory_gb == (25.8,)


def test_a_card_of_unknown_memory_has_no_memory_figure() -> None:
    machine = describe(a_system(), (Gpu("Some Card", None, None, "1"),))
    assert "gpu_memory" not in {figure.quantity for figure in machine.figures}


def test_missing_folders_and_commands_are_no_errors() -> None:
    assert read_system(Path("/no/such/folder")).disk_free_gb is None
    assert output_of("no-such-command-here") == ""
