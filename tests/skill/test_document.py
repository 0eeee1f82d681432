"""The skill document: its conventions, its size, and that the parser reads all of it."""

from __future__ import annotations

import re

import pytest

from deep_learning_expert.skill.document import (
    SKILL_FOLDER,
    SkillDocumentError,
    parse_document,
    reference,
    skill_document,
)

TEXT = (SKILL_FOLDER / "SKILL.md").read_text(encoding="utf-8")


def test_rules_carry_the_ids_of_the_source_in_order() -> None:
    document = skill_document()
    assert [rule.id for rule in document.use_rules] == [f"U{n}" for n in range(1, 9)]
    assert [rule.id for rule in document.dont_use_rules] == [f"N{n}" for n in range(1, 6)]


def test_seven_steps_each_with_its_loop_and_five_failure_cases() -> None:
    document = skill_document()
    assert [step.number for step in document.steps] == list(range(1, 8))
    assert all(step.loop.en and step.loop.zh for step in document.steps)
    assert [case.id for case in document.failure_cases] == [f"F{n}" for n in range(1, 6)]


def test_every_statement_exists_in_both_languages() -> None:
    document = skill_document()
    statements = [rule.text for rule in (*document.use_rules, *document.dont_use_rules)]
    statements += [case.text for case in document.failure_cases]
    for step in document.steps:
        statements += [step.title, step.does, step.loop]
    for statement in statements:
        assert re.search(r"[\u4e00-\u9fff]", statement.text("zh")), statement
        assert not re.search(r"[\u4e00-\u9fff]", statement.text("en")), statement


def test_frontmatter_holds_only_the_allowed_keys_and_the_folder_name() -> None:
    header = TEXT.split("---\n")[1]
    keys = {line.partition(":")[0] for line in header.splitlines() if not line.startswith(" ")}
    assert keys <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert skill_document().name == SKILL_FOLDER.name
    assert len(skill_document().description) <= 1024


def test_document_is_short_enough_to_load_whole() -> None:
    """Under 2,500 tokens; a Chinese character is counted as 1.1 tokens and 3.7 other characters as one."""
    wide = sum(1 for char in TEXT if "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef")
    assert wide * 1.1 + (len(TEXT) - wide) / 3.7 < 2500


def test_references_named_in_the_document_exist_and_none_is_orphaned() -> None:
    named = set(re.findall(r"references/([a-z]+)\.md", TEXT))
    assert named == {path.stem for path in (SKILL_FOLDER / "references").glob("*.md")}
    assert all(reference(name) for name in named)


def test_keywords_cover_both_languages() -> None:
    keywords = skill_document().keywords
    assert "deep learning" in keywords["en"]
    assert "深度学习" in keywords["zh"]


def test_unknown_rule_is_none() -> None:
    assert skill_document().rule("none") is None
    assert skill_document().rule("U9") is None


@pytest.mark.parametrize("name", ["../SKILL", "nothing", ""])
def test_reference_outside_the_folder_is_refused(name: str) -> None:
    with pytest.raises(SkillDocumentError):
        reference(name)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("no frontmatter", "frontmatter"),
        (TEXT.replace("name: deep-learning-expert\n", ""), "name"),
        (TEXT.replace("## Failure handling", "## Mishaps"), "Failure handling"),
        (TEXT.replace("  数据少或差", "数据少或差"), "F1"),
        (TEXT.replace("- **Loop** The user wavers", "- The user wavers"), "Do and Loop"),
    ],
)
def test_broken_document_names_what_is_missing(broken: str, complaint: str) -> None:
    with pytest.raises(SkillDocumentError, match=complaint):
        parse_document(broken)
