"""No number gets into a plan by a model's words: not as a word, not in disguise, not with another unit or owner."""

from __future__ import annotations

import pytest

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.written import ground
from deep_learning_expert.tools.errors import ToolError
from deep_learning_expert.tools.figures import cited, estimated, given

RATE = cited("learning_rate", 0.01, "", "a recipe")
LIMIT = given("latency", 40, "ms", "constraints.latencyRequirement")
BATCH = cited("batch_size", 64, "samples", "a recipe")
SMALL = estimated("latency", 31.1, "ms", "a model", low=9.35, high=106, model="small_net")
POOL = {record.id: record for record in (RATE, LIMIT, BATCH, SMALL)}
MODELS = {"small_net": "SmallNet", "SmallNet": "SmallNet", "large_net": "LargeNet", "LargeNet": "LargeNet"}
R, L, B, S = (f"{{{record.id}}}" for record in (RATE, LIMIT, BATCH, SMALL))


def refused(text: str, lang: Language = "en", subject: str = "SmallNet") -> str:
    with pytest.raises(ToolError) as caught:
        ground(text, POOL, MODELS, lang, models=MODELS, subject=subject)
    assert caught.value.sentence("en") and caught.value.sentence("zh")
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "It is ½ the size.", "It needs Ⅻ GB.", "It needs XII GB.", "It needs ㊿ GB.", "It needs ٩٩ GB.", "Level 🔟.",
        "Twice as fast.", "Half the memory.", "About a dozen GPUs.", "Nine of ten phones run it.",
        "A hundredfold gain.",
        "A third of the memory.", "Ninety-nine out of a hundred.", "It doubles the speed.", "fp99 is used.",
        "It is 9-bit.", "L2 % of it.", "ResNet-9999 wins.", "RTX 9999 wins.", "A batch of 64 samples.", "0.01 ms",
    ],
)  # fmt: skip
def test_a_number_the_model_wrote_itself_is_refused_in_every_form(text: str) -> None:
    assert refused(text) == "agent.ungrounded"


@pytest.mark.parametrize(
    "text",
    ["只要十分之一的内存。", "需要壹佰 GB。", "延迟两位数。", "十个 epoch 就够。", "需要三十二G内存。", "翻两番。",
     "一半内存就够。", "准确率九九。", "十万样本。", "Ⅻ 层。", "训练两次。", "快一倍。", "九成。", "三秒。"],
)  # fmt: skip
def test_numbers_in_chinese_words_are_refused(text: str) -> None:
    assert refused(text, "zh") == "agent.ungrounded"


@pytest.mark.parametrize(
    "text",
    [f"1{L} is enough.", f"{B}0 are enough.", f"{L} GB of memory.", f"{R}% of it.", f"{R} ms.", f"-{R} of it.",
     f"{R}{B} of it.", f"${R} of it.", f"{R}-{B} of it."],
)  # fmt: skip
def test_nothing_beside_a_figure_changes_its_value_or_unit(text: str) -> None:
    assert refused(text) == "agent.glued"


def test_a_figure_of_one_network_does_not_pass_for_anothers() -> None:
    assert refused(f"LargeNet needs {S}.") == "agent.other_model"
    assert refused(f"It needs {S}.", subject="LargeNet") == "agent.other_model"
    assert refused(f"SmallNet is small. LargeNet needs {S}.") == "agent.other_model"
    for text, subject in ((f"It needs {S}.", "SmallNet"), (f"LargeNet is slower than SmallNet at {S}.", "LargeNet")):
        assert "31.1 ms" in ground(text, POOL, MODELS, "en", models=MODELS, subject=subject).text


@pytest.mark.parametrize("text", ["See http://evil.example/x.", "[look](x)", "It runs <script>.", "javascript:x()"])
def test_links_and_tags_are_refused(text: str) -> None:
    assert refused(text) == "agent.markup"


@pytest.mark.parametrize(
    ("text", "lang"),
    [("Это девяносто.", "en"), ("It is 快.", "en"), ("快 it is a small network and it runs well", "zh"),
     ("速い です", "zh"),
     ("It is nіne.", "en")],
)  # fmt: skip
def test_another_language_or_writing_is_refused(text: str, lang: Language) -> None:
    assert refused(text, lang) == "agent.wrong_language"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Half-precision weights keep the accuracy; INT8 layers may not.", "en"),
        ("On an RTX 3060, ResNet-50 trains well with k-fold validation.", "en"),
        (f"It holds the limit of {L} and leaves room ({R}).", "en"),
        ("进一步降低学习率会更稳，下一步先核对数据。", "zh"),
        ("统一成一种格式；万一过拟合，每一轮都评估，这一点十分重要。", "zh"),
        (f"限制是 {L}，仍有余量；用 label smoothing 能缓解 overfitting。", "zh"),
    ],
)
def test_ordinary_sentences_pass(text: str, lang: Language) -> None:
    assert ground(text, POOL, MODELS, lang, models=MODELS, subject="SmallNet").text


def test_a_rewritten_sentence_may_keep_its_figures_as_they_were_written() -> None:
    kept = ground("The limit stays 40 ms.", POOL, (), "en", kept=(LIMIT,))
    assert kept.figures == (LIMIT,)
    for text in ("The limit is -40 ms.", "The limit is 40 msx.", "The limit is 40 GB.", "The limit is 140 ms."):
        with pytest.raises(ToolError):
            ground(text, POOL, (), "en", kept=(LIMIT,))
    with pytest.raises(ToolError):
        ground("The rate is 0.01 %.", POOL, (), "en", kept=(RATE,))
