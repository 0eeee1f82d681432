"""Facts that cannot hold together: named with both sides in figures, never papered over.

Each rule is a function of the needs that returns a contradiction or None. "blocking" ones end in renegotiation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from deep_learning_expert.tools.catalog.models import architecture, has_architecture
from deep_learning_expert.tools.figures import Figure, cited, computed, given
from deep_learning_expert.tools.quantities.lexicon import targets as metrics
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_BILLIONS = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d{1,2})?)\s?[bB](?![A-Za-z]| ?-?tok)")
# Chinchilla (arXiv 2203.15556): compute-optimal pretraining uses about twenty tokens a parameter.
_TOKENS_PER_PARAM = 20.0
_BYTES_PER_PARAM_INT4 = 0.5
# A desktop CPU peaks near this many fp32 operations a second; generous, so that only the hopeless is named.
_CPU_PEAK_OPS = 2e12
_FEW_IMAGES = 1000
# Scales of tools/quantities/names.toml with a best value; a return or a perplexity has none.
_BOUNDED = frozenset({"share", "percent-points", "correlation"})


@dataclass(frozen=True)
class Contradiction:
    """id: stable name; remark: both sides; severity: blocking when no plan can satisfy it."""

    id: str
    remark: Remark
    severity: Literal["blocking", "warning", "note"]


def contradictions(needs: Requirements) -> tuple[Contradiction, ...]:
    """All that apply, in the order of the rules."""
    return tuple(found for rule in _RULES if (found := rule(needs)) is not None)


def _model_params(needs: Requirements) -> Figure | None:
    """Parameters of the model the user named: from the catalog, or from a size such as 7B in their words."""
    setup = needs.setup
    if setup.base_model_id and has_architecture(setup.base_model_id):
        row = architecture(setup.base_model_id)
        return cited("parameters", row.params, "params", row.source) if row.params else None
    match = _BILLIONS.search(f"{setup.base_model} {needs.words}")
    if match is None or needs.domain not in ("NLP", "multimodal", "audio"):
        return None
    return given("parameters", float(match.group(1)) * 1e9, "params", "task.specificTask")


def _size_limit(needs: Requirements) -> Contradiction | None:
    params, limit = _model_params(needs), needs.limits.size
    if params is None or limit is None:
        return None
    smallest = computed("size", params.value * _BYTES_PER_PARAM_INT4 / 1e6, "MB", "parameters x 4 bits")
    if smallest.value <= limit.value:
        return None
    remark = say("intake.size_contradiction", params=params, smallest=smallest, limit=limit)
    return Contradiction("model-exceeds-size-limit", remark, "blocking" if needs.setup.base_model else "warning")


def _pretraining_data(needs: Requirements) -> Contradiction | None:
    params, tokens = _model_params(needs), needs.data.tokens
    scratch = needs.setup.from_scratch or needs.setup.method == "scratch" or "pretraining" in needs.subtask
    if params is None or tokens is None or not scratch or "continued" in needs.subtask:
        return None
    wanted = computed("tokens", params.value * _TOKENS_PER_PARAM, "tokens", "20 tokens a parameter (arXiv 2203.15556)")
    if tokens.value >= wanted.value / 10:
        return None
    remark = say("intake.pretraining_contradiction", params=params, tokens=tokens, wanted=wanted)
    return Contradiction("scratch-infeasible", remark, "warning")


def _scratch_on_few(needs: Requirements) -> Contradiction | None:
    samples = needs.data.samples
    scratch = needs.setup.from_scratch or needs.setup.method == "scratch"
    if not scratch or samples is None or needs.domain not in ("CV", "NLP", "audio", "multimodal"):
        return None
    if samples.unit in ("tokens", "hours", "steps", "frames") or samples.value >= _FEW_IMAGES:
        return None
    return Contradiction("scratch-on-few-samples", say("intake.scratch_contradiction", samples=samples), "warning")


def _no_environment(needs: Requirements) -> Contradiction | None:
    if needs.task_type != "RL" or needs.data.has_simulator or needs.subtask in ("rl-offline", "contextual-bandit"):
        return None
    if needs.data.samples is not None or needs.subtask in ("rl-language-model", "rl-imitation"):
        return None
    return Contradiction("rl-without-environment", say("intake.environment_contradiction"), "warning")


def _latency_on_cpu(needs: Requirements) -> Contradiction | None:
    device, limit, model = needs.deploy_on or needs.train_on, needs.limits.latency, needs.setup.base_model_id
    if device is None or device.kind != "cpu" or limit is None or not model or not has_architecture(model):
        return None
    row = architecture(model)
    if not row.macs:
        return None
    floor = computed("latency", 2 * row.macs / _CPU_PEAK_OPS * 1e3, "ms", "2 x MACs / 2 TFLOP/s, a generous CPU peak")
    if floor.value <= limit.value:
        return None
    remark = say("intake.latency_contradiction", model=needs.setup.base_model or row.name, floor=floor, limit=limit)
    return Contradiction("latency-impossible-on-cpu", remark, "blocking")


def _perfect_target(needs: Requirements) -> Contradiction | None:
    for target in needs.limits.targets:
        record = metrics().get(target.quantity)
        scale = record.scale if record else "share" if target.unit == "%" else "open"
        percent = target.unit == "%" or target.value > 1.0 or scale == "percent-points"
        rising = not target.conditions.get("direction", ">=").startswith("<")
        if rising and scale in _BOUNDED and target.value >= (100.0 if percent else 1.0) and target.unit in ("%", ""):
            return Contradiction("perfect-target", say("intake.perfect_contradiction", target=target), "warning")
    return None


def _supervised_without_labels(needs: Requirements) -> Contradiction | None:
    supervised = needs.task_type in ("classification", "detection", "segmentation") and "anomaly" not in needs.subtask
    if needs.data.labels != "none" or not supervised:
        return None
    return Contradiction("no-labels", say("intake.labels_contradiction"), "warning")


def _one_step_rl(needs: Requirements) -> Contradiction | None:
    if needs.task_type != "RL" or needs.subtask != "contextual-bandit":
        return None
    return Contradiction("one-step-decision", say("intake.bandit_note"), "note")


_RULES: tuple[Callable[[Requirements], Contradiction | None], ...] = (
    _size_limit,
    _latency_on_cpu,
    _pretraining_data,
    _scratch_on_few,
    _no_environment,
    _supervised_without_labels,
    _perfect_target,
    _one_step_rl,
)
