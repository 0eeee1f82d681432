"""The project's own labelled messages: enough of them, balanced, and judged as labelled by the checked-in weights."""

from __future__ import annotations

from collections import Counter

import pytest

from deep_learning_expert.evals.trigger.fit import own_messages
from deep_learning_expert.prompts.phrases import exists
from deep_learning_expert.skill.trigger.decide import decide
from deep_learning_expert.skill.trigger.frames import frames, scale
from deep_learning_expert.skill.trigger.split import split

LOG = "\n".join(f"epoch {i} train_loss {2 - i / 40:.3f} val_loss {2 + i / 40:.3f} acc 0.{40 + i}" for i in range(40))
WRAPPED = f"""### Task:
Answer with the help of the context.

<context>
<source id="1" name="run.log">{LOG}
</source>
</context>

<attached_files>
<file type="file" name="run.log"/>
</attached_files>

what is wrong here?"""


def test_every_rule_has_sentences_in_both_languages() -> None:
    messages = own_messages()
    assert len(messages) >= 600
    counts = Counter((message.rule, message.lang) for message in messages if message.label != "ambiguous")
    for rule in [f"U{n}" for n in range(1, 9)] + [f"N{n}" for n in range(1, 6)] + ["none"]:
        assert min(counts[rule, "zh"], counts[rule, "en"]) >= 12, rule
    assert len({message.text for message in messages}) >= 0.99 * len(messages)


def test_the_checked_in_weights_fit_the_own_sentences() -> None:
    said = Counter((message.label, decide(message.text).decision) for message in own_messages())
    right, wrong = said["use", "use"], said["dont_use", "use"]
    missed = said["use", "dont_use"] + said["use", "ask"]
    assert 2 * right / (2 * right + wrong + missed) > 0.93


def test_evidence_never_counts_against_its_own_side() -> None:
    fitted = scale()
    assert fitted.intercept < 0
    assert all(fitted.weights[frame.id] >= 0 for frame in frames() if frame.side != "ask")
    assert 0 < fitted.surely_not < fitted.surely < 1


def test_each_way_of_asking_has_its_question() -> None:
    assert all(exists(f"trigger.ask.{frame.id}") for frame in frames() if frame.side == "ask")


def test_a_wrapped_upload_is_judged_by_the_question_behind_it_and_the_log_in_it() -> None:
    parts = split(WRAPPED)
    assert [WRAPPED[start:end].strip() for start, end in parts.question] == ["what is wrong here?"]
    assert any("log_training" in block.kinds for block in parts.blocks)
    assert (decide(WRAPPED).decision, decide(WRAPPED).rule) == ("use", "U2")


def test_a_clients_own_prompt_is_not_a_message_even_when_it_quotes_one() -> None:
    prompt = f"### Task:\nWrite a title.\n### Chat History:\n<chat_history>\nUSER: {WRAPPED}\n</chat_history>\n"
    decision = decide(prompt)
    assert (decision.decision, decision.ground) == ("dont_use", "background_prompt")


@pytest.mark.parametrize(
    ("question", "block", "kind"),
    [
        ("哪里不对？", LOG, "log_training"),
        ("why?", "Traceback (most recent call last):\n  File x\nRuntimeError: size mismatch", "trace_network"),
        ("help", "$ sbatch a.sh\nSubmitted batch job\n(QOSMaxGRES) slurm pending", "log_cluster"),
        ("help", "ERROR: No matching distribution found for torch", "log_install"),
        ("?", "a,b,c\n1,2,3\n4,5,6\n7,8,9", "table"),
    ],
)
def test_a_pasted_block_is_typed(question: str, block: str, kind: str) -> None:
    parts = split(f"{question}\n```\n{block}\n```")
    assert kind in parts.blocks[0].kinds


def test_a_contest_statement_is_recognised_without_a_fence() -> None:
    text = "给定一个长度为 n 的数组，求最长上升子序列。\n输入格式\nn\n输出格式\n整数\n\n数据范围\n1 <= n <= 1000"
    assert (decide(text).decision, decide(text).rule) == ("dont_use", "N4")
