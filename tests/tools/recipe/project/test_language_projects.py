"""Parts of the language projects that need no library: rewards that a program can check."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.render import render


@pytest.fixture
def emitted(make_report: Any, tmp_path: Path) -> Any:
    """(layout, back end, file) -> that emitted file as a module, which may import nothing but the standard library."""
    from deep_learning_expert.tools.recipe.project.choice import read_choice

    def loaded(layout: str, backend: str, name: str) -> ModuleType:
        path = tmp_path / name
        path.write_text(render(read_choice(make_report(layout, backend), backend))[name], encoding="utf-8")
        spec = importlib.util.spec_from_file_location(f"emitted_{path.stem}", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3 apples and 4 more make 7.\n#### 7", "7"),
        ("so the result is \\boxed{\\frac{1}{2}} as said", "\\frac{1}{2}"),
        ("<answer> blue </answer>", "blue"),
        ("First 12, then 30, which makes 1,042.50", "1,042.50"),
        ("The answer is: Paris.", "Paris."),
        ("答案是 42", "42"),
        ("no", "no"),
        ("", ""),
    ],
)
def test_the_final_answer_is_found(emitted: Any, text: str, answer: str) -> None:
    assert emitted("prompts", "trl", "rewards.py").final_answer(text) == answer


@pytest.mark.parametrize(
    ("found", "expected", "right"),
    [
        ("1,000", "1000.0", True),
        ("$18", "18", True),
        ("1/2", "0.5", True),
        (" Paris. ", "paris", True),
        ("7", "70", False),
        ("", "", False),
        ("1/0", "1", False),
    ],
)
def test_answers_are_compared_by_what_they_mean(emitted: Any, found: str, expected: str, right: bool) -> None:
    assert emitted("prompts", "trl", "rewards.py").same(found, expected) is right


def test_code_earns_by_its_tests_and_cannot_hang_the_run(emitted: Any) -> None:
    rewards = emitted("prompts", "trl", "rewards.py")
    right = "Here:\n```python\ndef twice(x):\n    return 2 * x\n```"
    given = [right, right.replace("2 *", "3 *"), "def twice(x): pass"]
    assert rewards.rewards(given, [""] * 3, ["assert twice(4) == 8"] * 3) == [1.0, 0.0, 0.0]
    rewards._SECONDS = 0.5
    assert rewards.passes("while True: pass", "assert True") is False


def test_leaving_before_the_tests_earns_nothing(emitted: Any) -> None:
    """The commonest trick: a program that ends well before its tests are reached."""
    rewards = emitted("prompts", "trl", "rewards.py")
    for trick in ("raise SystemExit(0)", "import os; os._exit(0)", "import sys; sys.exit()"):
        assert rewards.passes(trick, "assert False") is False


@pytest.fixture
def metric_part(make_report: Any) -> Any:
    """Subtask -> the counting and scoring part of the emitted evaluate.py, which needs numpy only."""
    from deep_learning_expert.tools.recipe.project.choice import read_choice

    def loaded(subtask: str) -> dict[str, Any]:
        report = make_report("seq2seq", "transformers")
        report["decisions"]["subtask"] = subtask
        text = render(read_choice(report, "transformers"))["evaluate.py"]
        began = text.index("_ORDER =" if subtask == "translation" else "_WORD =")
        names: dict[str, Any] = {}
        exec(
            f"import re\nfrom collections import Counter\nimport numpy as np\n{text[began : text.index('BASELINE =')]}",
            names,
        )
        return names

    return loaded


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        (["the cat sat on the mat"], ["the cat sat on the mat"], 100.0),
        (["the cat sat on a mat", "hello world", ""], ["the cat is on the mat", "hello there world", "x y"], 37.4412),
        (["我 喜欢 读书", "naïve"], ["我 爱 读书", "native"], 21.5),
        (["abc"], ["xyz"], 0.0),
    ],
)
def test_chrf_is_that_of_sacrebleu(metric_part: Any, written: list[str], wanted: list[str], expected: float) -> None:
    """Expected: sacrebleu 2.6.0, corpus_chrf with its defaults."""
    names = metric_part("translation")
    counts = names["counts_of"](written, wanted)
    assert names["score"](counts, counts) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        (["the cat sat on the mat"], ["the cat sat on the mat"], 1.0),
        (["police killed the gunman"], ["police kill the gunman"], 0.75),
        (["the gunman police killed", "a b c d e"], ["police killed the gunman", "c a e d x y b"], 0.4167),
        ([""], ["x"], 0.0),
    ],
)
def test_rouge_l_is_that_of_rouge_score(
    metric_part: Any, written: list[str], wanted: list[str], expected: float
) -> None:
    """Expected: rouge-score 0.1.2, rougeL without stemming, averaged."""
    names = metric_part("summarization")
    counts = names["counts_of"](written, wanted)
    assert names["score"](counts, counts) == pytest.approx(expected, abs=1e-4)


def test_chinese_summaries_are_compared_by_characters(metric_part: Any) -> None:
    names = metric_part("summarization")
    counts = names["counts_of"](["今天天气好"], ["今天好"])
    assert names["score"](counts, counts) == pytest.approx(2 * 3 / 8)


def test_passages_are_ranked_once_each_and_equal_scores_share_a_rank(make_report: Any) -> None:
    """Three queries, the first two of which have the same passage; the third cannot tell passages apart."""
    import numpy as np

    from deep_learning_expert.tools.recipe.project.choice import read_choice

    text = render(read_choice(make_report("retrieval", "transformers"), "transformers"))["evaluate.py"]
    names: dict[str, Any] = {"np": np, "Any": Any}
    exec("from __future__ import annotations\n" + text[text.index("def ranks_of") : text.index("_WORD =")], names)
    scores = np.array([[0.9, 0.9, 0.1], [0.2, 0.2, 0.7], [0.5, 0.5, 0.5]])
    ranks = names["ranks_of"](scores, np.array([4, 4, 8]))
    assert ranks.tolist() == [1.0, 2.0, 1.5]
    assert names["score"](ranks, ranks) == pytest.approx((1 + 1 / 2 + 1 / 1.5) / 3)


def test_the_bigram_baseline_is_a_distribution(make_report: Any) -> None:
    """After each token the probabilities of all tokens add up to one, and what was seen is likelier."""
    import numpy as np

    from deep_learning_expert.tools.recipe.project.choice import read_choice

    text = render(read_choice(make_report("corpus", "transformers"), "transformers"))["evaluate.py"]
    names: dict[str, Any] = {"np": np}
    exec(text[text.index("_MOST_COUNTED") : text.index("def judge")], names)
    train = np.array([0, 1, 0, 1, 0, 2, 0, 1], dtype=np.uint16)
    before, after = (grid.ravel() for grid in np.meshgrid(np.arange(4), np.arange(4), indexing="ij"))
    chances = np.exp(-names["baseline"](train, before, after, 4)).reshape(4, 4)
    assert chances.sum(axis=1)[:3] == pytest.approx(1.0, abs=1e-9)
    assert chances[0].argmax() == 1 and chances.min() > 0


def test_a_plan_of_a_size_nobody_wrote_down_is_refused(make_report: Any) -> None:
    from deep_learning_expert.tools.errors import CannotSayError
    from deep_learning_expert.tools.recipe.project.choice import read_choice

    report = make_report("corpus", "transformers")
    report["decisions"]["architecture"]["id"] = "llama-style-90b"
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_model"


def test_a_batch_in_tokens_becomes_rows(make_report: Any) -> None:
    from deep_learning_expert.tools.recipe.project.choice import read_choice

    report = make_report("corpus", "transformers", batch_size=500_000, batch_unit="tokens")
    report["decisions"]["architecture"]["id"] = "gpt2"
    config = render(read_choice(report, "transformers"))["config.py"]
    assert "batch_size: int = 488" in config and "context: int = 1024" in config


def test_pairs_are_alike_exactly_when_their_classes_are(make_report: Any) -> None:
    import numpy as np

    from deep_learning_expert.tools.recipe.project.choice import read_choice

    text = render(read_choice(make_report("examples", "transformers"), "transformers"))["data.py"]
    names: dict[str, Any] = {"np": np, "Any": Any}
    exec("from __future__ import annotations\n" + text[text.index("def texts_of") :], names)
    samples = [{"text": f"{label}{number}", "label": label} for label in range(3) for number in range(5)]

    class Config:
        split_seed, pairs_each, max_length = 0, 4, 9

    def tokenizer(texts: list[str], **_: Any) -> dict[str, list[list[int]]]:
        return {"input_ids": [[int(letter) for letter in text] for text in texts]}

    rows = names["encode"](samples, tokenizer, Config, None)
    assert len(rows) == 15 * 2 * 4
    assert all(row["labels"] == float(row["query_ids"][0] == row["input_ids"][0]) for row in rows)
    assert all(row["query_ids"] != row["input_ids"] for row in rows)
