"""Which gymnasium environment a task means: an id as it is registered ("HalfCheetah-v5", "ALE/Pong-v5",
"my_module:Plant-v0"), or the name people call a known one by ("Pong")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from deep_learning_expert.skill.intake.fields import Field, Fields
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.matching import find_term
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.catalog import names

_LONGEST_CHARS = 50


def read_environment(fields: Fields) -> str | None:
    """The id of the environment, an id that is written out before a name; None when none is named.

    Whether it is installed, and in this version, only the project can say.
    """
    read = (fields.specific, fields.size, fields.quality, *fields.issues, *fields.challenges)
    told = [field for field in read if field.text]
    return next((found for find in (_written, _called) for found in find(told)), None)


def acting_continuously(environment: str) -> str:
    """The member of the same name with continuous actions, or the environment itself."""
    found: str = vocabulary("environments")["continuous"].get(environment, environment)
    return found


@cache
def _id() -> re.Pattern[str]:
    """[module:][namespace/]Name-v0 with a capital letter: data sets such as hopper-medium-v2 are written small."""
    return re.compile(
        r"(?<![\w/:.-])(?:[a-z_][\w.]*:)?(?:[A-Za-z_]\w*/)?[A-Z]\w*(?:-[A-Za-z0-9]+){0,2}-v\d+(?![\w-])", re.ASCII
    )


def _written(told: Iterable[Field]) -> Iterator[str]:
    """Ids of known names or with a module or namespace; others ("MobileNet-v3" is a network) where the text speaks of
    an environment."""
    for field in told:
        for match in _id().finditer(field.text):
            written = match.group()
            known = ":" in written or "/" in written or _stem(written) in _stems()
            spoken_of = said(field.folded, vocabulary("environments")["context"]["words"])
            if len(written) <= _LONGEST_CHARS and (known or (spoken_of and names.find(written) is None)):
                yield written


def _stem(environment: str) -> str:
    return environment.rsplit("/", 1)[-1].rsplit("-v", 1)[0].removesuffix("NoFrameskip")


@cache
def _stems() -> frozenset[str]:
    table = vocabulary("environments")
    named = {found for row in table["called"] for found in row["names"].values()}
    return frozenset(_stem(found) for found in (*named, *table["continuous"].values()))


def _called(told: Iterable[Field]) -> Iterator[str]:
    texts = [field.folded for field in told]
    for row in vocabulary("environments")["called"]:
        beside, known = row.get("beside"), row["names"]
        if beside is None or any(said(text, beside) for text in texts):
            for text in texts:
                hits = [(find_term(text, name), -len(name), name) for name in known if said(text, (name,))]
                yield from (known[name] for _, _, name in sorted(hits))
