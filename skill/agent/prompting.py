"""What the model reads: one system prompt per language, then one message per step, all built from templates.

The system prompt is made from SKILL.md and never changes within a version; messages are only appended. The message of
a step holds typed facts, the candidates or techniques to choose from, the draft and its figures; words of the user are
blanked (see `untrusted`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from deep_learning_expert.prompts.phrases import Language, template
from deep_learning_expert.skill.agent.functions import listed, schemas
from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.model import Message, Request
from deep_learning_expert.skill.agent.untrusted import Blanker, words_of
from deep_learning_expert.skill.contract.grounding import strings
from deep_learning_expert.skill.document import skill_document
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.events import ModelTurn, StepDone
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.skill.workflow.transitions import BACK, STEPS
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.recipe.alternatives import optional_techniques, other_techniques

_SENTENCE_CHARS: Mapping[Language, int] = {"en": 130, "zh": 65}  # enough to judge a sentence of a draft by
# Parts of a draft that only repeat what the message lists already, or are code.
_NOT_SHOWN = ("codeFramework", "/augmentation/", "/regularization/", "/pretrainedModel/")


@cache
def system_prompt(lang: Language) -> str:
    """The instructions, the same bytes in every call."""
    document = skill_document()
    steps = "\n".join(
        f"{step.number}. {step.title.text(lang)}: {step.does.text(lang)} {step.loop.text(lang)}"
        for step in document.steps
    )
    failures = "\n".join(f"{case.id}: {case.text.text(lang)}" for case in document.failure_cases)
    return template(lang, "agent.system").format(steps=steps, failures=failures)


def messages(turns: Iterable[ModelTurn], prompt: str, lang: Language) -> tuple[Message, ...]:
    """The exchange so far and a new message: a view of the events, with every call answered."""
    found: list[Message] = []
    for turn in turns:
        _say(found, turn.prompt, lang)
        if turn.assistant is not None:
            found.append(turn.assistant)
            found.extend(turn.results)
    _say(found, prompt, lang)
    return tuple(found)


def next_request(lang: Language, turns: Iterable[ModelTurn], prompt: str, limits: Limits) -> Request:
    """The exchange so far and a new message, as one request."""
    return Request(system_prompt(lang), messages(turns, prompt, lang), schemas(lang), limits.output_tokens_per_call)


def _say(found: list[Message], text: str, lang: Language) -> None:
    """A user message. Some servers want the roles to take turns: it is joined to one just before it, and between the
    answer of a function and a person Mistral's want a word of the assistant."""
    if not text:
        return
    if found and found[-1]["role"] == "user":
        text = f"{found.pop()['content']}\n\n{text}"
    elif found and found[-1]["role"] == "tool":
        found.append({"role": "assistant", "content": template(lang, "agent.done")})
    found.append({"role": "user", "content": text})


def step_prompt(event: StepDone, choices: Iterable[str], context: Context, state: State) -> str:
    """The message that opens a step; facts and figures that an earlier message holds are not said again."""
    lang = context.language
    blanker = Blanker(_foreign(state))
    said = [turn.prompt for turn in state.turns if turn.step in STEPS]
    parts = [
        template(lang, "agent.step.head").format(
            number=STEPS.index(event.step) + 1,
            title=template(lang, f"checklist.{event.step}.title"),
            open=" ".join(template(lang, f"agent.open.{name}") for name in choices),
            back=", ".join(BACK[event.step]) or "-",
        ),
    ]
    parts += news("agent.step.task", blanker.blank(_facts(context)), said, lang)
    parts += [describe(context) for name, describe in _CHOICES.items() if name in choices]
    draft = "\n".join(f"{place}: {_start_of(text, lang)}" for place, text in strings(event.draft) if is_shown(place))
    if draft:
        parts.append(template(lang, "agent.step.draft").format(draft=draft))
    parts += new_figures(shown_figures(event, context), said, lang)
    return blanker.blank("\n".join(parts))


def shown_figures(event: StepDone, context: Context) -> tuple[Figure, ...]:
    """The figures a step's message lists: those its shown sentences cite, and those of the candidates."""
    cited = {name for place, names in event.citations.items() if is_shown(place) for name in names}
    found = [record for record in event.evidence if record.id in cited]
    if event.step == "architecture":
        found += [record for candidate in context.comparison.candidates for record in _candidate_figures(candidate)]
    alike = {(record.quantity, record.value, record.conditions.get("model")): record for record in reversed(found)}
    return tuple(record for record in alike.values() if record.kind != "measured")[::-1]


def is_shown(pointer: str) -> bool:
    """Whether the message of a step shows this place of the draft; only there a sentence may be changed."""
    return not any(part in pointer for part in _NOT_SHOWN)


def _start_of(text: str, lang: Language) -> str:
    most = _SENTENCE_CHARS[lang]
    return text if len(text) <= most else f"{text[:most]} …"


def _foreign(state: State) -> Iterable[str]:
    """Words of the user and names of their files."""
    yield from words_of(state.task)
    for observation in state.observations:
        yield observation.source
        yield from (notice.text for notice in observation.notices)


def news(key: str, text: str, said: Sequence[str], lang: Language) -> list[str]:
    """A part of a message, none when the last message that held this part said the same."""
    part, head = template(lang, key).format(text=text), template(lang, key).format(text="")
    return [] if part in next((earlier for earlier in reversed(said) if head in earlier), "") else [part]


def new_figures(figures: Iterable[Figure], said: Iterable[str], lang: Language) -> list[str]:
    """The list of those figures that no earlier message listed, as one part of a message, or none."""
    before = {line for text in said for line in text.splitlines()}
    lines = [line for line in (listed(record, lang) for record in figures) if line not in before]
    return [template(lang, "agent.step.figures").format(figures="\n".join(lines))] if lines else []


def _facts(context: Context) -> str:
    needs = context.needs
    names: Mapping[str, object] = {
        "type": needs.task_type,
        "domain": needs.domain,
        "subtask": needs.subtask,
        "labels": needs.data.labels,
        "distribution": needs.data.distribution,
        "challenges": ", ".join(needs.challenges),
        "issues": ", ".join(needs.setup.issues),
        "train_on": needs.train_on and (needs.train_on.name or needs.train_on.kind),
        "deploy_on": needs.deploy_on and (needs.deploy_on.name or needs.deploy_on.kind),
        "loops": ", ".join(context.actions),
    }
    return "; ".join(f"{name}={value}" for name, value in names.items() if value)


def _candidate_figures(candidate: Candidate) -> tuple[Figure, ...]:
    parts = (candidate.params, candidate.macs, candidate.size, candidate.latency, candidate.train_memory)
    return (*(part for part in parts if part is not None), *candidate.metrics[:1])


def _candidates(context: Context) -> str:
    lines = [
        template(context.language, "agent.step.candidate").format(
            id=item.id,
            name=item.name,
            mode=item.mode,
            license=item.weights.license if item.weights else "-",
            figures=" ".join(f"{{{record.id}}}" for record in _candidate_figures(item)),
        )
        for item in context.comparison.candidates
    ]
    return template(context.language, "agent.step.candidates").format(lines="\n".join(lines))


def _techniques(context: Context) -> str:
    recipe = context.recipe
    others = other_techniques(context.needs, context.candidate, recipe)
    return template(context.language, "agent.step.techniques").format(
        regime=recipe.regime,
        optional=", ".join(optional_techniques(recipe)) or "-",
        others=", ".join(others) or "-",
    )


_CHOICES: Mapping[str, Callable[[Context], str]] = {"candidates": _candidates, "techniques": _techniques}
