"""The subtask behind a task's own words, over more than three hundred tasks as practitioners put them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, get_args

from deep_learning_expert.skill.intake.matching import fold, occurs
from deep_learning_expert.skill.intake.subtask import read_domain, recognise_subtask, usual_subtask
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.requirements import Domain, TaskType
from deep_learning_expert.tools.subtasks import subtasks


class Case(NamedTuple):
    subtask: str
    task_type: str
    domain: str
    words: str


def _cases() -> list[Case]:
    lines = Path(__file__).with_name("subtask_cases.txt").read_text(encoding="utf-8").splitlines()
    return [Case(*line.split(" | ")[:4]) for line in lines if line and not line.startswith("#")]


def _found(case: Case) -> str:
    return recognise_subtask(case.task_type, read_domain(case.domain), case.words).subtask


def test_at_least_95_percent_of_the_tasks_are_recognised() -> None:
    cases = _cases()
    wrong = [(case.words, case.subtask, _found(case)) for case in cases if _found(case) != case.subtask]
    assert len(wrong) <= 0.05 * len(cases), wrong


def test_the_cases_cover_every_subtask() -> None:
    assert {case.subtask for case in _cases()} == set(subtasks())


def test_vocabulary_names_only_known_subtasks_domains_and_types() -> None:
    rows = vocabulary("subtasks")
    assert set(rows) == set(subtasks())
    assert {row["refines"] for row in rows.values() if "refines" in row} <= set(subtasks())
    assert {kind for row in rows.values() for kind in row.get("also", ())} <= set(get_args(TaskType))
    assert set(vocabulary("domains")["words"]) == set(get_args(Domain)) == set(vocabulary("domains")["near"])


def test_every_type_and_domain_has_a_usual_subtask() -> None:
    for task_type in get_args(TaskType):
        for domain in get_args(Domain):
            assert usual_subtask(task_type, domain) in subtasks()


def test_without_telling_words_the_usual_subtask_stands_and_says_so() -> None:
    found = recognise_subtask("detection", "CV", "")
    assert found.subtask == "object-detection" and found.by_default


def test_free_text_domains_are_understood_in_both_languages_and_unknown_ones_are_not_guessed() -> None:
    assert read_domain("graph (molecules)") == "graph"
    assert read_domain("计算机视觉") == "CV"
    assert read_domain("语音") == "audio"
    assert read_domain("astrology") is None


def test_short_latin_terms_match_whole_words_only() -> None:
    assert occurs(fold("NER on notes"), "ner") and not occurs(fold("energy generation"), "ner")
    assert occurs(fold("Object-Detection"), "object detect")
    assert occurs(fold("用GAN生成"), "gan") and not occurs(fold("organ"), "gan")


def test_term_expressions_combine_and_exclude() -> None:
    assert occurs(fold("crack segmentation"), "crack|裂缝 + seg|分割|segment")
    assert not occurs(fold("face detection"), "detect + !face|人脸")
