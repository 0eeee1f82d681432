"""Projects that read lines of text: what CTC can hold, what a reading is worth, and what stops a run."""

from __future__ import annotations

from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render


def test_readings_and_faults_agree_with_hand_calculation(run_in: Any) -> None:
    run_in(
        "text_lines",
        """
        import torch
        from config import PLAN
        from data import Info, places
        from evaluate import character_errors, decode, distance, loss_of, score, texts_of

        info = Info("", "", ("a", "b"), (1, 1))
        path = torch.tensor([[0, 1, 1, 0, 1, 2, 2, 0]])
        logits = torch.nn.functional.one_hot(path, 3).float() * 50
        assert decode(logits, info) == ["aab"] and places("aab") == 4
        right, wrong = (loss_of(logits, torch.tensor([text]), PLAN, info) for text in ([1, 1, 2, 0], [2, 1]))
        assert right < 1e-3 and wrong > 1
        assert (distance("kitten", "sitting"), distance("", "abc"), distance("abc", "abc")) == (3, 3, 0)
        read, true = texts_of(["ab", "b"]), texts_of(["ab", "ab"])
        assert score(read, true) == 0.5 and character_errors(read, true) == 0.25
        """,
    )


_CHANGES = [
    ("rows[2] = ['2.png', '', 'train']", "row 2: the text is blank"),
    ("rows[3] = ['no.png', 'a', 'train']", "row 3: no.png cannot be read"),
    ("rows[4] = ['4.png', 'a' * 200, 'train']", "which need 399 places"),
    ("rows[5] = ['5.png', 'a', 'later']", "must hold train, val and test"),
    ("rows[0] = ['path', 'words', 'split']", "lacks text"),
]


@pytest.mark.parametrize(("change", "complaint"), _CHANGES)
def test_lines_that_cannot_be_learnt_are_named(run_in: Any, change: str, complaint: str) -> None:
    said = run_in(
        "text_lines",
        f"""
        import csv
        from pathlib import Path
        from PIL import Image
        from config import PLAN
        from data import load_data
        from records import Stop

        folder = Path("lines")
        folder.mkdir()
        rows = [["path", "text", "split"]]
        for number in range(1, 13):
            Image.new("RGB", (20, 8)).save(folder / f"{{number}}.png")
            part = "train" if number < 10 else ("val", "test")[number % 2]
            rows.append([f"{{number}}.png", "ab" if part == "train" else "ax", part])
        def written():
            with (folder / "lines.csv").open("w", newline="") as stream:
                csv.writer(stream).writerows(rows)
        written()
        data = load_data(folder, PLAN)
        assert data.info.classes == ("a", "b") and "not in train (x)" in data.info.summary
        assert data.test[0]["target"].tolist() == [1, -1]  # a character that was never seen: the line counts as misread
        {change}
        written()
        try:
            load_data(folder, PLAN)
        except Stop as reason:
            print(str(reason).replace(str(folder) + "/", ""))
        """,
    )
    assert complaint in said


def test_crnn_reads_along_the_same_places(run_in: Any, make_report: Any, folder: Any) -> None:
    from deep_learning_expert.tools.recipe.project.write import write_project

    report = make_report("text_lines")
    report["decisions"]["architecture"] |= {"id": "crnn_vgg", "family": "crnn", "name": "CRNN"}
    write_project(report, folder)
    run_in(
        "text_lines",
        """
        import torch
        from config import PLAN
        from data import Info
        from model import build_model

        model = build_model(PLAN, Info("", "", ("a", "b"), (1, 1))).eval()
        pictures = torch.randn(2, 3, PLAN.image_height, PLAN.image_width)
        assert model(pictures).shape == (2, PLAN.image_width // 4, 3)
        # The catalog's CRNN has 8.3 million weights for 37 characters.
        assert 7e6 < sum(weight.numel() for weight in model.parameters()) < 9e6
        """,
    )


def test_a_foreign_recogniser_is_not_said_to_start_from_its_weights(make_report: Any) -> None:
    report = make_report("text_lines", techniques=["pretrained-init", "ctc-loss"])
    report["decisions"]["architecture"] |= {
        "id": "pp_ocrv4_mobile_rec", "family": "pp-ocr-rec", "name": "PP-OCRv4 mobile rec", "mode": "finetune",
        "weights": "PP-OCRv4_mobile_rec",
    }  # fmt: skip
    readme = render(read_choice(report))["README.md"]
    assert "trained from scratch" in readme
    applied, left = readme.split("## What of the plan is in the code")[1].split("Not in the code")
    assert "pretrained weights" in left and "pretrained weights" not in applied
