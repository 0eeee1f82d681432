"""The conversations that ship: all pass, both languages, every rule, loop and failure case has one."""

from __future__ import annotations

import pytest

from deep_learning_expert.evals.reading import load_suites
from deep_learning_expert.evals.runner import run_conversation
from deep_learning_expert.skill.document import skill_document

_SUITES = load_suites()
_ALL = [(suite, item) for suite, items in _SUITES.items() for item in items]


@pytest.mark.parametrize(("suite", "conversation"), _ALL, ids=[item.id for _, item in _ALL])
def test_it_goes_as_it_should(suite: str, conversation) -> None:
    result = run_conversation(conversation, suite)
    assert not result.fails_the_run, [(turn.number, check) for turn, check in result.failures]


def test_all_that_the_skill_document_names_is_protected() -> None:
    document = skill_document()
    named = {rule.id for rule in (*document.use_rules, *document.dont_use_rules)}
    named |= {case.id for case in document.failure_cases} | {
        f"loop{number}" for number in range(1, 1 + len(document.steps))
    }
    for language in ("en", "zh"):
        protected = {tag for _, item in _ALL if item.language == language for tag in item.tests}
        assert named - protected == set(), language


def test_both_languages_have_half_each() -> None:
    chinese = sum(item.language == "zh" for _, item in _ALL)
    assert 0.45 <= chinese / len(_ALL) <= 0.55


def test_known_defects_are_few() -> None:
    assert sum(item.known_defect is not None for _, item in _ALL) <= 0.1 * len(_ALL)
