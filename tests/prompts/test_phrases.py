"""Both languages hold the same sentences, and no sentence smuggles a number in."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from deep_learning_expert.prompts import phrases
from deep_learning_expert.skill.contract.grounding import uncovered

ROOMS = phrases.rooms("en")
# Rooms whose texts never enter a plan: examples of answers, code lines, error messages.
OUTSIDE_PLANS = {
    "opinion",
    "chat",
    "sessions",
    "questions",
    "code",
    "errors",
    "quantity",
    "device",
    "trigger",
    "hardware",
    "view",
}


def test_both_languages_have_the_same_rooms() -> None:
    assert phrases.rooms("zh") == ROOMS


@pytest.mark.parametrize("name", ROOMS)
def test_both_languages_have_the_same_keys_and_fields(name: str) -> None:
    english, chinese = phrases.room("en", name), phrases.room("zh", name)
    assert set(english) == set(chinese)
    for key in english:
        assert fields(english[key]) == fields(chinese[key]), key


@pytest.mark.parametrize("name", [name for name in ROOMS if name not in OUTSIDE_PLANS])
@pytest.mark.parametrize("lang", phrases.LANGUAGES)
def test_no_phrase_holds_a_bare_number(name: str, lang: phrases.Language) -> None:
    for key, text in phrases.room(lang, name).items():
        assert uncovered(re.sub(r"\{[^}]*\}", "", text), ()) == [], key


@pytest.mark.parametrize("name", [name for name in ROOMS if name not in {"code", "units", "view"}])
def test_chinese_phrases_are_chinese(name: str) -> None:
    for key, text in phrases.room("zh", name).items():
        english = phrases.room("en", name)[key]
        if len(english.split()) > 4:
            assert re.search(r"[\u4e00-\u9fff]", text), key


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_technique_has_a_short_name() -> None:
    assert phrases.room("en", "technique_name").keys() == phrases.room("en", "technique").keys()
    assert not any("、" in name for name in phrases.room("zh", "technique_name").values())  # it stands between them
