"""The estimate as a tool anyone can call: strict arguments in, likely drop, size and speed out."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.compression.estimate import (
    DropEstimate,
    MetricKind,
    estimate_drop,
    estimate_speedup,
    known_families,
    known_techniques,
)
from deep_learning_expert.tools.compression.pressure import rules
from deep_learning_expert.tools.compression.strata import Severity
from deep_learning_expert.tools.errors import CannotSayError, UnknownNameError
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.requirements import DeviceKind


class CompressionQuestion(BaseModel):
    """technique: an id of the decisions ("int8-ptq") or a row name of the table ("ptq_int8_static").

    family: "cnn", "mobile_cnn", "vit", "bert_like", "seq2seq", "llm", "detection", "segmentation", "superres_pose" or
    "asr_audio". sparsity is a share of zero weights, 0..1; ratio is dense / pruned multiply-accumulates; bits are per
    weight; method names the variant in free words ("q4_K_M"). metric: "score" when more is better, else "error".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    technique: str
    family: str
    metric: MetricKind = "score"
    bits: float | None = Field(default=None, gt=0, le=32)
    sparsity: float | None = Field(default=None, ge=0, lt=1)
    ratio: float | None = Field(default=None, ge=1)
    method: str = ""
    device: DeviceKind | None = None


@dataclass(frozen=True)
class CompressionAnswer:
    """estimate: drop, size ratio and worst case; speedup: None where no timing of that device is published."""

    estimate: DropEstimate
    speedup: Figure | None


def estimate_compression(question: CompressionQuestion) -> CompressionAnswer:
    """What the published rows say of a technique on a family.

    Errors: UnknownNameError for a technique or family outside the table; CannotSayError where its rows are too few.
    """
    _check("family", question.family, known_families())
    named = rules()["rows"].get(question.technique)
    rows = named.get(question.family, named["default"]) if named else question.technique
    _check("technique", rows, (*known_techniques(), *rules()["rows"]))
    severity = Severity(question.bits, question.sparsity, question.ratio, question.method)
    estimate = estimate_drop(rows, question.family, severity, question.metric)
    return CompressionAnswer(estimate, _speedup(question))


def _check(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or sorted(known)[:5]
        raise UnknownNameError(f"compression.unknown_{what}", name=name, nearest=", ".join(nearest))


def _speedup(question: CompressionQuestion) -> Figure | None:
    timed = rules()["speed"].get(question.technique)
    if timed is None or question.device is None:
        return None
    try:
        return estimate_speedup(timed, rules()["timed_like"].get(question.device, question.device))
    except CannotSayError:
        return None
