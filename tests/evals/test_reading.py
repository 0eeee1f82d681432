"""A conversation that is not well-formed gives one clear sentence that says where and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.evals.reading import load_conversation, load_suites, parse_conversation
from deep_learning_expert.evals.yaml_text import parse_yaml
from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.errors import ExpertError, FileError, ScriptError

GOOD = """
id: good
language: zh
title: 好
tests: [U1]
turns:
  - say: no
    expect: {trigger: {decision: dont_use}}
"""


def test_yaml_is_read_like_json() -> None:
    assert parse_yaml("[no, on, 1:30, 2026-01-01, 0x1f, 012, 1e-3, true, ~, '5']", "x") == [
        "no", "on", "1:30", "2026-01-01", "0x1f", "012", 1e-3, True, None, "5",
    ]  # fmt: skip
    assert parse_conversation(GOOD, "good.yaml").turns[0].say == "no"


@pytest.mark.parametrize(
    ("old", "new", "code", "fragment"),
    [
        ("title: 好", "titel: 好", "eval.unknown_key", "title"),
        ("  - say: no", "  - sayy: no", "eval.unknown_key", "say"),
        ("{decision: dont_use}", "{decison: dont_use}", "eval.unknown_key", "turns[1].expect.trigger.decison"),
        ("{trigger: {decision: dont_use}}", "{plann_contains: [a]}", "eval.unknown_key", "plan_contains"),
        ("{trigger: {decision: dont_use}}", "{decisions: {a: {contians: b}}}", "eval.unknown_key", "contains"),
        ("{trigger: {decision: dont_use}}", "{zzz: 1}", "eval.unknown_key_no_match", "plan_lacks"),
        ("title: 好\n", "", "eval.missing", "title"),
        ("[U1]", "[U9]", "eval.unknown_tag", "U"),
        ("[U1]", "[]", "eval.wrong_value", "tests"),
        ("language: zh", "language: fr", "eval.wrong_value", "language"),
        ("  - say: no", "  - say: 12", "eval.wrong_value", "turns[1].say"),
        ("  - say: no", "  - {say: no, assume: true}", "eval.not_yaml", "line"),
        ("  - say: no", "  - say: no\n    assume: true", "eval.one_of", "exactly one"),
        ("  - say: no", "  - kill: true", "eval.first_turn", "first turn"),
        ("  - say: no", "  - say: no\n    dies_after: 2", "eval.dies_after", "dies_after"),
        ("  - say: no", "  - say: no\n  - kill: true", "eval.kill", "begins with a task"),
        ("title: 好", "title: 好\ntitle: 坏", "eval.not_yaml", "twice"),
        ("title: 好", "title: [好", "eval.not_yaml", "line"),
        ("title: 好", "title: !!python/name:os.system x", "eval.not_yaml", "line"),
        (GOOD, "- a\n- b", "eval.not_mapping", "turns"),
        (GOOD, "", "eval.not_mapping", "turns"),
    ],
)
def test_malformed_is_one_sentence_in_both_languages(old: str, new: str, code: str, fragment: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_conversation(GOOD.replace(old, new), "good.yaml")
    assert caught.value.code == code
    for lang in LANGUAGES:
        sentence = caught.value.sentence(lang)
        assert "good.yaml" in sentence and "\n" not in sentence and "{" not in sentence.replace(str(new), "")
    assert fragment in caught.value.sentence()


@given(st.text())
def test_any_text_is_a_conversation_or_a_script_error(text: str) -> None:
    try:
        parse_conversation(text, "any.yaml")
    except ScriptError as error:
        assert error.sentence()


def test_the_file_is_named_after_the_id_and_ids_are_unique(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScriptError, match="id"):
        load_conversation(tmp_path / "other.yaml")
    (tmp_path / "other.yaml").rename(tmp_path / "good.yaml")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "good.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScriptError, match="Two conversations"):
        load_suites(str(tmp_path))


def test_names_that_do_not_exist_name_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="loops"):
        load_suites("lops")
    with pytest.raises(ExpertError, match="loop3"):
        load_suites(None, "loop3-unstabel-en")
    assert [item.id for items in load_suites("loops", "loop3-*-zh").values() for item in items] == ["loop3-unstable-zh"]
