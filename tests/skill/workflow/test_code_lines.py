"""The code a plan shows loads the very weights it recommends, or there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deep_learning_expert.skill import Expert
from deep_learning_expert.skill.workflow.steps.s2_architecture import hub_code
from deep_learning_expert.tools.figures import given

TASKS = Path(__file__).resolve().parents[3] / "examples" / "tasks"


@pytest.mark.parametrize(
    ("subtask", "family", "weights", "loader"),
    [
        ("image-personalisation", "stable-diffusion", "stabilityai/sdxl", "from diffusers import DiffusionPipeline"),
        ("text-recognition", "trocr", "microsoft/trocr-base-handwritten", "VisionEncoderDecoderModel"),
        ("summarization", "qwen", "Qwen/Qwen3-4B", "AutoModelForCausalLM"),
        ("summarization", "t5", "google/mt5-base", "AutoModelForSeq2SeqLM"),
        ("object-detection", "rtdetr", "PekingU/rtdetr_r50vd", "AutoModelForObjectDetection"),
        ("visual-question-answering", "qwen-vl", "Qwen/Qwen2.5-VL-7B-Instruct", "AutoModelForImageTextToText"),
    ],
)
def test_the_class_fits_the_checkpoint_and_the_task(subtask: str, family: str, weights: str, loader: str) -> None:
    code = hub_code(subtask, family, weights)
    assert code is not None
    text = code.render("en").text
    assert loader in text and weights in text
    compile(text, "code", "exec")


@pytest.mark.parametrize(("subtask", "family"), [("speaker-verification", "ecapa"), ("text-to-speech", "cosyvoice")])
def test_no_code_is_shown_where_none_is_known_to_run(subtask: str, family: str) -> None:
    assert hub_code(subtask, family, "someone/weights") is None


def test_a_classifier_is_built_for_the_stated_classes() -> None:
    code = hub_code("text-classification", "bert", "bert-base", given("classes", 30, "classes", "task"))
    assert code is not None and "num_labels=30)" in code.render("zh").text


def test_thousands_of_classes_are_still_one_number() -> None:
    task = {
        "task": {"type": "classification", "domain": "CV", "specificTask": "species of plants in photos"},
        "data": {"size": "2 million images, 7,000 classes", "labelAvailability": "all labelled"},
        "constraints": {"computeResources": "4x A100"},
    }
    plan = Expert().plan(task, assume=True).plan
    assert plan is not None and "num_classes=7000)" in plan["modelDesign"]["codeFramework"]


@pytest.mark.parametrize("path", sorted(TASKS.glob("*.json")), ids=lambda path: path.stem)
def test_the_code_of_every_example_is_python(path: Path) -> None:
    report = Expert().plan(json.loads(path.read_text(encoding="utf-8")), assume=True)
    code = (report.plan or {}).get("modelDesign", {}).get("codeFramework", "")
    compile(code, path.name, "exec")
