"""A task for a classical model alone is answered with where to go; deep-learning tasks with such words are planned."""

from __future__ import annotations

import pytest

from deep_learning_expert.skill.expert import Expert


def plan(words: str, domain: str = "tabular"):
    task = {
        "task": {"type": "classification", "domain": domain, "specificTask": words},
        "data": {"size": "20,000 rows"},
        "constraints": {"computeResources": "one RTX 3060"},
    }
    return Expert().plan(task)


@pytest.mark.parametrize(
    "words", ["train an SVM and a decision tree on the iris data", "用随机森林和逻辑回归预测流失，不用深度学习"]
)
def test_a_classical_model_alone_is_out_of_scope(words: str) -> None:
    report = plan(words)
    assert (report.status, report.scope.decision, report.scope.rule) == ("out_of_scope", "dont_use", "N1")
    assert report.scope.reply
    assert report.scope.span and report.scope.span in words
    assert report.plan is None


@pytest.mark.parametrize(
    "words",
    ["customer churn prediction from CRM columns", "信用卡欺诈检测", "neural network for credit scoring"],
)
def test_tabular_tasks_are_planned(words: str) -> None:
    assert plan(words).status == "planned"
