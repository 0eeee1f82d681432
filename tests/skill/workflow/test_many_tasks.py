"""Every kind of task under every kind of limit: a report in both languages, valid and grounded, never an exception.

The expert refuses to return a plan that breaks its schema or holds an uncovered numeral, so planning is the check.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from deep_learning_expert.skill.expert import Expert

CASES = Path(__file__).resolve().parents[1] / "intake" / "subtask_cases.txt"
MACHINES = [
    "CPU only",
    "single RTX 3090",
    "单张 T4",
    "8×A100 80G",
    "2 张 V100",
    "one GPU",
    "MacBook M2",
    "TPU v3-8",
    "训练用 4090；部署在树莓派 4",
    "one A100; Android phone",
    None,
]
CHOICES: dict[tuple[str, str], list[str | None]] = {
    ("data", "size"): ["300 images", "12k samples", "1.2 万张", "40 小时", "online simulator, 2M steps", "20 volumes",
                       "500 series x 3 years", "2B tokens", "800 条，每类 10 条", None],
    ("data", "distribution"): ["balanced", "长尾", "1:20 imbalance", None],
    ("data", "labelAvailability"): ["full", "无标注", "弱标注", None],
    ("constraints", "computeResources"): MACHINES,
    ("constraints", "latencyRequirement"): ["<5 ms", "p99 <30 ms at batch 1", "<200ms", "首 token <1s", None, None],
    ("constraints", "modelSizeLimit"): ["<5MB", "<100MB", "<1GB", None, None],
    ("constraints", "accuracyTarget"): ["top-1 >90%", "F1≥0.85", "mAP50 >0.6", "尽可能高", None],
    ("constraints", "budget"): [None, None, "no pretrained weights allowed", "commercial use, 500 USD"],
}  # fmt: skip
ISSUES = [["loss is nan after 200 steps with lr 0.1"], ["过拟合，验证集准确率上不去"], ["CUDA OOM"], None, None, None]


def tasks(seed: int) -> Iterator[dict[str, object]]:
    source = random.Random(seed)
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        _, kind, domain, words = (part.strip() for part in line.split("|")[:4])
        task: dict[str, dict[str, object]] = {
            "task": {"type": kind, "domain": domain, "specificTask": words}, "data": {}, "constraints": {}
        }  # fmt: skip
        for (section, key), values in CHOICES.items():
            value = source.choice(values)
            if value is not None:
                task[section][key] = value
        issues = source.choice(ISSUES)
        yield {**task, "existingSetup": {"trainingIssues": issues}} if issues else task


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_of_task_gets_a_grounded_plan_in_both_languages(seed: int) -> None:
    for task in tasks(seed):
        reports = [Expert().plan(task, language=lang, assume=True) for lang in ("en", "zh")]
        assert reports[0].plan is not None
        assert reports[0].decisions == reports[1].decisions
