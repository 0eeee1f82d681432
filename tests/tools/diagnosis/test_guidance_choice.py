"""Issues are chosen for the task at hand, reported ones first, and every phrase exists in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import get_args

from deep_learning_expert.prompts.phrases import LANGUAGES, template
from deep_learning_expert.skill import Expert
from deep_learning_expert.tools.architecture.candidate import Candidate
from deep_learning_expert.tools.diagnosis.guidance import likely_issues, monitoring
from deep_learning_expert.tools.diagnosis.guidance_facts import rules
from deep_learning_expert.tools.figures import assumed, given
from deep_learning_expert.tools.recipe.recipe import Recipe
from deep_learning_expert.tools.requirements import DataNeeds, Requirements, Setup
from deep_learning_expert.tools.requirements import Issue as IssueWord
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
        assert all(2 <= len(issue.solutions) <= 4 for issue in issues)
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


def test_every_reported_issue_gets_at_least_two_solutions_in_every_mode():
    modes = ("finetune", "lora", "frozen-features", "scratch")
    for mode, name, issue in product(modes, subtasks(), get_args(IssueWord)):
        task = needs(name, setup=Setup(issues=(issue,)))
        for found in likely_issues(task, replace(CANDIDATE, mode=mode), RECIPE):
            assert 2 <= len(found.solutions) <= 4, (mode, name, found.id)


def test_different_tasks_get_different_lists():
    chosen = [needs("rl-language-model"), needs("rl-continuous"), needs("object-detection"), needs("image-generation")]
    lists = {tuple(issue.id for issue in likely_issues(item, CANDIDATE, RECIPE)) for item in chosen}
    assert len(lists) == len(chosen)


def solutions(issue: str, recipe: Recipe = RECIPE, candidate: Candidate = CANDIDATE, **facts) -> str:
    task = needs(facts.pop("subtask", "image-classification"), setup=Setup(issues=facts.pop("issues")), **facts)
    found = next(item for item in likely_issues(task, candidate, recipe) if item.id == issue)
    return " ".join(remark.render("en").text for remark in found.solutions)


def test_nan_advice_divides_this_recipes_rate_by_ten_and_names_its_clip():
    rate = assumed("learning_rate", 3e-4, "", "test")
    text = solutions("nan", replace(RECIPE, learning_rate=rate), issues=("nan",))
    assert "from 3e-4 to 3e-5" in text and "norm at 1." in text
    assert "at a gradient norm of 0.5" in solutions(
        "nan", replace(RECIPE, clip=assumed("clip", 0.5, "", "test")), issues=("nan",)
    )


def test_fp16_overflow_is_warned_of_under_fp16_only():
    for precision, expected in (("fp16", True), ("bf16", False)):
        issues = likely_issues(needs("image-classification"), CANDIDATE, replace(RECIPE, precision=precision))
        assert ("fp16_overflow" in {issue.id for issue in issues}) is expected


def test_overfitting_advice_fits_the_data_and_the_mode():
    assert "CutMix" in solutions("overfitting", issues=("overfitting",))
    assert "SpecAugment" in solutions("overfitting", subtask="sound-classification", issues=("overfitting",))
    lora = replace(CANDIDATE, mode="lora")
    assert "rank" in solutions("overfitting", candidate=lora, subtask="text-classification", issues=("overfitting",))


def test_nothing_about_gradients_where_nothing_is_trained():
    recipe = replace(RECIPE, optimizer="none")
    names = {issue.id for issue in likely_issues(needs("tabular-prediction"), CANDIDATE, recipe)}
    assert len(names) >= 3 and not names & {"nan", "fp16_overflow", "not_learning", "slow_convergence"}


def test_monitoring_gives_the_gap_and_utilisation_as_figures():
    _, checks = monitoring(needs("image-classification"), CANDIDATE, RECIPE)
    values = {figure.quantity: figure.value for remark in checks for figure in remark.figures()}
    assert values == {"gap_limit": 2, "utilisation": 80}


def test_every_rules_phrases_and_figures_exist():
    for name, rule in rules().items():
        for row in rule.get("solutions", ()):
            fields = {"{" + field for field in row.get("with", ())}
            for lang in LANGUAGES:
                text = template(lang, f"guidance.{name}.{row['say']}")
                assert {part.split(":")[0].split("}")[0] for part in re.findall(r"\{[^}]+\}?", text)} == fields, text


def test_learning_from_logs_is_not_told_to_explore() -> None:
    report = Expert().plan(
        {
            "task": {"type": "RL", "domain": "control", "specificTask": "optimise a furnace from logs, no simulator"},
            "data": {"size": "3 years of logs, one row a minute"},
            "constraints": {"computeResources": "one RTX 3090"},
        },
        assume=True,
    )
    assert report.plan is not None and report.decisions is not None
    assert report.decisions.subtask == "rl-offline"
    issues = [item["issue"] for item in report.plan["debuggingGuidance"]["commonIssues"]]
    assert "The policy leaves what the log covers" in issues
    said = str(report.plan["debuggingGuidance"])
    assert "exploring" not in said and "environments in parallel" not in said
