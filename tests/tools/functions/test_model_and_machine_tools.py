"""The tools answer under the stated conditions, and refuse what cannot be asked."""

from __future__ import annotations

from typing import Any, cast

import pytest

from deep_learning_expert.tools import toolbox
from deep_learning_expert.tools.errors import ToolError


def answer(name: str, **arguments: object) -> dict[str, Any]:
    return cast(dict[str, Any], toolbox.call(name, arguments))


def test_model_facts_gives_latency_and_timings_of_the_device_asked_for() -> None:
    found = answer("model_facts", model="resnet50", device="RTX 4090")
    quantities = {fact["figure"]["quantity"] for fact in found["facts"]}
    assert {"parameters", "macs", "latency", "training_memory"} <= quantities
    assert {row["device_id"] for row in found["measurements"]} == {"rtx-4090"}
    assert found["weights"] and all(row["license"] for row in found["weights"])


def test_model_facts_needs_a_model_or_a_configuration() -> None:
    with pytest.raises(ToolError):
        toolbox.call("model_facts", {})


def test_estimate_compression_takes_severity() -> None:
    found = answer("estimate_compression", technique="int8-ptq", family="cnn", device="cpu")
    assert found["estimate"]["drop"]["interval"]["low"] <= found["estimate"]["drop"]["value"]


def test_hardware_probe_names_this_machine_and_takes_no_arguments() -> None:
    assert answer("hardware_probe")["cpu"]["cores"] >= 1
    with pytest.raises(ToolError):
        toolbox.call("hardware_probe", {"folder": "/"})


def test_architectures_are_compared_for_typed_needs() -> None:
    samples = {"quantity": "samples", "value": 7000, "unit": "images", "kind": "given", "source": "the user"}
    needs = {"task_type": "classification", "domain": "CV", "subtask": "image-classification", "words": "moss"}
    compared = answer("compare_architectures", **needs, data={"samples": samples})
    assert 2 <= len(compared["candidates"]) <= 3
    assert all(loser["reason"]["text"] for loser in compared["rejected"])
    with pytest.raises(ToolError):
        toolbox.call("compare_architectures", {**needs, "subtask": "moss"})
