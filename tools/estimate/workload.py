"""One forward pass of one sample, as the latency and memory models see it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deep_learning_expert.tools.catalog import models
from deep_learning_expert.tools.catalog.rows import Footprint, Measurement
from deep_learning_expert.tools.errors import OutOfRangeError
from deep_learning_expert.tools.estimate import transformer
from deep_learning_expert.tools.estimate.traces import trace_of
from deep_learning_expert.tools.estimate.transformer import TransformerConfig

CLOSED_FORMULA = "computed: closed formula over the configuration (tools/estimate/transformer.py)"
_SMALLEST_SIDE, _LARGEST_SIDE = 8, 16384


@dataclass(frozen=True)
class Workload:
    """macs, activations: of one sample at `side` pixels (None: the input is no image); None where not known.

    traffic: elements all operations read and write, where traced; kernel_calls: kernel launches of one
    eager forward pass, where traced. source: of the counts. per_token: macs are of one generated token, not of a
    sequence of `tokens`; generates: the model writes token by token, so its latency is per token. config: where the
    closed formula applies.
    """

    name: str
    architecture_class: str
    domain: str
    params: int | None
    macs: float | None
    activations: float | None
    side: int | None
    footprint: Footprint | None = None
    traffic: float | None = None
    kernel_calls: float | None = None
    measurements: tuple[Measurement, ...] = ()
    source: str = ""
    per_token: bool = False
    generates: bool = False
    tokens: int | None = None
    config: TransformerConfig | None = None


def of_architecture(name: str, side: int | None = None, tokens: int | None = None) -> Workload:
    """The workload of a catalog model, at its own input size, at `side` pixels, or at `tokens` tokens of one sample.

    Errors: UnknownNameError for the model; OutOfRangeError for an impossible size.
    """
    row = models.architecture(name)
    base = side_of(row.macs_at)
    config = transformer.of_catalog(row.config) if row.config else None
    work = Workload(
        name=row.id,
        architecture_class=row.architecture_class,
        domain=row.domain,
        params=row.params or (transformer.parameters(config) if config else None),
        macs=row.macs,
        activations=row.activations,
        side=base,
        footprint=row.footprint,
        kernel_calls=sum(part.calls for part in row.op_histogram.values()) or None,
        measurements=models.measurements_of(row.id),
        source=row.source,
        per_token=row.macs_at == "1 token",
        generates=row.macs_at == "1 token",
        tokens=tokens_of(row.macs_at),
        config=config,
    )
    if tokens is not None:
        work = at_tokens(work, tokens)
    work = _with_trace(work)
    return work if side is None else at_side(work, side)


def _with_trace(work: Workload) -> Workload:
    """Adds what was traced of the model, at the work's own image size."""
    trace = trace_of(work.name)
    if trace is None or work.side != trace.side:
        return work
    return replace(
        work,
        traffic=trace.traffic,
        kernel_calls=work.kernel_calls or trace.kernel_calls,
        footprint=work.footprint or trace.footprint,
    )


def of_config(config: TransformerConfig, name: str, *, tokens: int | None = None) -> Workload:
    """The workload of a user's own transformer: one generated token, or one sequence of `tokens`."""
    work = Workload(
        name=name,
        architecture_class="Transformer",
        domain="NLP",
        params=transformer.parameters(config),
        macs=float(transformer.active_parameters(config)),
        activations=None,
        side=None,
        source=CLOSED_FORMULA,
        per_token=True,
        generates=not config.pooler,
        config=config,
    )
    return work if tokens is None else at_tokens(work, tokens)


def at_tokens(work: Workload, tokens: int) -> Workload:
    """The same model on one sequence of `tokens`: by closed formula, else in proportion to its own length."""
    if not 1 <= tokens <= 100_000_000:
        raise OutOfRangeError("estimate.impossible_length", value=tokens)
    if work.config:
        macs = float(transformer.macs_per_token(work.config, tokens, with_head=work.generates) * tokens)
        return replace(work, macs=macs, tokens=tokens, per_token=False)
    if not work.tokens or not work.macs:
        return work
    factor = tokens / work.tokens
    activations = work.activations * factor if work.activations else work.activations
    return replace(work, tokens=tokens, macs=work.macs * factor, activations=activations, footprint=None)


def at_side(work: Workload, side: int) -> Workload:
    """The same model at another image size: convolutions and tokens grow with the area."""
    if not _SMALLEST_SIDE <= side <= _LARGEST_SIDE:
        raise OutOfRangeError("estimate.impossible_side", value=side, low=_SMALLEST_SIDE, high=_LARGEST_SIDE)
    if work.side is None or work.side == side:
        return work
    factor = (side / work.side) ** 2
    footprint = work.footprint
    return replace(
        work,
        side=side,
        macs=work.macs * factor if work.macs else work.macs,
        activations=work.activations * factor if work.activations else work.activations,
        traffic=work.traffic * factor if work.traffic else work.traffic,
        footprint=footprint
        and Footprint(
            *(round(part * factor) for part in (footprint.inference_peak, footprint.saved, footprint.training_peak))
        ),
    )


_SIDE = re.compile(r"(\d+)x(\d+)")


def side_of(text: str) -> int | None:
    """ "224x224" -> 224; anything that is not a square image size -> None."""
    found = _SIDE.fullmatch(text.strip())
    return int(found[1]) if found else None


_TOKENS = re.compile(r"seq (\d+)")


def tokens_of(text: str) -> int | None:
    """ "seq 128" -> 128; anything else -> None."""
    found = _TOKENS.fullmatch(text.strip())
    return int(found[1]) if found else None


def known_sizes(work: Workload) -> list[float]:
    """MACs, parameters, activations, traffic: up to the first that is not known."""
    sizes: list[float] = []
    for size in (work.macs, work.params, work.activations, work.traffic):
        if not size:
            break
        sizes.append(float(size))
    return sizes


def features(work: Workload, centre: Sequence[float]) -> list[float]:
    """Inputs of the latency regression: logs about their centre, squares, products, and slopes by network class.

    centre: mean of the logs of the first two, three or four `known_sizes` over the calibration rows; as many are used.
    """
    sizes = known_sizes(work)[: len(centre)]
    logs = [math.log(size) - middle for size, middle in zip(sizes, centre, strict=True)]
    row = [1.0, *logs, *(value * value for value in logs)]
    row += [logs[i] * logs[j] for i in range(len(logs)) for j in range(i)]
    classes = [float(work.architecture_class == name) for name in ("CNN", "Transformer")]
    row += classes
    row += [flag * value for flag in classes for value in logs]
    return row
