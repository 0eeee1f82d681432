"""Parts of the vision-language projects, run where a Python with TRL is at hand (DL_EXPERT_TRL_PYTHON): what data.py
makes of rows with pictures, and what learns."""

from __future__ import annotations

import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.write import write_project

_READ = """
    import json
    from pathlib import Path
    from PIL import Image
    from config import PLAN
    from data import load_data, opened, text_of
    from records import Stop

    def read(*rows, pictures=12):
        Path("data").mkdir(exist_ok=True)
        for number in range(pictures):
            Image.new("RGB", (40, 30), (number, 0, 0)).save(f"data/{number}.png")
        Path("data/rows.jsonl").write_text("\\n".join(json.dumps(row) for row in rows))
        return load_data(Path("data"), PLAN)

    def told(*rows):
        try:
            read(*rows)
        except Stop as reason:
            print(reason)
"""


@pytest.fixture
def run_in(make_report: Any, folder: Path, python_with: Any) -> Any:
    """Writes the project and runs lines of Python in it; gives what they print."""

    def run(lines: str) -> str:
        write_project(make_report("pictured_chats", "trl"), folder, "trl")
        command = [python_with("trl"), "-c", dedent(_READ) + dedent(lines)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


def test_every_form_of_row_becomes_a_prompt_with_its_picture_and_an_answer(run_in: Any) -> None:
    run_in(
        """
        turns = [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "What?"},
            {"role": "assistant", "content": "A cat."}, {"role": "user", "content": "Where?"},
            {"role": "assistant", "content": "At home."},
        ]
        placed = [{"role": "user", "content": [{"type": "text", "text": "First"}, {"type": "image"}]},
                  {"role": "assistant", "content": "yes"}]
        forms = [{"messages": turns}, {"messages": placed}, {"question": "What?", "answer": "A cat."},
                 {"prompt": "What?", "completion": "A cat."}, {"caption": "A cat."}]
        data = read(*({"image": f"{number}.png", **forms[number % 5]} for number in range(12)))
        samples = data.train + data.val + data.test
        assert len(samples) == 12 + 3  # each answer of the longer talks is a sample
        for sample in samples:
            kinds = [block["type"] for message in sample["prompt"] for block in message["content"]]
            assert kinds.count("image") == 1 and sample["answer"] and len(sample["images"]) == 1
            assert sample["prompt"][-1]["role"] == "user"
        later = next(sample for sample in samples if sample["answer"] == "At home.")
        assert [message["role"] for message in later["prompt"]] == ["system", "user", "assistant", "user"]
        assert later["prompt"][1]["content"][0] == {"type": "image"}
        own = next(sample for sample in samples if sample["answer"] == "yes")
        assert own["prompt"][0]["content"] == placed[0]["content"]
        asked = next(sample for sample in samples if text_of(sample["prompt"][0]) == PLAN.question)
        assert asked["answer"] == "A cat."
        columns = opened(PLAN, blank=True)({"sample": [json.dumps(own)]})
        assert columns["images"][0][0].getpixel((0, 0)) == (128, 128, 128) and columns["images"][0][0].size == (40, 30)
        """
    )


def test_questions_about_one_picture_stay_in_one_part_and_copies_count_once(run_in: Any) -> None:
    run_in(
        """
        rows = [{"image": f"{number % 12}.png", "question": f"q{number}", "answer": "a"} for number in range(36)]
        data = read(*rows, *rows)
        parts = [{sample["images"][0] for sample in part} for part in (data.train, data.val, data.test)]
        assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
        assert sum(len(part) for part in (data.train, data.val, data.test)) == 36
        """
    )


def test_large_pictures_are_scaled_down_to_the_plans_pixels(run_in: Any) -> None:
    run_in(
        """
        from dataclasses import replace
        from data import picture

        Image.new("RGB", (2000, 1000)).save("large.png")
        found = picture("large.png", replace(PLAN, most_pixels=200_000))
        assert abs(found.width / found.height - 2) < 0.02 and found.width * found.height <= 202_000
        """
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ('{"question": "q", "answer": "a"}', "must be the path of a picture"),
        ('{"image": "missing.png", "caption": "a"}', "missing or cannot be read"),
        ('{"image": "0.png"}', "expected messages"),
        ('{"image": "0.png", "messages": [{"role": "user", "content": "q"}]}', "no answer of the assistant"),
        ('{"image": "0.png", "messages": [{"role": "robot", "content": "q"}]}', "needs a role"),
        ('{"images": ["0.png", "1.png"], "messages": [{"role": "user", "content": [{"type": "image"}]}]}', "1 places"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used_stop_with_one_sentence(rows: str, sentence: str, run_in: Any) -> None:
    assert sentence in run_in(f"told(*[json.loads({rows!r})] * 12)")


def test_only_language_model_and_projector_learn(run_in: Any) -> None:
    run_in(
        """
        from dataclasses import replace
        from peft import get_peft_model
        from config import SMOKE
        from model import adapters, build_base, make_tiny_base
        from sample import base_samples, base_texts

        make_tiny_base(SMOKE, base_texts(), base_samples(), Path("base"), steps=1)
        config = replace(SMOKE, weights="base")
        model = get_peft_model(build_base(config), adapters(config))
        trained = [name for name, item in model.named_parameters() if item.requires_grad]
        assert any("language_model" in name for name in trained) and any("projector" in name for name in trained)
        assert not any("vision_tower" in name for name in trained)
        """
    )


def test_a_network_that_cannot_talk_is_refused(make_report: Any) -> None:
    report = make_report("pictured_chats", "trl")
    report["decisions"]["architecture"] |= {"id": "blip2-opt-2.7b", "name": "BLIP-2", "family": "blip"}
    with pytest.raises(CannotSayError) as caught:
        read_choice(report, only="trl")
    assert caught.value.code == "project.no_model"
