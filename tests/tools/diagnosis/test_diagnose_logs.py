"""The readers keep blank and NaN apart, runs are split at step reversals, and the four verdicts come when due."""

from __future__ import annotations

import json
import math
import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.diagnosis.diagnose import diagnose_paths, diagnose_text
from deep_learning_expert.tools.diagnosis.thresholds import _rows, threshold_figure
from deep_learning_expert.tools.errors import FileError, ToolError


def keras_log(train: list[float], val: list[float]) -> str:
    rows = [f"{epoch},{a},{b}" for epoch, (a, b) in enumerate(zip(train, val, strict=True))]
    return "\n".join(["epoch,loss,val_loss", *rows])


def falling(length: int, seed: int = 0, floor: float = 0.5) -> list[float]:
    noise = random.Random(seed)
    return [floor + math.exp(-at / 8) + noise.gauss(0, 0.01) for at in range(length)]


def test_healthy_run_raises_no_alarm():
    for seed in range(20):
        verdict = diagnose_text(keras_log(falling(40, seed), falling(40, seed + 100, 0.6)), "log.csv")
        assert (verdict.status, verdict.findings) == ("healthy", ())


def test_rising_validation_under_falling_training_is_overfitting():
    val = [value + max(0, at - 12) * 0.03 for at, value in enumerate(falling(40, 1))]
    verdict = diagnose_text(keras_log(falling(40), val), "log.csv")
    assert verdict.primary is not None and verdict.primary.id == "overfitting"
    assert 5 <= (verdict.primary.first_step or 0) <= 20
    for lang in LANGUAGES:
        assert verdict.summary.render(lang).figures == verdict.primary.evidence


def test_large_unbroken_rise_over_a_few_epochs_is_a_warning():
    train = [0.6, 0.4, 0.2, 0.1, 0.05]
    for val, expected in (([0.5, 0.45, 0.55, 0.7, 0.9], ["overfitting"]), ([0.5, 0.45, 0.55, 0.5, 0.6], [])):
        verdict = diagnose_text(keras_log(train, val), "log.csv")
        assert [item.id for item in verdict.findings] == expected
        assert verdict.status == "insufficient_evidence"


def test_without_a_validation_loss_the_metric_tells_of_overfitting():
    for drop, status in ((0.01, "problem"), (0.0, "healthy")):
        noise = random.Random(2)
        metric = [0.8 * (1 - math.exp(-at / 4)) - drop * max(0, at - 12) + noise.gauss(0, 0.003) for at in range(40)]
        rows = [f"{at},{train},{value}" for at, (train, value) in enumerate(zip(falling(40), metric, strict=True))]
        verdict = diagnose_text("\n".join(["epoch,loss,val_f1", *rows]), "log.csv")
        assert verdict.status == status


def test_rising_validation_loss_is_no_overfitting_while_the_metric_gains():
    rows = [f"{at},{train},{0.5 + at * 0.03},{1 - math.exp(-at / 20)}" for at, train in enumerate(falling(40))]
    text = "\n".join(["epoch,loss,val_loss,val_accuracy", *rows])
    assert diagnose_text(text, "log.csv").status == "healthy"


def test_lasting_nan_is_found_at_its_first_step():
    train = [*falling(20), *[math.nan] * 5]
    verdict = diagnose_text(keras_log(train, falling(25)), "log.csv")
    assert verdict.primary is not None and (verdict.primary.id, verdict.primary.first_step) == ("nan", 20)
    assert verdict.unstable


def test_comments_above_the_header_are_passed_over():
    log = keras_log(falling(20) + [math.nan] * 5, falling(25))
    verdict = diagnose_text(f"# trained on host a, seed 3\n# second line\n{log}", "log.csv")
    assert verdict.primary is not None and (verdict.primary.id, verdict.primary.first_step) == ("nan", 20)


def test_blank_cells_of_a_sparse_log_are_not_nan():
    rows = [f"{at // 2},{at},{'' if at % 2 else 1 / (at + 1)},{1 / (at + 1) if at % 2 else ''}" for at in range(40)]
    verdict = diagnose_text("\n".join(["epoch,step,train_loss,val_loss", *rows]), "metrics.csv")
    assert verdict.findings == () and verdict.status == "healthy"


def test_one_skipped_gradient_is_a_warning_and_no_problem():
    history = [{"step": at, "loss": value, "grad_norm": 1.0} for at, value in enumerate(falling(30), 1)]
    history[3]["grad_norm"] = math.nan
    verdict = diagnose_text(json.dumps({"log_history": history}), "trainer_state.json")
    assert [(item.severity, item.first_step) for item in verdict.findings] == [("warning", 4)]
    assert verdict.status != "problem" and not verdict.unstable


def test_climbing_training_loss_is_divergence():
    train = [*falling(20), *[0.6 + 0.2 * at for at in range(20)]]
    lines = "\n".join(json.dumps({"step": at, "train_loss": value}) for at, value in enumerate(train))
    verdict = diagnose_text(lines, "log.jsonl")
    assert verdict.primary is not None and verdict.primary.id == "divergence"


def test_loss_that_never_moves_is_not_learning():
    noise = random.Random(3)
    lines = "\n".join(json.dumps({"step": at, "loss": 2.303 + noise.gauss(0, 0.002)}) for at in range(60))
    verdict = diagnose_text(lines, "log.jsonl")
    assert verdict.primary is not None and verdict.primary.id == "not-learning"


def test_flatness_needs_low_noise_and_the_beginning_of_the_run():
    noise = random.Random(3)
    wild = [2.3 + noise.gauss(0, 0.5) for _ in range(30)]
    late = [2.3 + noise.gauss(0, 0.002) for _ in range(60)]
    for values, start in ((wild, 0), (late, 700)):
        lines = "\n".join(json.dumps({"step": start + at, "loss": value}) for at, value in enumerate(values))
        assert diagnose_text(lines, "log.jsonl").findings == ()


def test_habitual_spikes_are_oscillation_and_a_single_one_is_not():
    for every, expected in ((12, True), (60, False)):
        values = [value * (3 if at % every == every - 1 else 1) for at, value in enumerate(falling(100))]
        lines = "\n".join(json.dumps({"step": at, "loss": value}) for at, value in enumerate(values))
        verdict = diagnose_text(lines, "log.jsonl")
        assert [item.id for item in verdict.findings] == (["oscillation"] if expected else [])
        assert verdict.unstable is expected


def test_waiting_for_data_is_a_warning():
    for share, expected in ((0.4, ["slow-data"]), (0.1, [])):
        lines = "\n".join(
            json.dumps({"step": at, "train_loss": loss, "val_loss": loss, "data_wait_share": share})
            for at, loss in enumerate(falling(30))
        )
        verdict = diagnose_text(lines, "log.jsonl")
        assert [item.id for item in verdict.findings] == expected and verdict.status == "healthy"


def test_silence_early_in_the_planned_run_is_no_sign_of_health():
    for planned, status in ((1000, "insufficient_evidence"), (40, "healthy")):
        history = [{"step": at, "loss": loss, "eval_loss": loss} for at, loss in enumerate(falling(30))]
        text = json.dumps({"log_history": history, "max_steps": planned})
        assert diagnose_text(text, "trainer_state.json").status == status


def test_appended_runs_are_split_and_a_resume_is_not():
    lines = [{"iteration": at, "total_loss": 1 / (at + 1)} for at in [*range(30), *range(30)]]
    verdict = diagnose_text("\n".join(map(json.dumps, lines)), "metrics.json")
    assert [len(run.series[0]) for run in verdict.runs] == [30, 30]
    lines = [{"iteration": at, "total_loss": 1 / (at + 1)} for at in [*range(30), *range(20, 40)]]
    (run,) = diagnose_text("\n".join(map(json.dumps, lines)), "metrics.json").runs
    assert (len(run.series[0]), run.redone) == (40, (20.0,))


def test_short_run_is_insufficient_evidence():
    assert diagnose_text(keras_log(falling(5), falling(5)), "log.csv").status == "insufficient_evidence"


@pytest.mark.parametrize(
    "text", ["", "{", "x" * 5_000_000, "[" * 100_000, "\x01\x02\x03" * 99, "a,b\n1,2", '{"a":' * 9999]
)
def test_hostile_text_is_one_clear_error(text: str):
    with pytest.raises(ToolError) as caught:
        diagnose_text(text, "odd.log")
    for lang in LANGUAGES:
        assert "odd.log" in caught.value.sentence(lang)


def test_folder_and_missing_file_are_file_errors(tmp_path: Path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(FileError):
            diagnose_paths([path])


@given(st.text(max_size=400))
def test_any_text_gives_a_verdict_or_a_tool_error(text: str):
    with suppress(ToolError):
        diagnose_text("epoch,loss,val_loss\n" + text, "log.csv")


def test_zero_loss_beside_a_nan_gradient_is_a_masked_nan():
    history = [{"step": at, "loss": value, "grad_norm": 1.0} for at, value in enumerate(falling(30), 1)]
    history += [{"step": at, "loss": 0.0, "grad_norm": math.nan} for at in range(31, 40)]
    verdict = diagnose_text(json.dumps({"log_history": history}), "trainer_state.json")
    assert verdict.primary is not None and (verdict.primary.id, verdict.primary.first_step) == ("nan", 31)
    assert verdict.primary.remark.key == "diagnosis.zero_loss_nan" and verdict.primary.alternatives


def test_zero_loss_with_a_finite_gradient_is_no_alarm():
    history = [{"step": at, "loss": max(0, 1 - at / 10), "grad_norm": 0.1} for at in range(30)]
    assert diagnose_text(json.dumps({"log_history": history}), "trainer_state.json").findings == ()


def test_zero_policy_loss_of_a_run_with_rewards_is_no_alarm():
    history = [{"step": at, "loss": 0.0, "reward": at / 30} for at in range(30)]
    assert diagnose_text(json.dumps({"log_history": history}), "trainer_state.json").findings == ()


def test_overfitting_of_a_negative_loss_keeps_its_sign():
    val = [value - 3 + max(0, at - 12) * 0.05 for at, value in enumerate(falling(40, 1))]
    verdict = diagnose_text(keras_log([value - 3 for value in falling(40)], val), "log.csv")
    assert verdict.primary is not None and verdict.primary.evidence[1].value < verdict.primary.evidence[2].value < 0
    assert verdict.primary.effect is not None and verdict.primary.effect.value > 0


def test_metric_that_never_changes_is_a_fact_and_one_at_its_ceiling_a_warning():
    for value, severity in ((0.25, "problem"), (1.0, "warning")):
        rows = [f"{at},{loss},{loss},{value}" for at, loss in enumerate(falling(20))]
        verdict = diagnose_text("\n".join(["epoch,loss,val_loss,val_accuracy", *rows]), "log.csv")
        assert [(item.id, item.severity) for item in verdict.findings] == [("constant-metric", severity)]


def test_plateau_at_chance_names_the_class_count():
    noise = random.Random(4)
    rows = [
        f"{at},{2.303 + noise.gauss(0, 0.004) + 0.05 * math.exp(-at)},{0.1 + noise.gauss(0, 0.002)}" for at in range(40)
    ]
    verdict = diagnose_text("\n".join(["epoch,loss,val_accuracy", *rows]), "log.csv")
    assert verdict.primary is not None and verdict.primary.remark.key == "diagnosis.chance"
    assert verdict.primary.evidence[-1].value == 10


def monitor(returns: list[float]) -> str:
    return "\n".join(['#{"t_start": 0}', "r,l,t", *(f"{value},10,{at}" for at, value in enumerate(returns))])


def test_return_that_is_lost_again_is_a_collapse_and_a_kept_one_is_healthy():
    noise = random.Random(6)
    rise = [100 * (1 - math.exp(-at / 80)) + noise.gauss(0, 15) for at in range(400)]
    assert diagnose_text(monitor(rise), "monitor.csv").status == "healthy"
    fall = [*rise, *(10 + noise.gauss(0, 15) for _ in range(200))]
    verdict = diagnose_text(monitor(fall), "monitor.csv")
    assert verdict.primary is not None and verdict.primary.id == "return-collapse"


def test_flat_return_is_not_learning_and_noise_is_no_collapse():
    for seed in range(10):
        noise = random.Random(seed)
        verdict = diagnose_text(monitor([-17 + noise.gauss(0, 2.3) - at / 400 for at in range(500)]), "monitor.csv")
        assert verdict.primary is not None and verdict.primary.id == "not-learning"


def test_every_problem_says_what_else_it_could_be_and_how_large_it_is():
    nan = diagnose_text(keras_log([*falling(20), math.nan], falling(21)), "log.csv")
    val = [value + max(0, at - 12) * 0.03 for at, value in enumerate(falling(40, 1))]
    for verdict in (nan, diagnose_text(keras_log(falling(40), val), "log.csv")):
        for item in verdict.findings:
            assert item.alternatives and item.settle is not None and item.effect is not None
            for remark in (item.remark, item.settle, *item.alternatives):
                assert all(remark.render(lang).text for lang in LANGUAGES)


def test_every_threshold_gives_its_reason_and_source():
    for name in _rows():
        figure = threshold_figure(name)
        assert len(figure.source) > 10 and len(figure.conditions["reason"]) > 10
