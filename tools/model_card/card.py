"""The model card: what a model is for, how it was made, how well it does, where it fails, as Markdown in one language.

A pure function of the plan's typed facts. Measured results go in as figures; until there are any, the card says so.
Every number in the card comes from a figure, and the last section lists each with its kind and source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deep_learning_expert.prompts.phrases import Language, exists, template
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.compression.choose import CompressionChoice
from deep_learning_expert.tools.deployment.choose import Deployment
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.model_card.rules import raised
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import Requirements
from deep_learning_expert.tools.wording import Remark, say

_MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|"})


@dataclass(frozen=True)
class CardFacts:
    """What the card is written from.

    results: measured test figures, conditions say split, slice or device; versions: (what, version) pairs such as
    ("data set", "2026-10 export") or ("code", a commit); contact: who answers for the model.
    """

    needs: Requirements
    candidate: Candidate
    recipe: Recipe
    compression: CompressionChoice | None = None
    deployment: Deployment | None = None
    results: tuple[Figure, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    contact: str = ""


def write_model_card(facts: CardFacts, lang: Language) -> str:
    """The whole card as Markdown, ending in a newline."""
    sections = (
        ("use", _use(facts)),
        ("details", _details(facts)),
        ("training", _training(facts)),
        ("performance", _performance(facts)),
        ("serving", _serving(facts)),
        ("limitations", _limitations(facts)),
        ("ethics", _ethics(facts)),
        ("verification", _verification(facts)),
    )
    title = say("model_card.title", model=facts.candidate.name).render(lang)
    blocks = [f"# {title.text}", f"> {_quoted(facts.needs.words)}" if facts.needs.words.strip() else ""]
    figures: list[Figure] = []
    for name, remarks in sections:
        sentences = [remark.render(lang) for remark in remarks]
        figures.extend(figure for sentence in sentences for figure in sentence.figures)
        if sentences:
            blocks.append(_section(name, [sentence.text for sentence in sentences], lang))
    if facts.versions:
        blocks.append(
            _section("versions", [f"{_quoted(what)}: {_quoted(value)}" for what, value in facts.versions], lang)
        )
    if figures:
        blocks.append(_section("sources", [_source(figure, lang) for figure in dict.fromkeys(figures)], lang))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(name: str, lines: Iterable[str], lang: Language) -> str:
    heading = template(lang, f"model_card.section.{name}")
    return "\n".join([f"## {heading}", "", *(f"- {line}" for line in lines)])


def _quoted(text: str) -> str:
    """Foreign text on one line, so that it cannot open headings, links or HTML in the card."""
    return " ".join(text.split()).translate(_MARKDOWN)


def _source(figure: Figure, lang: Language) -> str:
    kind = say(f"model_card.kind.{figure.kind}")
    line = say(
        "model_card.source_line", quantity=figure.quantity, value=figure, kind=kind, source=_quoted(figure.source)
    )
    return line.render(lang).text


def _use(facts: CardFacts) -> list[Remark]:
    needs = facts.needs
    said = [say("model_card.use.task", subtask=needs.subtask, domain=needs.domain)]
    if facts.contact:
        said.append(say("model_card.use.contact", contact=_quoted(facts.contact)))
    return [*said, say("model_card.use.out_of_scope")]


def _details(facts: CardFacts) -> list[Remark]:
    candidate = facts.candidate
    mode = say(f"model_card.mode.{candidate.mode}")
    said = [
        say("model_card.details.model", model=candidate.name, kind=candidate.architecture_class, mode=mode),
    ]
    if candidate.params:
        said.append(say("model_card.details.parameters", parameters=candidate.params))
    if candidate.size:
        said.append(say("model_card.details.size", size=candidate.size))
    if candidate.weights:
        weights = candidate.weights
        said.append(
            say(
                "model_card.details.weights",
                name=weights.name,
                source=weights.source,
                data=weights.pretrained_on,
                license=weights.license,
                code_license=weights.code_license,
            )
        )
    return said


def _training(facts: CardFacts) -> list[Remark]:
    data, recipe = facts.needs.data, facts.recipe
    said = [say("model_card.training.samples", samples=data.samples)] if data.samples else []
    if data.classes:
        said.append(say("model_card.training.classes", classes=data.classes))
    said.append(say("model_card.training.length", batch=recipe.batch_size, length=recipe.length))
    if recipe.learning_rate and recipe.optimizer != "none":
        said.append(
            say(
                "model_card.training.optimizer",
                optimizer=recipe.optimizer,
                rate=recipe.learning_rate,
                scheduler=recipe.scheduler,
            )
        )
    if recipe.optimizer != "none":
        said.append(say("model_card.training.precision", precision=recipe.precision))
    return said


def _performance(facts: CardFacts) -> list[Remark]:
    said = [_result(figure) for figure in facts.results] or [say("model_card.performance.unmeasured")]
    for target in facts.needs.limits.targets:
        rising = not target.conditions.get("direction", ">=").startswith("<")
        direction = say("plan.at_least" if rising else "plan.at_most")
        said.append(say("model_card.performance.target", metric=_metric(target), direction=direction, value=target))
    for metric in facts.candidate.metrics:
        where = metric.conditions.get("dataset") or metric.source
        said.append(say("model_card.performance.published", metric=_metric(metric), value=metric, where=where))
    return said


def _result(figure: Figure) -> Remark:
    conditions = [f"{name}: {value}" for name, value in figure.conditions.items()]
    if not conditions:
        return say("model_card.performance.result", metric=_metric(figure), value=figure)
    return say("model_card.performance.result_under", metric=_metric(figure), value=figure, conditions=conditions)


def _metric(figure: Figure) -> Remark | str:
    key = f"architecture.metric.{figure.quantity}"
    return say(key) if exists(key) else figure.quantity.replace("_", " ")


def _serving(facts: CardFacts) -> list[Remark]:
    said: list[Remark] = []
    if facts.deployment:
        said.append(say("model_card.serving.formats", formats=facts.deployment.formats))
        said.extend(facts.deployment.notes)
    compression = facts.compression
    if compression and compression.needed:
        options = (compression.quantization, compression.pruning, compression.distillation)
        said.extend(remark for remark in options if remark)
    return said


def _limitations(facts: CardFacts) -> list[Remark]:
    warnings = facts.compression.warnings if facts.compression else ()
    names = raised("limitation", facts.needs, facts.candidate)
    return [*(say(f"model_card.limitation.{name}") for name in names), *warnings]


def _ethics(facts: CardFacts) -> list[Remark]:
    return [say(f"model_card.ethics.{name}") for name in raised("ethics", facts.needs, facts.candidate)]


def _verification(facts: CardFacts) -> list[Remark]:
    said = [say(f"model_card.verification.{name}") for name in ("held_out", "baseline", "failures")]
    limit = facts.needs.limits.latency
    return [*said, say("model_card.verification.latency", limit=limit)] if limit else said
