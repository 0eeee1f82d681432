"""Step 2: which model, in which mode, and why.

Needs: requirements. Tools: compare_architectures. Draft: modelDesign.
Loop: a close call (or a user who hesitates) -> two or three candidates side by side.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from deep_learning_expert.skill.contract.report import Notice
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.failures import failure_notices
from deep_learning_expert.skill.workflow.steps.step import StepResult, done
from deep_learning_expert.tools.architecture.candidate import Candidate, Comparison
from deep_learning_expert.tools.figures import Figure, computed
from deep_learning_expert.tools.wording import Remark, say


def run(context: Context) -> StepResult:
    """Writes modelDesign around the winner, the others side by side in the trade-off."""
    comparison, winner = context.comparison, context.candidate
    draft = {
        "modelDesign": {
            "architecture": _architecture(winner),
            "rationale": tuple(_rationale(winner, comparison)),
            "pretrainedModel": _pretrained(winner),
            "tradeoff": (*_to_confirm(context), *_tradeoff(context)) or say("plan.no_alternative"),
            "codeFramework": _code(context, winner),
        }
    }
    notices = tuple(
        Notice(id=remark.key, severity=_severity(remark), text=remark.render(context.language).text)
        for remark in comparison.warnings
    )
    marks = {
        "candidates": done(len(comparison.candidates) > 1),
        "inductive_bias": done(winner.inductive_bias),
        "resources": done(winner.params or winner.size),
        "pretrained": done(winner.weights),
        "tradeoff": done(comparison.tradeoff),
        "side_by_side": done(comparison.tie),
    }
    evidence = tuple(record for remark in comparison.warnings for record in remark.figures())
    failures, figures = failure_notices(context, "architecture")
    return StepResult(draft, marks, (*notices, *failures), evidence=(*evidence, *figures))


def _severity(remark: Remark) -> Literal["blocking", "warning"]:
    """Limits that no candidate holds stop the plan; all else is to be minded."""
    return "blocking" if remark.key == "architecture.warning.nothing_fits" else "warning"


def _architecture(candidate: Candidate) -> Remark:
    return say("plan.architecture", kind=say(f"plan.class.{_slug(candidate.architecture_class)}"), name=candidate.name)


def _slug(words: str) -> str:
    return words.lower().replace(" ", "_")


def _rationale(winner: Candidate, comparison: Comparison) -> Iterable[Remark]:
    yield from winner.reasons
    if winner.inductive_bias:
        yield winner.inductive_bias
    if comparison.verdict:
        yield comparison.verdict


def _to_confirm(context: Context) -> Iterable[Remark]:
    """What the plan rests on without having been told."""
    fields = list(dict.fromkeys(item.field for item in context.assumed.assumptions))
    if fields:
        yield say("intake.confirm", fields=fields)


# What is counted here is cut into many training samples (windows, patches, neighbourhoods), so steps do not follow.
_NOT_TRAINING_SAMPLES = {"series", "volumes", "nodes", "hours", "tokens", "graphs"}


def _at_the_recipes_batch(context: Context, remark: Remark) -> Iterable[Remark]:
    """The comparison counts steps at a reference batch; the plan must speak of the batch it recommends."""
    if not remark.key.startswith("architecture.tradeoff.steps"):
        yield remark
        return
    samples, batch = context.needs.data.samples, context.recipe.batch_size
    counted = samples is not None and samples.unit not in _NOT_TRAINING_SAMPLES
    if samples is not None and counted and context.recipe.optimizer != "none" and batch.unit == "samples":
        steps = computed("steps_per_epoch", math.ceil(samples.value / batch.value), "steps", "samples / global batch")
        yield say(remark.key, samples=samples, batch=batch, steps=steps)


def _tradeoff(context: Context) -> Iterable[Remark]:
    comparison = context.comparison
    for remark in comparison.tradeoff:
        yield from _at_the_recipes_batch(context, remark)
    for other in comparison.candidates[1:]:
        if other.params and other.size:
            yield say(
                "plan.alternative",
                name=other.name,
                mode=say(f"plan.mode.{_slug(other.mode.replace('-', '_'))}"),
                params=other.params,
                size=other.size,
                why=list(other.reasons[:1]) or "",
            )
        else:
            yield say("plan.alternative_plain", name=other.name, why=list(other.reasons[:1]) or "")
    if comparison.tie:
        yield say("plan.tie")
    for rejected in comparison.rejected[:3]:
        yield say("plan.rejected", name=rejected.name, reason=rejected.reason)


def _pretrained(candidate: Candidate) -> dict[str, object] | None:
    if candidate.weights is None or candidate.mode == "scratch":
        return None
    return {
        "name": say(
            "plan.weights_name",
            name=candidate.weights.name,
            data=candidate.weights.pretrained_on or say("plan.unknown_data"),
        ),
        "source": say(
            "plan.weights_source",
            source=candidate.weights.source,
            license=candidate.weights.license,
            code_license=candidate.weights.code_license,
        ),
        "adaptation": say(f"plan.adaptation.{candidate.mode.replace('-', '_')}"),
    }


def _code(context: Context, candidate: Candidate) -> Remark | None:
    """Lines that build the model, by the library its weights live in; None where none are known to run."""
    if candidate.weights is None or context.needs.setup.framework in ("jax", "tensorflow", "paddle", "keras"):
        return None
    library = candidate.weights.source.lower().replace(" ", "").replace("-", "")
    classes = context.needs.data.classes
    if library == "timm" and classes is not None and context.needs.subtask in _ONE_LABEL:
        return say("code.timm_classes", id=candidate.id, classes=classes)
    if library == "timm":
        return say("code.timm", id=candidate.id)
    if library == "torchvision":
        return _torchvision_code(candidate)
    if library == "huggingface":
        return hub_code(context.needs.subtask, candidate.family, candidate.weights.name, classes)
    return None


_ONE_LABEL = ("image-classification", "multilabel-image-classification")


_ON_A_BACKBONE = ("patchcore", "padim")  # methods on top of a network of torchvision, which has no model of their name


def _torchvision_code(candidate: Candidate) -> Remark | None:
    """By the name of the network that the weights belong to: "Wide_ResNet50_2_Weights..." -> "wide_resnet50_2"."""
    weights = candidate.weights.name if candidate.weights else ""
    network = weights.partition("_Weights")[0].lower() if "_Weights" in weights else candidate.id
    if network != candidate.id and candidate.family not in _ON_A_BACKBONE:
        return None
    return say("code.torchvision", id=network)


def hub_code(subtask: str, family: str, weights: str, classes: Figure | None = None) -> Remark | None:
    """Lines that load a checkpoint of the Hugging Face hub (loaders.toml), None where no row fits."""
    facts = {"subtasks": subtask, "families": family, "names": weights}
    for loader, row in _loaders().items():
        fits = all(fact in row[key] for key, fact in facts.items() if key in row)
        if fits and family not in row.get("not_families", ()):
            library = row.get("library", "transformers")
            if row.get("labelled") and classes is not None:
                return say("code.huggingface_classes", loader=loader, library=library, weights=weights, classes=classes)
            return say("code.huggingface", loader=loader, library=library, weights=weights)
    return None


@cache
def _loaders() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("loaders.toml").read_text(encoding="utf-8"))
