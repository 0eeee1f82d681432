"""The model card of a session: what the plan says, with what was really measured in it."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.workflow.assembly import versions
from deep_learning_expert.skill.workflow.context import Context
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.model_card.card import CardFacts, write_model_card

# What was measured where: of each observation the last measured figure is the one that counts now.
_MEASURED_ON = {"test": "test", "production": "production", "compression": "validation, compressed"}


def card_text(state: State, context: Context, contact: str, recorded: Iterable[tuple[str, str]]) -> str:
    """The card as Markdown in the session's language. recorded: versions of data set, code ... that the user names."""
    made_by = versions()
    own = (("deep-learning-expert", made_by.skill), ("catalog", made_by.catalog))
    facts = CardFacts(
        needs=context.needs,
        candidate=context.candidate,
        recipe=context.recipe,
        compression=context.compression,
        deployment=context.deployment,
        results=measured_results(state),
        versions=(*recorded, *own),
        contact=contact,
    )
    return write_model_card(facts, state.language)


def measured_results(state: State) -> tuple[Figure, ...]:
    """What was measured of the present plan; results of an earlier architecture or recipe no longer count."""
    found: dict[str, Figure] = {}
    for observation in state.standing:
        split = _MEASURED_ON.get(observation.evidence)
        measured = [record for record in observation.figures if record.kind == "measured"]
        if split and measured:
            result = measured[0] if observation.evidence == "test" else measured[1]
            found[split] = result.model_copy(update={"conditions": {"split": split}})
    return tuple(found.values())
