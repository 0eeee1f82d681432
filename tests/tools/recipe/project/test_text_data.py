"""The emitted readers of text data: every layout they promise, and one clear sentence when something is off.

They need numpy only, so they run here, without the library that the rest of the project is for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.write import write_project

_READ = """
import json, sys
from pathlib import Path
from config import PLAN
from data import load_data
from records import Stop
try:
    data = load_data(Path(sys.argv[1]), PLAN)
except Stop as reason:
    print(json.dumps({"stopped": str(reason)}))
else:
    print(json.dumps({"train": data.train, "val": data.val, "test": data.test, "summary": data.info.summary}))
"""


@pytest.fixture
def read(make_report: Any, folder: Path) -> Any:
    """(layout, back end, file name, text) -> what data.py makes of that file."""

    def found(layout: str, backend: str, name: str, text: str) -> dict[str, Any]:
        write_project(make_report(layout, backend), folder, backend)
        (folder / "given").mkdir()
        (folder / "given" / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-c", _READ, "given"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    return found


def _lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def _all(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["train"], *found["val"], *found["test"]]


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "tsv"])
def test_texts_are_read_from_each_format_with_line_breaks_and_any_label(read: Any, ending: str) -> None:
    rows = [{"text": f"line one of {number},\nline two", "label": number % 2} for number in range(40)]
    if ending == "json":
        text = json.dumps(rows)
    elif ending == "jsonl":
        text = _lines(rows)
    else:
        mark = "," if ending == "csv" else "\t"
        cells = [f'"{row["text"]}"{mark}{row["label"]}' for row in rows]
        text = "\n".join([f"text{mark}label", *cells])
    found = read("text", "transformers", f"reviews.{ending}", text)
    assert sorted(sample["text"] for sample in _all(found)) == sorted(str(row["text"]) for row in rows)
    assert {sample["label"] for sample in found["val"]} == {0, 1}
    assert "2 classes" in found["summary"]


def test_duplicates_do_not_leak_between_splits(read: Any) -> None:
    rows = [{"text": f"text {number % 20}", "label": "ab"[number % 2]} for number in range(100)]
    assert len(_all(read("text", "transformers", "d.jsonl", _lines(rows)))) == 20


def test_a_second_text_is_kept(read: Any) -> None:
    rows = [{"text": f"question {number}", "text_pair": "answer", "label": "ab"[number % 2]} for number in range(20)]
    assert {sample["pair"] for sample in _all(read("text", "transformers", "d.jsonl", _lines(rows)))} == {"answer"}


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_several_labels_are_read_from_lists_and_from_cells(read: Any, ending: str) -> None:
    rows = [{"text": f"text {number}", "labels": ["a", "b"][: 1 + number % 2]} for number in range(20)]
    cells = "text,labels\n" + "\n".join(f'{row["text"]},"{", ".join(row["labels"])}"' for row in rows)
    found = read("labels", "transformers", f"d.{ending}", _lines(rows) if ending == "jsonl" else cells)
    assert sorted(tuple(sample["labels"]) for sample in _all(found)) == [(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 10


def test_words_with_tags_are_read_from_lists(read: Any) -> None:
    rows = [{"tokens": ["In", f"Town{number}", "."], "tags": ["O", "B-LOC", "O"]} for number in range(20)]
    found = read("tokens", "transformers", "d.jsonl", _lines(rows))
    assert sorted(sample["tokens"][1] for sample in _all(found)) == sorted(row["tokens"][1] for row in rows)


def test_words_with_tags_are_read_from_columns(read: Any) -> None:
    text = "-DOCSTART- -X- O\n\n" + "\n\n".join(f"In IN O\nTown{number} NN B-LOC" for number in range(20))
    found = read("tokens", "transformers", "train.conll", text)
    assert len(_all(found)) == 20
    assert _all(found)[0]["tags"] == ["O", "B-LOC"]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        {"prompt": "q", "completion": "a"},
        {"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]},
        {"instruction": "q", "input": "", "output": "a"},
    ],
)
def test_conversations_are_read_from_each_layout(read: Any, row: dict[str, Any]) -> None:
    rows = [json.loads(json.dumps(row).replace('"q"', f'"q{number}"')) for number in range(20)]
    found = read("chats", "trl", "d.jsonl", _lines(rows))
    assert len(_all(found)) == 20
    assert all(sample["prompt"][0]["role"] == "user" and sample["answer"] == "a" for sample in _all(found))


def test_each_answer_of_a_conversation_is_learnt_and_stays_in_one_split(read: Any) -> None:
    turns = ["q{0}", "a{0}", "r{0}", "b{0}"]
    rows = [
        {
            "messages": [
                {"role": ("user", "assistant")[place % 2], "content": turn.format(number)}
                for place, turn in enumerate(turns)
            ]
        }
        for number in range(20)
    ]
    found = read("chats", "trl", "d.jsonl", _lines(rows))
    for split in ("train", "val", "test"):
        answers = [sample["answer"] for sample in found[split]]
        assert {answer[1:] for answer in answers if answer[0] == "a"} == {
            answer[1:] for answer in answers if answer[0] == "b"
        }
    assert max(len(sample["prompt"]) for sample in _all(found)) == 3


def test_preferences_without_a_prompt_share_their_first_messages(read: Any) -> None:
    rows = [
        {
            "chosen": [{"role": "user", "content": f"q{number}"}, {"role": "assistant", "content": "good"}],
            "rejected": [{"role": "user", "content": f"q{number}"}, {"role": "assistant", "content": "bad"}],
        }
        for number in range(20)
    ]
    found = read("preferences", "trl", "d.jsonl", _lines(rows))
    assert {(sample["chosen"], sample["rejected"]) for sample in _all(found)} == {("good", "bad")}
    assert _all(found)[0]["prompt"][0]["content"].startswith("q")


def test_all_targets_of_a_source_stay_in_one_split_and_duplicates_count_once(read: Any) -> None:
    rows = [{"source": f"s{number % 20}", "target": f"t{number % 40}"} for number in range(80)]
    found = read("seq2seq", "transformers", "d.jsonl", _lines(rows))
    assert len(_all(found)) == 40
    for split in ("train", "val", "test"):
        assert all(count == 2 for count in Counter(pair["source"] for pair in found[split]).values())


def test_pairs_that_share_a_query_or_a_passage_stay_in_one_split(read: Any) -> None:
    rows = [{"query": f"q{number // 2}", "passage": f"p{(number + 1) // 2 % 60}"} for number in range(0, 120, 3)]
    rows += [{"query": f"q{number}", "passage": "common"} for number in range(300, 310)]
    found = read("retrieval", "transformers", "d.jsonl", _lines(rows))
    texts = [
        {pair[name] for pair in found[split] for name in ("query", "passage")} for split in ("train", "val", "test")
    ]
    assert len(_all(found)) == 50
    assert not (texts[0] & texts[1] or texts[0] & texts[2] or texts[1] & texts[2])


def test_prompts_get_the_instruction_that_the_reward_needs_unless_they_bring_one(read: Any) -> None:
    rows: list[dict[str, Any]] = [{"prompt": f"{number} + 1", "answer": number + 1} for number in range(20)]
    rows += [
        {"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": f"q{number}"}], "answer": "x"}
        for number in range(20)
    ]
    found = _all(read("prompts", "trl", "d.jsonl", _lines(rows)))
    assert len(found) == 40
    for sample in found:
        system, user = sample["prompt"]
        assert system["content"] == "s" if sample["answer"] == "x" else "####" in system["content"]
        assert sample["answer"] == "x" or int(user["content"].split()[0]) + 1 == int(sample["answer"])


@pytest.mark.parametrize(
    ("layout", "backend", "name", "text", "said"),
    [
        ("text", "transformers", "d.jsonl", '{"text": "a", "klass": 1}', "lacks label"),
        ("text", "transformers", "d.jsonl", '{"text": "a", "label": 1}\n{"text": "a", "label": 2}', "different labels"),
        ("text", "transformers", "d.jsonl", '{"text": " ", "label": 1}', "is empty"),
        ("text", "transformers", "d.jsonl", "{broken", "cannot be read"),
        ("text", "transformers", "d.csv", "", "holds no rows"),
        ("text", "transformers", "d.txt", "a", "one data file"),
        ("labels", "transformers", "d.jsonl", '{"text": "a", "labels": ["x"]}', "at least two"),
        ("tokens", "transformers", "d.jsonl", '{"tokens": ["a", "b"], "tags": ["O"]}', "2 words but 1 tags"),
        ("tokens", "transformers", "d.conll", "alone", "expected a word and its tag"),
        (
            "examples",
            "transformers",
            "d.jsonl",
            '{"text": "a", "label": 1}\n{"text": "a", "label": 2}',
            "different labels",
        ),
        ("examples", "transformers", "d.jsonl", '{"text": "a", "label": 1}', "holds 1 class"),
        ("seq2seq", "transformers", "d.jsonl", '{"source": "a"}', "lacks target"),
        ("seq2seq", "transformers", "d.jsonl", '{"source": "a", "target": " "}', "not empty"),
        ("retrieval", "transformers", "d.jsonl", '{"query": "a"}', "lacks passage"),
        (
            "retrieval",
            "transformers",
            "d.jsonl",
            '{"query": "a", "passage": "b", "negative": "b"}',
            "that answers the query",
        ),
        ("chats", "trl", "d.jsonl", '{"question": "a"}', "expected messages"),
        ("chats", "trl", "d.jsonl", '{"messages": [{"role": "user", "content": "a"}]}', "no answer"),
        ("chats", "trl", "d.jsonl", '{"messages": [{"role": "user"}]}', "needs a role and a text"),
        ("preferences", "trl", "d.jsonl", '{"prompt": "a", "chosen": "b", "rejected": "b"}', "two different texts"),
        ("preferences", "trl", "d.jsonl", '{"chosen": "b", "rejected": "c"}', "there is no prompt"),
        ("documents", "trl", "d.jsonl", '{"text": "only one"}', "at least ten"),
        ("documents", "trl", "d.jsonl", "[1, 2]", "lacks text"),
        ("prompts", "trl", "d.jsonl", '{"prompt": "a"}', "nothing can be rewarded"),
        ("prompts", "trl", "d.jsonl", '{"prompt": "a", "tests": "assert f()"}', "in a container"),
        ("prompts", "trl", "d.jsonl", '{"prompt": [{"role": "tool", "content": "a"}]}', "end with a text"),
        ("prompts", "trl", "d.jsonl", '{"prompt": "a", "answer": 1}\n{"prompt": "a", "answer": 2}', "twice with"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    read: Any, layout: str, backend: str, name: str, text: str, said: str
) -> None:
    sentence = read(layout, backend, name, text)["stopped"]
    assert said in sentence and sentence.endswith(".") and "\n" not in sentence
