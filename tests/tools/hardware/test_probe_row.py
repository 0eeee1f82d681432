"""What the probe script prints, the catalog reads; anything else is refused with the place."""

from __future__ import annotations

import ast
import json

import pytest

from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.hardware import probe_script, read_probe_row
from deep_learning_expert.tools.hardware.time_model import main

# Printed by time_model.py with torch 2.13 (CPU build) and timm 1.0.31.
PRINTED = (
    '{"architecture_id": "mobilenetv3_small_100", "device_name": "AMD EPYC", "precision": "bf16", "runtime": '
    '"pytorch-2.13", "layout": "nhwc", "batch": 1, "resolution": "224x224", "value": 13.0874, "unit": "ms", "mode": '
    '"inference", "source": "time_model.py on AMD EPYC, 2026-11-25", "runs": 156, "low": 8.8523, "high": 21.379, '
    '"threads": 1}'
)


def test_the_printed_row_becomes_a_catalog_measurement_and_a_measured_figure() -> None:
    row = read_probe_row(PRINTED)
    measurement = row.measurement()
    assert (measurement.architecture_id, measurement.device_id) == ("mobilenetv3_small_100", "this-machine")
    assert measurement.batch_ms == pytest.approx(13.0874)
    figure = row.figure()
    assert (figure.kind, figure.unit, figure.value) == ("measured", "ms", 13.0874)
    assert figure.interval is not None and figure.interval.high == 21.379
    assert row.noisy


def test_a_known_card_is_matched_to_the_catalog() -> None:
    row = json.loads(PRINTED) | {"device_name": "NVIDIA GeForce RTX 4090"}
    assert read_probe_row(json.dumps(row)).measurement().device_id == "rtx-4090"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": -1}, "hardware.row_wrong"),
        ({"value": float("nan")}, "hardware.row_wrong"),
        ({"batch": 0}, "hardware.row_wrong"),
        ({"low": 99}, "hardware.row_wrong"),
        ({"surprise": 1}, "hardware.row_wrong"),
        ({"resolution": "big"}, "hardware.row_wrong"),
    ],
)
def test_a_changed_row_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(ToolError) as caught:
        read_probe_row(json.dumps(json.loads(PRINTED) | change))
    assert caught.value.code == code
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@pytest.mark.parametrize("text", ["", "not json", "[1, 2]", "{" * 100_000, "null"])
def test_what_is_no_row_is_refused(text: str) -> None:
    with pytest.raises(ToolError):
        read_probe_row(text)


def test_the_script_stands_alone() -> None:
    imported = {
        name
        for node in ast.walk(ast.parse(probe_script()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert not {name for name in imported if name.startswith(("deep_learning_expert", "torch", "timm", "numpy"))}


def test_the_script_answers_a_bad_request_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resnet18", "--batch", "0"]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1
