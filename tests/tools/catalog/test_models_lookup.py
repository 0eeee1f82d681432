"""The catalog finds what people mean, and says what is nearest when it does not know."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.catalog import models, names, tables
from deep_learning_expert.tools.errors import UnknownNameError


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("ResNet-50", "resnet50"),
        ("ResNet50", "resnet50"),
        ("resnet50.a1_in1k", "resnet50"),
        ("timm/resnet50.a1_in1k", "resnet50"),
        ("ViT-B/16", "vit_base_patch16_224"),
        ("ConvNeXt-Tiny", "convnext_tiny"),
        ("Swin-T", "swin_tiny_patch4_window7_224"),
        ("RegNet_X-3.2GF", "regnet_x_3_2gf"),
        ("RegNetX-32GF", "regnet_x_32gf"),
    ],
)
def test_usual_spellings_name_one_architecture(spelling: str, expected: str) -> None:
    assert models.architecture(spelling).id == expected


def test_an_unknown_name_is_refused_with_three_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        models.architecture("resnett50x")
    assert "resnet50" in caught.value.sentence("en")
    assert len(models.nearest_names("resnett50x")) == 3


@given(st.text(max_size=30))
def test_any_text_is_a_known_name_or_a_clear_error(text: str) -> None:
    try:
        row = models.architecture(text)
    except UnknownNameError as error:
        assert error.sentence("zh")
    else:
        assert row.id in models.architecture_ids()


def test_resnet50_counts_are_exact_and_macs_not_flops() -> None:
    row = models.architecture("resnet50")
    assert row.params == 25_557_032
    assert row.macs_at == "224x224"
    assert row.macs == pytest.approx(4.089e9, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "published_macs"),
    [("efficientnet_b0", 0.386e9), ("vit_base_patch16_224", 17.564e9), ("swin_v2_t", 5.94e9), ("mvit_v1_b", 70.599e9)],
)
def test_macs_agree_with_published_counts(name: str, published_macs: float) -> None:
    assert models.architecture(name).macs == pytest.approx(published_macs, rel=0.02)


def test_most_counts_are_our_own_and_none_of_those_is_round() -> None:
    rows = [models.architecture(name) for name in tables.lines_by_id("timm", "architecture")]
    ours = [row for row in rows if row.source.startswith("computed:")]
    assert len(ours) > 0.99 * len(rows)
    assert sum((row.params or 0) % 10_000 == 0 for row in ours) < 0.01 * len(ours)


def test_torchvision_shares_a_row_where_the_network_is_the_same() -> None:
    bulk = set(tables.lines_by_id("torchvision", "architecture"))
    assert not bulk & (
        set(tables.lines_by_id("timm", "architecture")) | set(tables.lines_by_id("curated", "architecture"))
    )
    assert {"timm", "TorchVision"} <= {row.where for row in models.weights_of("resnet50")}


def test_torchvision_swag_weights_are_non_commercial() -> None:
    rows = [row for row in models.weights_of("vit_h_14") if "SWAG" in row.tag]
    assert rows and all(row.license == "cc-by-nc-4.0" for row in rows)


def test_non_commercial_weights_keep_their_licence() -> None:
    rows = [row for row in models.weights_of("convnextv2_tiny") if row.metric == "top1_accuracy"]
    assert rows and all(row.license == "cc-by-nc-4.0" for row in rows)


def test_measurements_of_one_model_cover_gpu_cpu_and_training() -> None:
    rows = models.measurements_of("resnet50")
    assert {"rtx-3090", "rtx-4090", "core-i7-12700h"} <= {row.device_id for row in rows}
    assert {row.mode for row in rows} == {"inference", "training"}
    assert all(row.samples_per_second == pytest.approx(row.batch * 1000 / row.batch_ms) for row in rows)


def test_every_row_parses_and_every_weight_and_timing_has_its_architecture() -> None:
    known = set(models.architecture_ids())
    assert len(known) > 800
    for row_id in known:
        assert models.architecture(row_id).id == row_id
    for part in tables.PARTS:
        for table in ("weights", "measurement"):
            for row_id in tables.lines_by_id(part, table):
                assert row_id in known, f"{part}_{table}: {row_id}"
                models.weights_of(row_id)
                models.measurements_of(row_id)


def test_no_data_file_breaks_a_row_over_lines_or_quotes_its_id() -> None:
    for path in tables.DATA.glob("*_*.csv"):
        text = path.read_text(encoding="utf-8")
        with path.open(encoding="utf-8", newline="") as stream:
            assert sum(1 for _ in csv.reader(stream)) == len(text.rstrip("\n").split("\n")), path.name


def test_every_alias_leads_to_a_row() -> None:
    known = set(models.architecture_ids())
    with (tables.DATA / "aliases.csv").open(encoding="utf-8") as stream:
        assert [row["alias"] for row in csv.DictReader(stream) if row["id"] not in known] == []


def test_search_keeps_every_condition() -> None:
    found = models.search("mobilenet", architecture_class="CNN", most_params=5_000_000)
    assert found and all("mobilenet" in names.normal(row.id) and (row.params or 0) <= 5_000_000 for row in found)
    assert [row.params for row in found] == sorted(row.params or 0 for row in found)


def test_the_catalog_fits_its_size() -> None:
    assert sum(path.stat().st_size for path in tables.DATA.iterdir()) < 6_000_000
