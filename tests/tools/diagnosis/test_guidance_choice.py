"""Issues are chosen for the task at hand, reported ones first, and every phrase exists in both languages."""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import LANGUAGES
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.diagnosis.guidance import likely_issues, monitoring
from deep_learning_expert.tools.figures import assumed, given
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import DataNeeds, Requirements, Setup
from deep_learning_expert.tools.subtasks import subtasks

CANDIDATE = Candidate("m", "M", "m", "CNN", "finetune", None, None)
ONE = assumed("length", 1, "epochs", "test")
RECIPE = Recipe("r", "AdamW", None, ONE, "cosine", None, None, ONE, "bf16", None, None, None)


def needs(subtask: str, **facts) -> Requirements:
    row = subtasks()[subtask]
    return Requirements(task_type=row.type, domain=row.domain, subtask=subtask, words="", **facts)


def test_every_subtask_gets_three_to_six_renderable_issues_and_checks():
    for name in subtasks():
        issues = likely_issues(needs(name), CANDIDATE, RECIPE)
        assert 3 <= len(issues) <= 6
        plots, checks = monitoring(needs(name), CANDIDATE, RECIPE)
        remarks = [*plots, *checks, *(r for i in issues for r in (i.issue, i.diagnosis, *i.solutions))]
        assert all(remark.render(lang).text for remark in remarks for lang in LANGUAGES)


def test_reported_issues_come_first():
    issues = likely_issues(needs("object-detection", setup=Setup(issues=("slow-data",))), CANDIDATE, RECIPE)
    assert issues[0].id == "slow_data"


def test_chance_loss_is_computed_from_the_class_count():
    data = DataNeeds(classes=given("classes", 10, "", "data"))
    issues = likely_issues(needs("image-classification", data=data), CANDIDATE, RECIPE)
    text = next(issue for issue in issues if issue.id == "not_learning").diagnosis.render("en").text
    assert "2.3" in text


def test_different_tasks_get_different_lists():
    chosen = [needs("rl-language-model"), needs("rl-continuous"), needs("object-detection"), needs("image-generation")]
    lists = {tuple(issue.id for issue in likely_issues(item, CANDIDATE, RECIPE)) for item in chosen}
    assert len(lists) == len(chosen)
