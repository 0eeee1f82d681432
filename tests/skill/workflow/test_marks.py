"""Checklist items that only evidence can tick, and what unticks them."""

from __future__ import annotations

from deep_learning_expert.skill import Expert
from deep_learning_expert.skill.contract.report import Report

TASK = {
    "task": {"type": "classification", "domain": "CV", "specificTask": "37 pet breeds"},
    "data": {"size": "7,000 photos", "labelAvailability": "all labelled"},
    "constraints": {
        "computeResources": "one RTX 3060; deployed on an Android phone",
        "latencyRequirement": "<40 ms",
        "accuracyTarget": "top-1 > 85%",
        "modelSizeLimit": "<10 MB",
    },
}


def mark(report: Report, item: str) -> str:
    return next(each.state for step in report.checklist for each in step.items if each.id == item)


def test_a_measured_drop_ticks_its_item_until_the_plan_changes() -> None:
    talk = Expert().start(TASK)
    assert mark(talk.report(), "drop_measured") == "open"
    assert mark(talk.observe_compression("90%", "89%"), "drop_measured") == "done"
    assert mark(talk.answer("constraints.modelSizeLimit", "<6 MB"), "drop_measured") == "open"


def test_too_large_a_drop_leaves_the_new_ratio_to_be_measured() -> None:
    talk = Expert().start(TASK)
    talk.report()
    assert mark(talk.observe_compression("90%", "70%"), "drop_measured") == "open"


def test_a_missed_target_with_nothing_left_is_marked_as_failed() -> None:
    talk = Expert().start(TASK)
    talk.report()
    report = talk.observe_test("60%", room_left=False)
    assert (report.status, mark(report, "target")) == ("renegotiate", "failed")
    assert "60%" in talk.model_card()


def test_the_card_is_in_the_language_of_the_session() -> None:
    talk = Expert().start({**TASK, "task": {**TASK["task"], "specificTask": "区分 37 种宠物"}}, language="zh")
    talk.report()
    talk.observe_test("88%", room_left=False)
    assert "## 性能" in talk.model_card()
    assert mark(talk.report(), "model_card") == "done"
