"""The five failure cases of the skill are told where they apply, and stay silent where they do not."""

from __future__ import annotations

import pytest

from deep_learning_expert.skill.expert import Expert


def notices(task_type: str, domain: str, words: str, size: str, compute: str, **more: object) -> set[str]:
    task = {
        "task": {"type": task_type, "domain": domain, "specificTask": words},
        "data": {"size": size, "labelAvailability": "fully supervised", **more.pop("data", {})},
        "constraints": {"computeResources": compute},
        **more,
    }
    return {notice.id for notice in Expert().plan(task, assume=True).notices}


PLAIN = ("classification", "CV", "flower classification, 10 classes", "20,000 images", "one RTX 3090")


def test_an_ordinary_task_meets_no_failure_case() -> None:
    assert not {name for name in notices(*PLAIN) if name.startswith("F")}


@pytest.mark.parametrize(
    ("case", "arguments", "more"),
    [
        ("F1-too-little-data", ("classification", "CV", "flowers, 10 classes", "300 images", "one RTX 3090"), {}),
        ("F1-bad-labels", PLAIN, {"data": {"quality": "many wrong labels, label noise"}}),
        ("F3-no-convergence", PLAIN, {"existingSetup": {"trainingIssues": ["loss does not decrease at all"]}}),
        ("F4-production-gap", PLAIN, {"existingSetup": {"trainingIssues": ["good on test set, bad in production"]}}),
        (
            "F5-over-reliance",
            ("classification", "NLP", "sentiment of reviews, 3 classes", "20,000 reviews", "one A100 80GB"),
            {"existingSetup": {"baseModel": "Llama-3.1-8B"}},
        ),
        ("F2-too-little-compute", ("classification", "CV", "flowers", "20,000 images", "CPU only"),
         {"existingSetup": {"baseModel": "ResNet-50"}}),
    ],
)  # fmt: skip
def test_a_failure_case_is_told(case: str, arguments: tuple[str, ...], more: dict[str, object]) -> None:
    assert case in notices(*arguments, **more)
