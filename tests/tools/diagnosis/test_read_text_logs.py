"""Text logs as real trainers print them: pairs, tables, dicts, progress bars; prose and code give nothing."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_paths, diagnose_text
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.errors import ToolError

LINES = {
    "script": "2025-06-04 17:39:02,341 - INFO - Epoch {i}/35, Train Loss: {a}, Val Loss: {b}, Val Acc: 59.86%",
    "part_carries_on": "epoch {i} | Train: loss {a} acc 0.5 | Valid: loss {b} acc 0.4",
    "keras": "Epoch {i}/35\n10/10 ━━━━ \x1b[32m0s\x1b[0m 5ms/step - accuracy: 0.5 - loss: {a} - val_loss: {b}",
    "nanogpt": "iter {i}: loss {a}, time 200.1ms, mfu 3.2%\nstep {i}: train loss {a}, val loss {b}",
    "python_dict": "{{'loss': {a}, 'grad_norm': nan, 'eval_loss': {b}, 'epoch': {i}}}",
    "word_lm": "| epoch {i} | 200/2983 batches | lr 20.0 | loss {a} | ppl 17\n| end of epoch {i} | valid loss {b} |",
    "quoted_dict": "{{'loss': '{a}', 'grad_norm': '1.5', 'eval_loss': '{b}', 'epoch': '{i}'}}",
    "mmengine": "Epoch(train)  [{i}][50/58]  lr: 1.0e-02  loss: {a}\nEpoch(val) [{i}][9/9]  loss: {b}",
    "megatron": "iteration {i}/ 500 | lm loss: {a} |\nvalidation loss at iteration {i} | lm loss value: {b} |",
    "fairseq": '| train | {{"epoch": {i}, "train_loss": "{a}"}}\n| valid | {{"epoch": {i}, "valid_loss": "{b}"}}',
    "lightning": "Epoch {i}: 100%|███| 10/10 [00:10<00:00, 9.9it/s, v_num=0, train_loss={a}, val_loss={b}]",
    "torchvision": "Epoch: [{i}]  [ 10/100]  eta: 0:00:10  loss: {a} (6.9)  acc1: 0.5 (0.4)\nTest: loss: {b} (1.2)",
    "paddle": "global step {i}, epoch: 1, batch: 10, loss: {a}, speed: 3.1 step/s\neval loss: {b}",
    "mmcv": "Epoch [{i}][50/5808]\tlr: 1.000e-02, loss_bbox: 0.5, loss: {a}\nEpoch [{i}][val] val_loss: {b}",
}


def curves(run: Run) -> tuple[tuple[float, ...], tuple[float, ...]]:
    train, val = run.first("loss", "train"), run.first("loss", "val")
    assert train is not None and val is not None
    return train.values, val.values


@pytest.mark.parametrize("name", LINES)
def test_losses_of_every_dialect_are_read(name: str):
    train = [round(1 / i, 4) for i in range(1, 13)]
    val = [round(1.1 / i, 4) for i in range(1, 13)]
    text = "\n".join(LINES[name].format(i=i, a=a, b=b) for i, (a, b) in enumerate(zip(train, val, strict=True), 1))
    (run,) = diagnose_text(text, "train.log").runs
    read_train, read_val = curves(run)
    assert set(train) == set(read_train) and val == list(read_val)


def test_nan_in_a_text_line_is_a_nan():
    text = "\n".join(f"step {at} loss {1 / (at + 1) if at < 20 else math.nan}" for at in range(25))
    verdict = diagnose_text(text, "train.log")
    assert verdict.primary is not None and (verdict.primary.id, verdict.primary.first_step) == ("nan", 20)


def test_a_line_that_holds_nothing_but_nan_is_read():
    text = "\n".join(f"Epoch {at}\ntrain loss: {0.5 if at < 20 else math.nan}" for at in range(25))
    verdict = diagnose_text(text, "train.log")
    assert verdict.primary is not None and verdict.primary.first_step == 20


def test_planned_length_is_read_from_the_epoch_count():
    text = "\n".join(f"Epoch {at}/100 loss: {1 / at}" for at in range(1, 21))
    assert diagnose_text(text, "train.log").runs[0].planned == 100


def test_steps_that_restart_each_epoch_are_one_run():
    text = "\n".join(f"epoch {e} step {s} loss {1 / (e + 1)}" for e in range(5) for s in range(10))
    assert len(diagnose_text(text, "train.log").runs) == 1


def test_tables_become_rows_with_their_section():
    block = "-----------------\n| rollout/ | |\n|    ep_rew_mean | {r} |\n| time/ | |\n|    total_timesteps | {t} |\n"
    text = "".join(block.format(r=at, t=at * 100) for at in range(10)) + "-----------------\n"
    (run,) = diagnose_text(text, "log.txt").runs
    item = run.first("return")
    assert item is not None and item.values == tuple(range(10)) and item.steps[-1] == 900


def test_keras_history_and_list_of_dicts_are_read():
    history = {"loss": [1, 0.5, 0.4], "val_loss": [1.1, 0.6, 0.5], "best": 3, "params": {"epochs": 3}}
    rows = [{"epoch": at, "loss": a, "val_loss": a + 0.1} for at, a in enumerate((1, 0.5, 0.4))]
    for data in (history, {"history": history}, rows, {"logs": rows}):
        train, val = curves(diagnose_text(json.dumps(data), "history.json").runs[0])
        assert train == (1, 0.5, 0.4) and len(val) == 3


def test_utf16_logs_are_read(tmp_path: Path):
    path = tmp_path / "train.log"
    path.write_text("\n".join(f"epoch {at} loss {1 / (at + 1)}" for at in range(9)), encoding="utf-16")
    assert len(diagnose_paths([path]).runs[0].series[0]) == 9


@pytest.mark.parametrize(
    "text",
    [
        "Once upon a time there were 3 bears and 2 wolves.\nThey had 10 cakes.\nIn 1999 it ended.\n" * 5,
        "def f(x):\n    lr = 0.1\n    return x * 2\n" * 9,
        "|" * 3000 + "\n" + "a " * 1900,
        "x 1 " * 900 + "\n" + "[" * 900,
    ],
)
def test_prose_and_code_hold_no_curve(text: str):
    with pytest.raises(ToolError):
        diagnose_text(text, "notes.txt")


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_lines_give_a_verdict_or_a_tool_error(lines: list[str]):
    with suppress(ToolError):
        diagnose_text("\n".join(["epoch 1 loss 0.5", *lines, "epoch 2 loss 0.4", "epoch 3 loss 0.3"]), "train.log")


LEAVES = st.none() | st.floats() | st.text(max_size=5)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner))


@given(JSON)
def test_any_json_gives_a_verdict_or_a_tool_error(data: object):
    with suppress(ToolError):
        diagnose_text(json.dumps({"loss": [1.0, 0.5], "other": data}), "history.json")


def test_a_nan_without_punctuation_is_a_value_and_not_a_name() -> None:
    losses = ["nan" if epoch > 14 else f"{2.3 * 0.9**epoch:.4f}" for epoch in range(1, 25)]
    text = "\n".join(f"epoch {n} train_loss {loss} val_loss {loss}" for n, loss in enumerate(losses, start=1))
    verdict = diagnose_text(text, "run.txt")
    assert verdict.primary is not None
    assert verdict.primary.id == "nan"
