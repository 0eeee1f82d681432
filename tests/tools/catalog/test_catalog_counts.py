"""Counts of the researched rows: every domain has some, and they are what their layers give by hand."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from deep_learning_expert.tools.catalog import models, tables
from deep_learning_expert.tools.estimate import transformer

VERIFIED = Path(tables.DATA).parent / "build" / "verified.csv"
# Rows with parameters and MACs at a stated input, researched one by one; raise when more are counted.
AT_LEAST = {
    "CV": 134,
    "NLP": 88,
    "audio": 27,
    "control": 20,
    "graph": 10,
    "multimodal": 18,
    "tabular": 10,
    "time-series": 17,
}


def curated() -> list[str]:
    return list(tables.lines_by_id("curated", "architecture"))


def sized() -> list[str]:
    rows = (models.architecture(name) for name in curated())
    return [row.id for row in rows if row.params is not None and row.macs is not None]


def dense(*sizes: int) -> tuple[int, int]:
    """Parameters and MACs of fully connected layers."""
    pairs = list(pairwise(sizes))
    return sum(a * b + b for a, b in pairs), sum(a * b for a, b in pairs)


@pytest.mark.parametrize("domain", sorted(AT_LEAST))
def test_every_domain_has_rows_with_parameters_and_macs(domain: str) -> None:
    counts = Counter(models.architecture(name).domain for name in sized())
    assert counts[domain] >= AT_LEAST[domain]


def test_macs_always_say_at_which_input() -> None:
    rows = [models.architecture(name) for name in curated()]
    assert [row.id for row in rows if (row.macs is None) != (row.macs_at == "")] == []


def test_work_by_operation_adds_up_to_the_macs() -> None:
    rows = [row for row in map(models.architecture, curated()) if row.op_histogram]
    assert len(rows) > 100
    for row in rows:
        # Four digits are kept of every class.
        assert sum(part.macs for part in row.op_histogram.values()) == pytest.approx(row.macs, rel=2e-3), row.id


def test_only_operations_that_multiply_hold_macs() -> None:
    multiplying = {"conv", "linear", "attention"}
    for row in map(models.architecture, curated()):
        for label, part in row.op_histogram.items():
            assert label in multiplying or part.macs == 0, (row.id, label)


def test_memory_of_training_is_at_least_what_is_kept_for_the_backward_pass() -> None:
    for row in map(models.architecture, curated()):
        if row.footprint is not None:
            assert row.footprint.training_peak >= row.footprint.saved > 0, row.id


def test_actor_and_critic_are_counted_by_their_layers() -> None:
    policy, value = dense(4, 64, 64, 2), dense(4, 64, 64, 1)
    row = models.architecture("ppo-mlp")
    assert (row.params, row.macs) == (policy[0] + value[0], policy[1] + value[1])


def test_the_nature_network_is_counted_by_its_layers() -> None:
    hidden, action = dense(64 * 7 * 7, 512), dense(512, 6)
    kernels = [(4 * 32 * 8 * 8, 32, 20), (32 * 64 * 4 * 4, 64, 9), (64 * 64 * 3 * 3, 64, 7)]
    row = models.architecture("dqn-cnn")
    assert row.params == sum(weights + bias for weights, bias, _ in kernels) + hidden[0] + action[0]
    assert row.macs == sum(weights * side**2 for weights, _, side in kernels) + hidden[1] + action[1]


def test_tabular_networks_hold_what_their_published_runs_print() -> None:
    # n_parameters of yandex-research's reports, "Total number of parameters" of reczoo/BARS.
    printed = {"mlp-tabular": 235_179, "resnet-tabular": 510_040, "ft-transformer": 893_179, "tabm": 438_688}
    printed |= {"deepfm": 23_429_477, "dcn-v2": 22_018_021}
    assert {name: models.architecture(name).params for name in printed} == printed
    assert models.architecture("mlp-tabular").macs == dense(8, 510, 263, 363, 1)[1]


def test_graph_convolutions_are_counted_per_node() -> None:
    row = models.architecture("gcn")
    assert row.macs == dense(128, 256, 256, 40)[1] and row.macs_at.startswith("1 node")


@pytest.mark.parametrize(
    ("name", "published_macs", "within"),
    [
        ("segformer_b0", 8.4e9, 0.01),  # SegFormer, table 2
        ("sd15", 0.40e12, 0.02),  # Stable Diffusion's network at 64x64 latents
        ("dit_xl2", 118.64e9, 0.01),  # DiT's README: 119 Gflops as MACs
        ("ecapa-tdnn", 2.65e9, 0.01),  # wespeaker's README
        ("resnet34-speaker", 4.55e9, 0.01),  # wespeaker's README
        ("yolo11x", 97.45e9, 0.02),  # half of the printed 194.9 B
        ("yolo26n", 2.7e9, 0.02),  # half of the printed 5.4 B
    ],
)
def test_macs_of_researched_rows_agree_with_print(name: str, published_macs: float, within: float) -> None:
    assert models.architecture(name).macs == pytest.approx(published_macs, rel=within)


def test_every_count_of_a_researched_row_has_its_check() -> None:
    with VERIFIED.open(encoding="utf-8", newline="") as stream:
        checked = {(line["id"], line["field"]): line["value"] for line in csv.DictReader(stream)}
    missing = []
    for row in map(models.architecture, curated()):
        if row.source.startswith("computed:") and row.op_histogram:
            missing += [row.id for key in ("params", "macs") if checked.get((row.id, key)) != str(getattr(row, key))]
    assert missing == []


def test_differences_from_timm_s_print_are_of_the_counts_we_state_and_nearly_all_explained() -> None:
    with VERIFIED.with_name("timm_differences.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    for line in lines:
        row = models.architecture(line["id"])
        assert row.macs == pytest.approx(float(line["counted"]) * 1e9, abs=5e4), line["id"]
        assert abs(float(line["counted"]) / float(line["printed"]) - 1) > 0.02, line["id"]
    reasons = Counter(line["reason"] for line in lines)
    assert reasons["unexplained"] <= 4 and len(lines) < 180


def test_a_video_network_is_counted_at_the_clip_its_accuracy_was_measured_on() -> None:
    row = models.architecture("swin3d_t")
    assert row.macs_at == "32 frames 224x224"
    assert row.macs == pytest.approx(87.8e9, rel=0.01)


def test_encoders_counted_on_the_meta_device_equal_the_closed_formula() -> None:
    config = transformer.TransformerConfig(hidden=768, layers=12, heads=12, vocab=30522, intermediate=3072)
    tokens, pooler = 128, 768 * 768
    body = transformer.macs_per_token(config, tokens, with_head=False) * tokens
    assert models.architecture("bert-base-uncased").macs == body + pooler


def test_relative_positions_of_deberta_cost_work_that_bert_does_not_have() -> None:
    deberta, bert = models.architecture("deberta-v3-base").macs, models.architecture("bert-base-uncased").macs
    assert deberta and bert and 1.5 * bert < deberta < 2 * bert


def test_yolo_parameters_are_those_of_the_network_built_from_its_yaml() -> None:
    # Ultralytics prints these when it builds a model, before layers are fused.
    printed = {"yolo11n": 2_624_080, "yolo11s": 9_458_752, "yolov8n": 3_157_200, "yolo26n": 2_572_280}
    assert {name: models.architecture(name).params for name in printed} == printed


def test_text_encoders_know_the_memory_of_a_sample() -> None:
    # Once only image networks had it, so memory of training was refused for text.
    for name in ("bert-base-chinese", "roberta-base", "xlm-roberta-base", "bge-m3"):
        assert models.architecture(name).footprint is not None, name
