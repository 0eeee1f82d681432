"""How hard a technique is pushed, as a short stratum name: the same rule for published rows and for a user's question.

A stratum is "" where severity does not matter, and "any" is reserved for the pooled cell of an unstated severity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Severity:
    """What is known of how hard a model is compressed.

    bits: per weight. sparsity: share of zero weights, 0..1. ratio: dense / pruned multiply-accumulates (or parameters).
    method: free words naming the variant ("GPTQ", "q4_K_M", "2:4 wanda, no retraining"); matched, never shown.
    """

    bits: float | None = None
    sparsity: float | None = None
    ratio: float | None = None
    method: str = ""


_GGUF_TYPE = re.compile(r"\bi?q(\d)_", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(?:sparsity|of weights)?", re.IGNORECASE)
# Upper bounds of stored bits per weight for each nominal GGUF width (q4_1 stores 5.1, q5_1 stores 6.0).
_GGUF_BITS = ((3.4, "2-bit"), (4.35, "3-bit"), (5.15, "4-bit"), (6.2, "5-bit"))
_RATIO_BINS = ((2.0, "<2x"), (3.0, "2-3x"), (5.0, "3-5x"))
_SPARSITY_BINS = ((0.6, "<=60%"), (0.8, "60-80%"))


def stratum(technique: str, severity: Severity) -> str | None:
    """The stratum of this severity, or None when the technique has strata and the severity does not say which."""
    words = severity.method.lower()
    if technique == "gguf_plain":
        return _gguf(severity, words)
    if technique in ("prune_structured", "prune_structured_noft"):
        return _structured(severity)
    if technique in ("prune_unstructured", "prune_block"):
        return _sparse(severity, words)
    if technique == "prune_2_4":
        return "no-retraining" if _untrained(words) else ("retrained" if words else None)
    if technique == "ptq_int3_wo":
        return "rounding" if "rtn" in words else ("calibrated" if words else None)
    if technique in ("ptq_int8_static", "ptq_w4a8", "ptq_w6a8", "ptq_w6a6"):
        return _post_training(words)
    return ""


def _gguf(severity: Severity, words: str) -> str | None:
    named = _GGUF_TYPE.search(words)
    if named:
        return f"{named[1]}-bit" if int(named[1]) < 6 else "6-bit+"
    if severity.bits is None:
        return None
    return next((name for bound, name in _GGUF_BITS if severity.bits < bound), "6-bit+")


def _structured(severity: Severity) -> str | None:
    ratio = severity.ratio
    if ratio is None and severity.sparsity is not None:
        ratio = 1 / max(1 - severity.sparsity, 0.01)
    if ratio is None:
        return None
    return next((name for bound, name in _RATIO_BINS if ratio < bound), ">5x")


def _sparse(severity: Severity, words: str) -> str | None:
    sparsity = severity.sparsity
    if sparsity is None:
        found = _PERCENT.search(words)
        sparsity = float(found[1]) / 100 if found else None
    if sparsity is None:
        return None
    name = next((name for bound, name in _SPARSITY_BINS if sparsity <= bound), ">80%")
    return f"{name} no-retraining" if _untrained(words) else name


def _post_training(words: str) -> str:
    """Post-training integer rows fall apart by care, not by bits: clipped outliers and quantised LayerNorm/Softmax."""
    if "incl. layernorm" in words and "fq-vit" not in words:
        return "norms-quantised"
    if "percentile 99.9" in words and "99.999" not in words:
        return "outliers-clipped"
    if "per-tensor" in words and "percentile" not in words:
        return "per-tensor"
    return ""


def _untrained(words: str) -> bool:
    return "no retraining" in words or "no finetune" in words or "one-shot" in words
