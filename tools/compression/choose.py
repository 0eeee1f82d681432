"""Whether and how to compress: limits and device decide (rules.toml); published results say what it may cost."""

from __future__ import annotations

from dataclasses import dataclass

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.compression import remarks
from deep_learning_expert.tools.compression.family import LANGUAGE_MODEL, compression_family
from deep_learning_expert.tools.compression.pressure import Pressure, find_pressure, rules, size_at, target
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_NO_NETWORK = ("Tree ensemble", "Statistical")
_DISTIL_SUBTASKS = ("speech-model-distillation",)
_HALF = ("fp16", "bf16")
_COUNTED_ON = {"int8", "int4", "distillation"}  # what an architecture's `needs` may ask of this tool


@dataclass(frozen=True)
class CompressionChoice:
    """needed: whether the limits call for it; techniques: ids in the order to try; size_after in MB, or None.

    quantization, pruning, distillation: what to do, each None where it has no place.
    """

    needed: bool
    techniques: tuple[str, ...] = ()
    quantization: Remark | None = None
    pruning: Remark | None = None
    distillation: Remark | None = None
    size_after: Figure | None = None
    reasons: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


def choose_compression(needs: Requirements, candidate: Candidate) -> CompressionChoice:
    """The compression a candidate needs to hold the user's limits, or the honest remark that none is needed."""
    pressure = find_pressure(needs, candidate)
    if candidate.architecture_class in _NO_NETWORK:
        return _for_trees(needs, candidate, pressure)
    reasons = list(pressure.reasons)
    if _COUNTED_ON & set(candidate.needs) and not reasons:
        reasons.append(say("compression.reason.architecture"))
    distil = _distillation_asked(needs, candidate)
    needed = bool(reasons) or distil
    techniques = _techniques(needs, candidate, pressure, needed, distil)
    after = _size_after(candidate, techniques)
    if not needed:
        reasons.append(_nothing_presses(needs, pressure))
    elif after:
        reasons.append(say("compression.reason.size_after", size=after))
    family = compression_family(needs, candidate)
    return CompressionChoice(
        needed=needed,
        techniques=techniques,
        quantization=remarks.quantization(techniques, family, pressure, after),
        pruning=remarks.pruning(family) if "structured-pruning" in techniques else None,
        distillation=remarks.distillation(family) if "distillation" in techniques else None,
        size_after=after,
        reasons=tuple(reasons),
        warnings=_warnings(needs, techniques, family, pressure, after),
    )


def _nothing_presses(needs: Requirements, pressure: Pressure) -> Remark:
    """No limit calls for compression, or none that anybody could check before the model is timed."""
    if pressure.untimed:
        return say("compression.reason.none_untimed", limit=needs.limits.latency)
    return say("compression.reason.none")


def _for_trees(needs: Requirements, candidate: Candidate, pressure: Pressure) -> CompressionChoice:
    """Tree ensembles shrink by growing less; a formula has nothing to compress."""
    needed = bool(pressure.size_limit and pressure.reasons) or pressure.speed_ratio is not None
    trees = needed and candidate.architecture_class == "Tree ensemble"
    reasons = pressure.reasons if needed else (_nothing_presses(needs, pressure),)
    return CompressionChoice(needed, pruning=say("compression.pruning.trees") if trees else None, reasons=reasons)


def _distillation_asked(needs: Requirements, candidate: Candidate) -> bool:
    return (
        "distillation" in candidate.needs or needs.setup.method == "distillation" or needs.subtask in _DISTIL_SUBTASKS
    )


def _techniques(
    needs: Requirements, candidate: Candidate, pressure: Pressure, needed: bool, distil: bool
) -> tuple[str, ...]:
    """Up the ladder of the device until the limits hold; pruning and a student when its top does not reach."""
    ladder = _ladder(needs, candidate)
    if not needed:
        return tuple(rung for rung in ladder[:1] if rung in _HALF)
    chosen: list[str] = []
    held = False
    for rung in ladder:
        chosen.append(rung)
        if rung == "int8-ptq":
            chosen.append("int8-qat")
        held = pressure.held_by(candidate, rung)
        unsure = rung in _HALF and (pressure.untimed or needs.has("compression"))
        if held and not unsure:
            break
    if not held and compression_family(needs, candidate) != LANGUAGE_MODEL:
        chosen.append("structured-pruning")
    if distil or not held:
        chosen.append("distillation")
    if distil and not pressure.reasons and not {"int8", "int4"} & set(candidate.needs):
        return ("distillation",)
    return tuple(chosen)


def _ladder(needs: Requirements, candidate: Candidate) -> list[str]:
    """The device's ladder; what the architecture already counts on comes first."""
    language = compression_family(needs, candidate) == LANGUAGE_MODEL
    if "int4" in candidate.needs or (language and "int8" in candidate.needs):
        return ["int4-weight-only"]
    if "int8" in candidate.needs:
        return ["int8-ptq"]
    ladder: list[str] = rules()["language_model_ladder" if language else "ladder"][target(needs)]
    return ladder


def _size_after(candidate: Candidate, techniques: tuple[str, ...]) -> Figure | None:
    """Size at the narrowest width among the techniques, MB."""
    widths = [rules()["width"][technique] for technique in techniques if technique in rules()["width"]]
    sizes = [size for size in (size_at(candidate, width) for width in widths) if size]
    return min(sizes, key=lambda size: size.value, default=None)


def _warnings(
    needs: Requirements,
    techniques: tuple[str, ...],
    family: str | None,
    pressure: Pressure,
    after: Figure | None,
) -> tuple[Remark, ...]:
    found: list[Remark] = []
    if "int8-ptq" in techniques:
        worst = remarks.collapse(family)
        found.extend([worst] if worst else [])
        if family in ("vit", "bert_like", "asr_audio", "seq2seq"):
            found.append(say("compression.warning.transformer"))
        if needs.task_type == "detection" and needs.domain == "CV":
            found.append(say("compression.warning.detection_head"))
    limit = pressure.size_limit
    if after and limit and after.value > limit.value:
        found.append(say("compression.warning.still_too_large", size=after, limit=limit))
    return tuple(found)
