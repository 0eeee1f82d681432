"""How long and in which batches to train: memory, updates per epoch, published data-size rules (sizing.toml)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deep_learning_expert.tools.figures import Figure, cited, computed, estimated, given
from deep_learning_expert.tools.recipe.facts import Facts
from deep_learning_expert.tools.recipe.hardware import Machine
from deep_learning_expert.tools.recipe.recipe import Scheduler
from deep_learning_expert.tools.recipe.regime import Regime, Span
from deep_learning_expert.tools.recipe.tables import table
from deep_learning_expert.tools.requirements import Requirements


def constants() -> Mapping[str, Any]:
    """sizing.toml."""
    return table("sizing.toml")


def by_size(rows: Sequence[Mapping[str, float]], size: float, name: str) -> float:
    """The value of the first row whose bound is above `size`."""
    return next(row[name] for row in rows if size < row["below"])


@dataclass(frozen=True)
class Batch:
    """size: the global batch. micro: samples per device and pass. accumulation: passes per update (None: one).

    overruled: the user's own batch, where it leaves too few updates per epoch to be kept.
    """

    size: Figure
    micro: Figure | None
    accumulation: Figure | None
    fixed_by_user: bool
    overruled: Figure | None = None


def states_mb(regime: Regime, facts: Facts) -> float | None:
    """Memory of weights, gradients and optimizer states in MB, or None when the parameter count is unknown."""
    params = facts.numbers.get("params")
    if params is None:
        return None
    table = constants()["memory"]["states_bytes"]
    if "mode:lora" in facts.tags:
        kind = "nf4" if regime.id.endswith("qlora") else "frozen"
    elif regime.rate.optimizer == "none" or facts.tags & {"mode:frozen-features", "mode:zero-shot"}:
        kind = "frozen"
    else:
        kind = {"SGD": "sgd", "MuSGD": "sgd", "AdamW8bit": "adam8bit"}.get(regime.rate.optimizer, "adam")
    return float(params * table[kind] / 1e6)


def choose_batch(needs: Requirements, regime: Regime, facts: Facts, machine: Machine) -> Batch:
    """The global batch: the user's own, else the regime's, never so large that an epoch has too few updates."""
    stated = needs.setup.batch_size
    overruled = stated if stated is not None and _too_few_updates(stated, regime, facts, machine) else None
    stated = None if overruled else stated
    if stated is not None and regime.rate.optimizer != "none" and regime.batch_unit == "samples":
        size = given("batch_size", stated.value, "samples", stated.source)
    else:
        value, reason = _wanted_batch(regime, facts, machine.count)
        kind = cited if value == regime.rate.at_batch else computed
        size = kind("batch_size", value, regime.batch_unit, regime.sources[0] if kind is cited else reason)
    micro = _micro_batch(regime, facts, machine, size.value)
    if micro is None or micro.value * machine.count >= size.value:
        return Batch(size, micro, None, stated is not None, overruled)
    passes = math.ceil(size.value / (micro.value * machine.count))
    method = "global batch / (micro-batch per device x devices), rounded up"
    return Batch(size, micro, computed("accumulation", passes, "", method), stated is not None, overruled)


def _too_few_updates(stated: Figure, regime: Regime, facts: Facts, machine: Machine) -> bool:
    """Whether the user's batch makes an epoch too coarse, and a smaller one that the data allow mends it."""
    samples = facts.numbers.get("samples")
    if samples is None or regime.rate.optimizer == "none" or regime.batch_unit != "samples":
        return False
    coarse = samples / stated.value < constants()["batch"]["user_least_updates_per_epoch"]
    return bool(coarse and _wanted_batch(regime, facts, machine.count)[0] < stated.value)


def _wanted_batch(regime: Regime, facts: Facts, devices: int) -> tuple[float, str]:
    wanted = regime.batch or regime.rate.at_batch
    rules = constants()["batch"]
    if regime.batch_unit == "tokens":
        tokens = facts.numbers.get("tokens")
        if tokens is not None and tokens / wanted < rules["token_least_updates"]:
            wanted = max(_power_of_two_below(tokens / rules["token_least_updates"]), min(regime.least_batch, wanted))
        return wanted, "tokens per update, lowered until one pass over the data has enough updates"
    samples = facts.numbers.get("samples")
    if samples is not None and regime.rate.optimizer != "none":
        room = _power_of_two_below(samples / rules["least_updates_per_epoch"])
        wanted = max(min(wanted, room), min(regime.least_batch, wanted))
        wanted = max(wanted, float(devices))  # every device needs a sample
    if regime.most_batch is not None:
        wanted = min(wanted, regime.most_batch)
    return wanted, str(rules["least_updates_source"])


def _micro_batch(regime: Regime, facts: Facts, machine: Machine, size: float) -> Figure | None:
    """Samples that fit one device at once; None when nothing is known of one sample's memory."""
    if regime.sample_mb is None or regime.rate.optimizer == "none" or machine.kind == "cpu":
        return None
    memory = constants()["memory"]
    states = (states_mb(regime, facts) or 0.0) / (machine.count if machine.count > 1 else 1)
    room = machine.memory_gb * 1000 * memory["margin_share"] - states
    most = max(math.ceil(size / machine.count), 1)
    fits = max(_power_of_two_below(room / regime.sample_mb), 1.0) if room > 0 else 1.0
    value = min(fits, float(most))
    method = f"(memory x {memory['margin_share']} - states) / estimated activations per sample, as a power of two"
    return estimated(
        "micro_batch", value, "samples", method, low=max(value / 2, 1.0), high=value * 2, device=machine.name
    )


def _power_of_two_below(value: float) -> float:
    return float(2 ** max(math.floor(math.log2(value)), 0)) if value >= 1 else 1.0


@dataclass(frozen=True)
class Length:
    """length: in the regime's own unit. steps: updates in all, when they can be known."""

    length: Figure
    steps: Figure | None


def choose_length(regime: Regime, facts: Facts, batch: Batch) -> Length:
    """The length, with epochs bent so that the number of updates stays in the regime's bounds."""
    span, source = regime.length, regime.sources[0]
    if span.trees is not None:
        return Length(cited("length", span.trees, "trees", source), None)
    if span.rule is not None:
        ruled = _ruled_length(span.rule, regime, facts, batch)
        if ruled is not None:
            return ruled
    if span.steps is not None:
        budget = facts.numbers.get("env_steps")
        if budget is not None:
            steps = given("length", budget, "steps", "data.size")
            return Length(steps, steps)
        steps = cited("length", span.steps, "steps", source)
        return Length(steps, steps)
    return _epochs_length(span, regime, facts, batch)


def _samples_seen(regime: Regime, facts: Facts) -> float | None:
    return facts.numbers.get("tokens" if regime.batch_unit == "tokens" else "samples")


def _epochs_length(span: Span, regime: Regime, facts: Facts, batch: Batch) -> Length:
    epochs = span.epochs if span.epochs is not None else 1.0
    samples = _samples_seen(regime, facts)
    if samples is None or regime.rate.optimizer == "none":
        return Length(cited("length", epochs, "epochs", regime.sources[0]), None)
    per_epoch = max(math.ceil(samples / batch.size.value), 1)
    bounded = epochs
    if span.most_steps is not None:
        bounded = min(bounded, max(span.most_steps / per_epoch, 1.0))
    if span.least_steps is not None:
        bounded = max(bounded, span.least_steps / per_epoch)
    bounded = float(math.ceil(bounded))
    method = "epochs x ceil(samples / batch)"
    steps = computed("steps", bounded * per_epoch, "steps", method)
    if bounded == epochs:
        return Length(cited("length", epochs, "epochs", regime.sources[0]), steps)
    reason = f"{regime.sources[0]}; bent so that the updates stay within the published range"
    return Length(computed("length", bounded, "epochs", reason), steps)


def _ruled_length(rule: str, regime: Regime, facts: Facts, batch: Batch) -> Length | None:
    table = constants()
    samples = facts.numbers.get("samples")
    if rule == "bit":
        steps = by_size(table["bit"], samples or 0.0, "steps")
        # The rule's steps are at batch 512; smaller batches take proportionally more, within a factor of four.
        steps = round(steps * min(512.0 / batch.size.value, 4.0))
        record = computed(
            "length", steps, "steps", "BiT hyper-rule by data size (bit_hyperrule.py), rescaled to the batch"
        )
        return Length(record, record)
    if rule == "kimg":
        images = by_size(table["kimg"], samples or 0.0, "kimg") * 1000
        record = computed("length", round(images / batch.size.value), "steps", f"{regime.sources[0]}; kimg / batch")
        return Length(record, record)
    if rule == "yolo":
        epochs = by_size(table["yolo_epochs"], samples or 0.0, "epochs")
        return _epochs_length(Span(epochs=epochs), regime, facts, batch)
    tokens = facts.numbers.get("tokens")
    if tokens is None and "params" in facts.numbers:
        tokens = facts.numbers["params"] * table["tokens"]["per_parameter"]
        method = f"{table['tokens']['source']}, divided by the batch"
    else:
        method = "tokens / batch"
    if tokens is None:
        return None
    record = computed("length", max(round(tokens / batch.size.value), 1), "steps", method)
    return Length(record, record)


def choose_warmup(regime: Regime, length: Length, batch: Batch) -> Figure | None:
    """Warm-up in steps where the steps are known; never longer than the table's share of training."""
    span = regime.warmup
    if span is None:
        return None
    total = length.steps.value if length.steps is not None else None
    source = regime.sources[0]
    if total is None:
        if span.share is not None:
            return cited("warmup", span.share, "%", source, of="all steps")
        value, unit = (span.steps, "steps") if span.steps is not None else (span.epochs or 0.0, "epochs")
        return cited("warmup", value, unit, source)
    wanted = _warmup_steps(span, length, total)
    rules = constants()["warmup"]
    scheduler: Scheduler = regime.scheduler
    longest = total if scheduler in rules["exempt_schedulers"] else total * rules["most_share"]
    if wanted == span.steps and wanted <= longest:
        return cited("warmup", wanted, "steps", source)
    steps = max(round(min(wanted, longest)), 1)
    method = "share of all steps" if wanted <= longest else str(rules["most_share_source"])
    return computed("warmup", steps, "steps", method)


def _warmup_steps(span: Span, length: Length, total: float) -> float:
    if span.share is not None:
        return total * span.share / 100
    if span.steps is not None:
        return span.steps
    epochs = length.length.value if length.length.unit == "epochs" else None
    return total * (span.epochs or 0.0) / epochs if epochs else total * 0.05
