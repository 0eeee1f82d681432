"""From needs and a candidate to a training recipe: regime by table, batch, rate, length and techniques by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure, cited
from deep_learning_expert.tools.recipe import rates, sizing, techniques
from deep_learning_expert.tools.recipe.facts import Facts, facts_of
from deep_learning_expert.tools.recipe.first_aid import first_aid
from deep_learning_expert.tools.recipe.hardware import Machine, machine_of
from deep_learning_expert.tools.recipe.priors import Drafted, wrong_priors
from deep_learning_expert.tools.recipe.reasons import reasons
from deep_learning_expert.tools.recipe.recipe import Precision, Recipe
from deep_learning_expert.tools.recipe.regime import Rate, Regime, choose_regime
from deep_learning_expert.tools.recipe.sizing import Batch, Length
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import say


@dataclass(frozen=True)
class _Chosen:
    """Everything decided before the recipe is put into words."""

    regime: Regime
    rate: Rate
    scaled: rates.ScaledRate | None
    batch: Batch
    length: Length
    warmup: Figure | None
    precision: Precision


def generate_recipe(needs: Requirements, candidate: Candidate) -> Recipe:
    """The training recipe for one candidate; deterministic, every number a figure with its source.

    Figures: learning_rate is the peak rate of the main group at batch_size (global; "samples" or "tokens");
    length in "epochs", "steps" (environment steps for reinforcement learning) or "trees".
    """
    machine = machine_of(needs.train_on)
    facts = facts_of(needs, candidate, machine)
    chosen = _choose(needs, facts, machine)
    facts = _with_derived_tags(facts, chosen, machine)
    names = techniques.choose(chosen.regime, facts)
    extra = _own_figures(chosen)
    regime, rate = chosen.regime, chosen.rate
    drafted = Drafted(chosen.regime, rate, chosen.scaled, chosen.batch, chosen.warmup)
    return Recipe(
        regime=regime.id,
        optimizer=rate.optimizer,
        learning_rate=chosen.scaled.learning_rate if chosen.scaled else None,
        batch_size=chosen.batch.size,
        scheduler=regime.scheduler,
        weight_decay=cited("weight_decay", rate.weight_decay, "", regime.sources[0]),
        warmup=chosen.warmup,
        length=chosen.length.length,
        precision=chosen.precision,
        clip=cited("gradient_norm", regime.clip, "", regime.sources[0]) if regime.clip is not None else None,
        accumulation=chosen.batch.accumulation,
        ema=cited("ema_decay", regime.ema, "", regime.sources[0]) if regime.ema is not None else None,
        momentum=cited("momentum", rate.momentum, "", regime.sources[0]) if rate.momentum is not None else None,
        normalization=say(f"recipe.normalization.{regime.normalization}"),
        augmentation=techniques.built(names["augmentation"], regime, extra),
        sampling=next(iter(techniques.built(names["sampling"][:1], regime, extra)), None),
        regularization=techniques.built(names["regularization"], regime, extra),
        techniques=techniques.built((*names["sampling"][1:], *names["techniques"]), regime, extra),
        reasons=reasons(chosen.regime, rate, chosen.scaled, chosen.batch, chosen.length),
        warnings=wrong_priors(needs, candidate, facts, drafted),
        first_aid=first_aid(facts, drafted),
        baseline=say(f"recipe.baseline.{regime.baseline}") if regime.baseline else None,
        sources=regime.sources,
    )


def _choose(needs: Requirements, facts: Facts, machine: Machine) -> _Chosen:
    regime = choose_regime(needs.subtask, facts)
    rate = rates.published_rate(needs, regime, facts)
    regime = replace(regime, rate=rate, band=regime.band if rate is regime.rate else None)
    batch = sizing.choose_batch(needs, regime, facts, machine)
    length = sizing.choose_length(regime, facts, batch)
    # Tree ensembles and memories have no gradient rate; a tree's shrinkage is shown in its place.
    trained = rate.optimizer != "none" or rate.learning_rate > 0
    scaled = rates.scale(rate, regime, batch.size.value) if trained else None
    precision: Precision = "fp32" if regime.full_precision else machine.precision
    return _Chosen(regime, rate, scaled, batch, length, sizing.choose_warmup(regime, length, batch), precision)


def _with_derived_tags(facts: Facts, chosen: _Chosen, machine: Machine) -> Facts:
    """Tags that follow from what was decided: the rule table adds techniques on them."""
    tags = set(facts.tags)
    tags.add(f"precision:{chosen.precision}")
    tags.add(f"optimizer:{chosen.rate.optimizer}")
    tags.add(f"scheduler:{chosen.regime.scheduler}")
    if chosen.rate.optimizer != "none":
        tags.add("gradient-training")
    for name, part in (("warmup", chosen.warmup), ("accumulation", chosen.batch.accumulation)):
        if part is not None:
            tags.add(name)
    if chosen.regime.clip is not None:
        tags.add("clip")
    if chosen.regime.ema is not None:
        tags.add("ema")
    if facts.numbers.get("samples", float("inf")) < _TINY_SAMPLES:
        tags.add("tiny-data")
    states = sizing.states_mb(chosen.regime, facts)
    if states is not None and states > machine.memory_gb * 1000 * sizing.constants()["memory"]["margin_share"]:
        tags.add("states-exceed-device")
    if states is not None and states > machine.memory_gb * 1000 * _LARGE_STATES_SHARE:
        tags.add("large-states")
    return replace(facts, tags=frozenset(tags))


# Below this a single split says little (5-fold cross-validation is affordable and needed); a rule of this tool.
_TINY_SAMPLES = 3000
# From here on weights and states crowd out activations, so memory savers pay.
_LARGE_STATES_SHARE = 0.15


def _own_figures(chosen: _Chosen) -> Mapping[str, Mapping[str, Figure]]:
    """Figures of this recipe that sentences of its techniques show."""
    own: dict[str, dict[str, Figure]] = {}
    regime, source = chosen.regime, chosen.regime.sources[0]
    if chosen.warmup is not None:
        own["warmup"] = {"length": chosen.warmup}
    if regime.clip is not None:
        own["gradient-clipping"] = {"norm": cited("gradient_norm", regime.clip, "", source)}
    if regime.ema is not None:
        own["ema"] = {"decay": cited("ema_decay", regime.ema, "", source)}
    if chosen.batch.accumulation is not None and chosen.batch.micro is not None:
        own["gradient-accumulation"] = {"passes": chosen.batch.accumulation, "micro": chosen.batch.micro}
    return own
