"""The rule named for a used message: what is asked for, by the order of evals/trigger/README.md."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from deep_learning_expert.skill.trigger import rules
from deep_learning_expert.skill.trigger.decide import decide, gather
from deep_learning_expert.skill.trigger.lexicon import COUNTED, _lexicon

_KINDS = ("log_training", "code_network", "trace_network", "trace_other", "log_install", "log_cluster", "table",
          "query", "contest", "exam_question", "choice")  # fmt: skip


@pytest.mark.parametrize(("message", "rule"), [
    ("RuntimeError: mat1 and mat2 shapes cannot be multiplied in my CNN", "U4"),
    ("write a pytorch training loop for a ResNet", "U4"),
    ("给我写一段用 transformers 做命名实体识别微调的代码", "U4"),
    ("I cannot reproduce table 2 of the DINO paper, off by 3 points", "U3"),
    ("扩散模型里的噪声调度是干嘛用的", "U3"),
    ("why does label smoothing help calibration", "U3"),
    ("LoRA or full fine-tuning with 20k examples", "U8"),
    ("ViT 和 ConvNeXt 在一万张图上哪个好", "U8"),
    ("yolov8 转 rknn 之后框全飘了", "U6"),
    ("squeeze my 300M BERT into 50 MB", "U6"),
    ("模型转成 tflite 以后输出全是0", "U6"),
    ("training loss falls but the validation loss rises", "U2"),
    ("GAN 生成的脸都长一个样", "U2"),
    ("医学图像能不能用 mixup", "U7"),
    ("1:500 class imbalance, what sampling for my detector", "U7"),
    ("common pitfalls when fine-tuning whisper on children's speech", "U5"),
    ("强化学习奖励函数设计有什么经验", "U5"),
    ("design a network that segments roofs in aerial images", "U1"),
    ("想做一个识别手写药方的模型，有三千张照片", "U1"),
])  # fmt: skip
def test_the_rule_is_what_is_asked_for(message: str, rule: str) -> None:
    decision = decide(message)
    assert (decision.decision, decision.rule) == ("use", rule), sorted(gather(message).concepts)


def test_the_table_names_only_concepts_that_exist() -> None:
    text = (Path(rules.__file__).with_name("lexicon.toml")).read_text(encoding="utf-8")
    known = {concept for group in tomllib.loads(text).values() for concept in group} | set(_KINDS)
    known |= set(COUNTED.values())
    for row in rules._rows():
        assert row.unless <= known and all(part <= known for part in row.needs), row
    assert _lexicon().single


def test_no_concepts_name_no_rule() -> None:
    assert rules.rule_by_intent(frozenset()) is None
