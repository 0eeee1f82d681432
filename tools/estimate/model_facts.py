"""`model_facts`: everything about one model under stated conditions, or the reason why it cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from deep_learning_expert.tools.catalog.devices import device
from deep_learning_expert.tools.errors import CannotSayError, ToolError
from deep_learning_expert.tools.estimate import conditions, language, memory, training_time, transformer
from deep_learning_expert.tools.estimate.constants import Span
from deep_learning_expert.tools.estimate.latency import latency_of, throughput
from deep_learning_expert.tools.estimate.memory import TrainingMode
from deep_learning_expert.tools.estimate.size import file_size
from deep_learning_expert.tools.estimate.workload import CLOSED_FORMULA, Workload, of_architecture, of_config
from deep_learning_expert.tools.figures import Figure, cited, computed
from deep_learning_expert.tools.wording import Remark, say

FILE_PRECISIONS = ("fp32", "fp16", "int8", "int4")
_MB_PER_GB = 1000.0
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Amount = Annotated[float, Field(gt=0, lt=1e20)]


class ModelFactsArgs(BaseModel):
    """What is asked. Give `model` (a name) or `config` (a Hugging Face config.json of a transformer), not both.

    device: a device's name; device_memory_gb overrides its data sheet, usd_per_hour (of one device) its price.
    precision, runtime, batch, side_px,
    sequence_length: of inference. optimizer ... checkpointing: of training. samples and epochs, or tokens, give the
    training time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = Field(default=None, min_length=1, max_length=200)
    config: Mapping[str, object] | None = None
    device: str | None = Field(default=None, min_length=1, max_length=200)
    device_count: Count = 1
    device_memory_gb: Amount | None = None
    usd_per_hour: Amount | None = None
    precision: str | None = None
    runtime: Literal["eager", "compiled"] | None = None
    batch: Count = 1
    side_px: int | None = None
    sequence_length: int | None = None
    mode: TrainingMode = "finetune"
    optimizer: str = "AdamW"
    training_precision: str = "amp-bf16"
    training_batch: Count = 1
    trainable_share: float | None = Field(default=None, ge=0, le=1)
    shards: Count = 1
    checkpointing: bool = False
    samples: Amount | None = None
    epochs: Amount = 1.0
    tokens: Amount | None = None


@dataclass(frozen=True)
class Fact:
    """One figure and, for an estimate, what would narrow it."""

    figure: Figure
    narrowed_by: Remark | None = None


@dataclass(frozen=True)
class Unknown:
    """A quantity that cannot be said, and why."""

    quantity: str
    reason: Remark


@dataclass(frozen=True)
class ModelFacts:
    """What is known of one model, in the order people ask for it."""

    model: str
    facts: tuple[Fact, ...]
    unknown: tuple[Unknown, ...]

    def figure(self, quantity: str) -> Figure | None:
        """The first figure of that quantity."""
        return next((fact.figure for fact in self.facts if fact.figure.quantity == quantity), None)


def model_facts(args: ModelFactsArgs) -> ModelFacts:
    """Parameters, MACs, sizes, latency, memory, largest safe batch, training time, cost and energy of one model.

    Units are in each figure. Errors: UnknownNameError (model, device, optimizer, precision), OutOfRangeError,
    ToolError (neither or both of model and config; a config of no transformer). What has no honest figure is listed
    under `unknown` instead.
    """
    work = _workload(args)
    if args.device is not None:
        device(args.device)
    known: list[Figure] = []
    unknown: list[Unknown] = []
    for quantity, find in _questions(args, work):
        try:
            known.extend(find())
        except CannotSayError as silent:
            unknown.append(Unknown(quantity, say(f"errors.{silent.code}", **silent.params)))
    return ModelFacts(work.name, tuple(Fact(figure, _narrowed(figure, args)) for figure in known), tuple(unknown))


def _workload(args: ModelFactsArgs) -> Workload:
    if (args.model is None) == (args.config is None):
        raise ToolError("estimate.model_or_config")
    if args.model is not None:
        return of_architecture(args.model, args.side_px, args.sequence_length)
    config = args.config or {}
    name = str(config.get("_name_or_path") or config.get("model_type") or "config")
    return of_config(transformer.of_hugging_face(config), name, tokens=args.sequence_length)


def _questions(args: ModelFactsArgs, work: Workload) -> list[tuple[str, Callable[[], list[Figure]]]]:
    """Quantity -> how to find it; only what was asked for by the arguments given."""
    questions: list[tuple[str, Callable[[], list[Figure]]]] = [
        ("parameters", lambda: [_parameters(work)]),
        ("macs", lambda: [_macs(work)]),
        ("size", lambda: [file_size(_parameters(work), precision) for precision in FILE_PRECISIONS]),
    ]
    if work.config and args.sequence_length:
        config, length = work.config, args.sequence_length
        questions.append(("kv_cache", lambda: [transformer.kv_cache(config, length, args.batch)]))
    questions.append(("inference_memory", lambda: [_inference_memory(args, work)]))
    if args.device is not None:
        questions.append(("latency", lambda: _latency(args, work)))
    if args.mode != "zero-shot":
        questions.append(("training_memory", lambda: [_training_memory(args, work)]))
        if args.device is not None or args.device_memory_gb is not None:
            questions.append(("largest_safe_batch", lambda: [_largest_batch(args, work)]))
    if args.samples is not None or args.tokens is not None:
        questions.append(("training_time", lambda: [_training_time(args, work)]))
        questions.append(("cost", lambda: [_cost(args, work)]))
        questions.append(("energy", lambda: [_with_device(args, training_time.energy, _training_time(args, work))]))
    return questions


def _parameters(work: Workload) -> Figure:
    if not work.params:
        raise CannotSayError("estimate.no_sizes", model=work.name)
    return _counted("parameters", float(work.params), "params", work)


def _macs(work: Workload) -> Figure:
    if not work.macs:
        raise CannotSayError("estimate.no_sizes", model=work.name)
    at = f"{work.side}x{work.side}" if work.side else f"{work.tokens} tokens" if work.tokens else ""
    at = at or ("one token" if work.per_token else "")
    return _counted("macs", work.macs, "MACs", work, **({"at": at} if at else {}))


def _counted(quantity: str, value: float, unit: str, work: Workload, **about: str) -> Figure:
    """Computed or cited, as the source of the counts says; scaled to another input size it is computed."""
    source = work.source
    by_us = source.startswith("computed:") or (quantity == "macs" and bool(work.config))
    make = computed if by_us else cited
    return make(quantity, value, unit, CLOSED_FORMULA if by_us and work.config else source, model=work.name, **about)


def _inference_memory(args: ModelFactsArgs, work: Workload) -> Figure:
    precision = conditions.plain(args.precision or "fp16")
    return language.inference_memory(
        _parameters(work),
        precision=precision,
        config=work.config,
        context=args.sequence_length or 0,
        batch=args.batch,
        activations_mb=_working_mb(work, args.batch),
    )


def _working_mb(work: Workload, batch: int) -> float:
    """Largest live activations of a forward pass in half precision, MB; half of all written where not traced."""
    peak = work.footprint.inference_peak if work.footprint else (work.activations or 0.0) * 0.5
    return peak * batch * 2.0 / 1e6


def _latency(args: ModelFactsArgs, work: Workload) -> list[Figure]:
    want = conditions.asked(device(args.device or ""), args.batch, args.precision, args.runtime)
    found = latency_of(work, want)
    return [found] if work.generates else [found, throughput(found)]


def _activations(args: ModelFactsArgs, work: Workload, batch: int) -> Span:
    if work.config:
        if not args.sequence_length:
            raise CannotSayError("estimate.needs", quantity="training_memory", missing="sequence_length")
        width = 4.0 if args.training_precision == "fp32" else 2.0
        return language.saved_activations_mb(
            work.config, batch * args.sequence_length, checkpointing=args.checkpointing, bytes_per_element=width
        )
    return memory.saved_activations_mb(work, batch, args.training_precision, args.mode)


def _memory_parts(args: ModelFactsArgs, work: Workload, activations: Span | None) -> memory.TrainingMemory:
    on_cpu = args.device is not None and device(args.device).kind == "cpu"
    return memory.training_memory_parts(
        _parameters(work),
        optimizer=args.optimizer,
        precision=args.training_precision,
        mode=args.mode,
        trainable_share=args.trainable_share,
        shards=args.shards,
        activations_mb=activations,
        on="cpu" if on_cpu else "gpu",
    )


def _training_memory(args: ModelFactsArgs, work: Workload) -> Figure:
    return _memory_parts(args, work, _activations(args, work, args.training_batch)).total


def _largest_batch(args: ModelFactsArgs, work: Workload) -> Figure:
    available = args.device_memory_gb
    if available is None and args.device is not None:
        available = max(device(args.device).memory_gb, default=None)
    if available is None:
        raise CannotSayError("estimate.needs", quantity="largest_safe_batch", missing="device_memory_gb")
    one = _activations(args, work, 1)
    return memory.largest_safe_batch(available * _MB_PER_GB, _memory_parts(args, work, None).fixed, one)


def _training_time(args: ModelFactsArgs, work: Workload) -> Figure:
    if args.device is None:
        raise CannotSayError("estimate.needs", quantity="training_time", missing="device")
    count = args.device_count
    if work.config and args.tokens is not None:
        per_token = float(transformer.macs_per_token(work.config, args.sequence_length or 0))
        total = args.tokens * args.epochs
        return training_time.language_training_time(
            per_token, total, args.device, count=count, mode=args.mode, name=work.name
        )
    if args.samples is None:
        raise CannotSayError("estimate.needs", quantity="training_time", missing="samples")
    return training_time.training_time_of(work, args.samples, args.epochs, args.device, count=count, mode=args.mode)


def _cost(args: ModelFactsArgs, work: Workload) -> Figure:
    time = _training_time(args, work)
    return training_time.money(time, args.device or "", args.device_count, args.usd_per_hour)


def _with_device(args: ModelFactsArgs, cost: Callable[[Figure, str, int], Figure], time: Figure) -> Figure:
    return cost(time, args.device or "", args.device_count)


def _narrowed(figure: Figure, args: ModelFactsArgs) -> Remark | None:
    if figure.kind != "estimated":
        return None
    quantity = "latency" if figure.quantity == "throughput" else figure.quantity
    if quantity in ("latency", "training_time"):
        return say(f"estimate.narrow.{quantity}", device=figure.conditions.get("device", args.device or ""))
    return say(f"estimate.narrow.{quantity}")
