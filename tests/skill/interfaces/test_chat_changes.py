"""A difference is told as what it is: one sentence more among others is no change from nothing."""

from __future__ import annotations

from deep_learning_expert.skill.contract.report import Change
from deep_learning_expert.skill.interfaces.chat_changes import _lines

PLACE = "/engineeringPractice/modelCompression/quantization"


def test_a_sentence_that_joins_others_is_added() -> None:
    change = Change(path=PLACE, before="Quantise to INT8.", after="Quantise to INT8. You asked for it.")
    assert list(_lines(change, "en")) == ["  Compression · Quantisation", "    + You asked for it."]


def test_a_whole_value_that_comes_is_told_from_nothing_and_a_swap_as_a_swap() -> None:
    come = Change(path=PLACE, before=None, after="Quantise to INT8.")
    assert "(nothing) → Quantise to INT8." in next(iter(_lines(come, "en")))
    assert "A. → B." in next(iter(_lines(Change(path=PLACE, before="A.", after="B."), "en")))
