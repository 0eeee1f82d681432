"""What to say of each technique: the instruction, with the published drop where the table has one."""

from __future__ import annotations

from deep_learning_expert.tools.compression.estimate import DropEstimate, MetricKind, estimate_drop, estimate_speedup
from deep_learning_expert.tools.compression.judge import TOLERATED_DROP
from deep_learning_expert.tools.compression.pressure import Pressure, rules
from deep_learning_expert.tools.compression.strata import Severity
from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import Remark, say

_GGUF = Severity(method="q4_K_M")


def published(technique: str, family: str | None, kind: MetricKind = "score") -> DropEstimate | None:
    """The table's answer for a technique id ("int8-ptq"), or None where it is silent."""
    names = rules()["rows"].get(technique, {})
    rows = names.get(family, names.get("default"))
    return _estimate(rows, family, Severity(), kind) if rows else None


def _estimate(rows: str, family: str | None, severity: Severity, kind: MetricKind) -> DropEstimate | None:
    if family is None:
        return None
    try:
        return estimate_drop(rows, family, severity, kind)
    except CannotSayError:
        return None


def quantization(
    techniques: tuple[str, ...], family: str | None, pressure: Pressure, size: Figure | None
) -> Remark | None:
    """One remark for the quantisation among the techniques; the strongest one leads."""
    kind = pressure.timed_as
    if "int4-weight-only" in techniques:
        return _int4(family, pressure.kind)
    if "int8-ptq" in techniques:
        half = [say("compression.quantization.fp16_first")] if "fp16" in techniques else []
        return _paragraph([*half, *_int8(family, kind)])
    if "bf16" in techniques and size:
        return say("compression.quantization.bf16", size=size)
    if techniques and techniques[0] in ("fp16", "bf16"):
        return _half(family, kind, size)
    return None


def _half(family: str | None, kind: str, size: Figure | None) -> Remark:
    known = say("compression.quantization.fp16", size=size) if size else None
    unsized = say("compression.quantization.fp16_unsized")
    return _paragraph([known or unsized, *_speed("fp16", family, kind, "fp16_speed")])


def _int8(family: str | None, kind: str) -> list[Remark]:
    ptq = published("int8-ptq", family)
    name = rules()["rows"]["int8-ptq"].get(family, rules()["rows"]["int8-ptq"]["default"])
    if ptq is None:
        parts = [say("compression.quantization.int8_unknown")]
    else:
        way = "int8_dynamic" if name == "ptq_int8_dynamic" else "int8_static"
        parts = [say(f"compression.quantization.{way}", drop=ptq.drop)]
    qat = published("int8-qat", family)
    if qat is None:
        parts.append(say("compression.quantization.qat_unknown", limit=TOLERATED_DROP))
    else:
        parts.append(say("compression.quantization.qat", limit=TOLERATED_DROP, drop=qat.drop))
    return [*parts, *_speed("int8-ptq", family, kind, "int8_speed")]


def _int4(family: str | None, kind: str) -> Remark:
    if kind != "gpu":
        gguf = _estimate("gguf_plain", family, _GGUF, "error")
        if gguf:
            return say("compression.quantization.int4_gguf", perplexity=gguf.drop)
    score, perplexity = (published("int4-weight-only", family, metric) for metric in ("score", "error"))
    if score is None or perplexity is None:
        return say("compression.quantization.int4_unknown")
    return say("compression.quantization.int4", drop=score.drop, perplexity=perplexity.drop)


def pruning(family: str | None) -> Remark:
    """Structured pruning with fine-tuning."""
    known = published("structured-pruning", family)
    if known is None:
        return say("compression.pruning.structured_unknown")
    return say("compression.pruning.structured", drop=known.drop)


def distillation(family: str | None) -> Remark:
    """A student trained on a teacher; speech recognisers are judged by their error."""
    if family == "asr_audio":
        errors = published("distillation", family, "error")
        if errors:
            return say("compression.distillation.student_error", drop=errors.drop)
    known = published("distillation", family)
    if known is None:
        return say("compression.distillation.student_unknown")
    return say("compression.distillation.student", drop=known.drop)


def collapse(family: str | None) -> Remark | None:
    """The worst published INT8 result of this family, when it would matter."""
    known = published("int8-ptq", family)
    if known is None or known.worst.value < TOLERATED_DROP.value:
        return None
    return say("compression.warning.collapse", model=known.worst_model, drop=known.worst)


def _speed(technique: str, family: str | None, kind: str, phrase: str) -> list[Remark]:
    """The published speed-up, where timings of such a network on such a device exist."""
    if family not in rules()["timed_families"]["families"]:
        return []
    try:
        speedup = estimate_speedup(rules()["speed"][technique], kind)
    except CannotSayError:
        return []
    return [say(f"compression.quantization.{phrase}", speedup=speedup)]


def _paragraph(parts: list[Remark]) -> Remark:
    """Several remarks as one; the phrase of that many parts holds the spacing of the language."""
    if len(parts) == 1:
        return parts[0]
    names = ("first", "second", "third", "fourth")[: len(parts)]
    return say(f"compression.paragraph.until_{names[-1]}", **dict(zip(names, parts, strict=True)))
