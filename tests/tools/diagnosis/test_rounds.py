"""Rounds are compared on the same metric, in its direction, and a gain inside the noise is none."""

from __future__ import annotations

import math
import random

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.diagnosis.verdict import Verdict


def run(accuracy: float, seed: int, name: str = "val_accuracy") -> Verdict:
    noise = random.Random(seed)
    rows = [
        f"{at},{0.5 + math.exp(-at / 8)},{0.6 + math.exp(-at / 8)},"
        f"{accuracy * (1 - math.exp(-at / 6)) + noise.gauss(0, 0.004)}"
        for at in range(40)
    ]
    return diagnose_text("\n".join([f"epoch,loss,val_loss,{name}", *rows]), f"round{seed}.csv")


def test_the_task_metric_is_monitored_before_the_loss():
    verdict = run(0.9, 1)
    assert (verdict.metric_name, verdict.higher_is_better) == ("accuracy", True)
    assert verdict.best_metric is not None and 0.88 < verdict.best_metric.value < 0.93
    assert verdict.noise is not None and 0.002 < verdict.noise.value < 0.008


def test_gain_beyond_noise_is_told_from_gain_inside_it():
    better, same, base = run(0.93, 3), run(0.902, 2), run(0.9, 1)
    gain = better.gain_over(base)
    assert gain is not None and 0.02 < gain.value < 0.04
    assert better.within_noise(base) is False
    assert same.within_noise(base) is True
    assert base.within_noise(better) is True  # a loss is no gain either


def test_a_lower_loss_is_a_gain():
    head = "epoch,loss,val_loss"
    logs = ["\n".join([head, *(f"{at},1,{floor + 1 / (at + 1)}" for at in range(20))]) for floor in (0.5, 0.3)]
    first, second = (diagnose_text(text, "log.csv") for text in logs)
    gain = second.gain_over(first)
    assert gain is not None and math.isclose(gain.value, 0.2) and second.higher_is_better is False


def test_rounds_judged_by_different_metrics_are_not_compared():
    assert run(0.9, 1).gain_over(run(0.9, 2, "val_f1")) is None
    assert run(0.9, 1).within_noise(run(0.9, 2, "val_f1")) is None


def early(val: list[float]) -> Verdict:
    rows = [f"{at},{0.2 + math.exp(-at / 8)},{value}" for at, value in enumerate(val)]
    return diagnose_text("\n".join(["epoch,loss,val_loss", *rows]), "log.csv")


def test_validation_that_never_moves_while_training_falls_is_told_early():
    noise = random.Random(5)
    assert early([2.3 + noise.gauss(0, 0.005) for _ in range(8)]).val_not_moving_early


def test_validation_that_falls_late_or_began_late_is_left_alone():
    assert not early([2.3] * 6 + [2.2 - 0.1 * at for at in range(14)]).val_not_moving_early
    rows = [f"{at},{0.2 + math.exp(-at / 8)},{0.5 if at % 10 == 9 and at > 50 else ''}" for at in range(120)]
    assert not diagnose_text("\n".join(["step,loss,val_loss", *rows]), "log.csv").val_not_moving_early
