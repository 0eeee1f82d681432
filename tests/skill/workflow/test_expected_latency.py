"""A time is said with what was timed: an answer, a token, a denoising step, or one pass of a generating network."""

from __future__ import annotations

import pytest

from deep_learning_expert.skill import Expert


@pytest.mark.parametrize(
    ("spec", "base", "size", "words"),
    [
        ({"type": "classification", "domain": "CV", "specificTask": "ten flowers"}, "ResNet-50", "9k images", ""),
        ({"type": "generation", "domain": "NLP", "specificTask": "a chatbot"}, "Qwen3-8B", "9k dialogues", "per"),
        ({"type": "generation", "domain": "CV", "specificTask": "style by LoRA"}, "SDXL", "40 images", "denoising"),
        (
            {"type": "sequence-modeling", "domain": "NLP", "specificTask": "translate Swahili to English"},
            "NLLB-200-distilled-600M",
            "48k sentence pairs",
            "one pass",
        ),
    ],
)  # fmt: skip
def test_the_latency_says_what_was_timed(spec: dict[str, str], base: str, size: str, words: str) -> None:
    task = {
        "task": spec,
        "data": {"size": size, "labelAvailability": "all labelled"},
        "constraints": {"computeResources": "one RTX 3090"},
        "existingSetup": {"baseModel": base},
    }
    plan = Expert().plan(task, assume=True).plan
    assert plan is not None
    latency = plan["expectedPerformance"]["inferenceLatency"]
    others = {"per generated token", "denoising", "one pass"}
    assert words in latency
    assert words or not any(other in latency for other in others)
