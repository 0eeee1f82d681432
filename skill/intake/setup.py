"""What the user already runs: framework, model, settings and what goes wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import get_args

from deep_learning_expert.skill.intake.fields import Field, Fields
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.catalog import names
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.quantities import Quantity, as_figure
from deep_learning_expert.tools.requirements import Issue, Setup

_HIGH_PERCENT, _LOW_PERCENT = 90.0, 10.0  # all right on the many, all wrong on the few
_OF_THE_MANY = ("accuracy", "pixel_accuracy", "top1_accuracy")
_OF_THE_FEW = ("iou", "mIoU", "foreground_iou", "recall", "f1", "macro_f1", "dice", "precision", "AP")
_FAR_APART = 10.0  # points between training and held-out result: more than the noise of a validation set
_LONGEST_NAME = 80
_OBSERVED = ("after ", "at ", "by ", "第", "在")


def read_setup(fields: Fields) -> Setup:
    """The existing set-up and the method the user has fixed."""
    # What was said last holds: a dialogue appends to the list.
    running = (*reversed(fields.issues), fields.base_model, fields.specific)
    method = _first(running, "method") or _first((fields.budget, *reversed(fields.challenges)), "method")
    return Setup(
        framework=_first((fields.framework, fields.base_model, *fields.issues), "framework"),
        base_model=fields.base_model.text,
        base_model_id=_model_id(fields.base_model.text),
        issues=read_issues(fields),
        optimizer=_first((*fields.issues, fields.base_model), "optimizer"),
        learning_rate=_setting(running, "learning_rate"),
        batch_size=_setting(running, "batch_size"),
        epochs=_epochs((fields.specific, fields.base_model, *fields.issues, fields.budget)),
        weight_decay=_setting(running, "weight_decay"),
        loss=_first((fields.base_model, *fields.issues), "loss"),
        from_scratch=any(
            field.says("flags", "from_scratch") for field in (*running, fields.budget, *fields.challenges)
        ),
        pretrained_in_use=any(field.says("flags", "pretrained_in_use") for field in running),
        method=method,
        two_stage=any(field.says("flags", "two_stage") for field in (*running, *fields.challenges))
        or fields.base_model.says("flags", "two_stage_model"),
    )


def _first(fields: Iterable[Field], table: str) -> str | None:
    return next((found for field in fields if (found := field.first(table))), None)


def read_issues(fields: Fields) -> tuple[Issue, ...]:
    """What goes wrong, in the words of the list of issues or of the task itself, or in its numbers."""
    anywhere = vocabulary("facts")["issues_anywhere"]["keys"]
    found: list[Issue] = []
    for issue in get_args(Issue):
        stated = any(field.says("issues", issue) for field in fields.issues)
        elsewhere = (fields.specific, *fields.challenges) if issue in anywhere else ()
        if stated or any(field.says("issues", issue) for field in elsewhere):
            found.append(issue)
    if "predicts-majority" not in found and any(_only_the_many(field) for field in fields.issues):
        found.append("predicts-majority")
    if "overfitting" not in found and any(_train_far_above_validation(field) for field in fields.issues):
        found.insert(0, "overfitting")
    if "reward-stuck" in found and "not-learning" in found:
        found.remove("not-learning")
    return tuple(found)


def understood(field: Field) -> bool:
    """Whether an issue's text said anything that was understood."""
    settings = field.reading.of("setting") or field.first("optimizer")
    return (
        field.first("issues") is not None
        or bool(settings)
        or _only_the_many(field)
        or _train_far_above_validation(field)
    )


def _train_far_above_validation(field: Field) -> bool:
    """Whether two results of one measure, on training and held-out data, lie far apart: "train 99 %, val 70 %"."""
    if not field.text or not (field.says("flags", "on_training") and field.says("flags", "on_held_out")):
        return False
    values = [_percent(item) for item in field.reading.of("target", "share", "rate") if item.unit in ("%", "")]
    return len(values) >= 2 and max(values) - min(values) >= _FAR_APART


def _only_the_many(field: Field) -> bool:
    """Near-perfect accuracy beside a near-zero measure of the rare class."""
    if not field.text:
        return False
    values = [(item.name, _percent(item)) for item in field.reading.of("target")]
    many = any(name in _OF_THE_MANY and value >= _HIGH_PERCENT for name, value in values)
    return many and any(name in _OF_THE_FEW and value <= _LOW_PERCENT for name, value in values)


def _percent(item: Quantity) -> float:
    return item.value if item.unit == "%" or item.value > 1 else item.value * 100


def _setting(fields: Iterable[Field], name: str) -> Figure | None:
    for field in fields:
        for item in field.reading.of("setting") if field.text else ():
            if item.name == name and item.value > 0:
                return as_figure(item, name, field.path)
    return None


def _epochs(fields: Iterable[Field]) -> Figure | None:
    """How many epochs the user trains; "after 10 epochs" is when something was seen, and not that."""
    for field in fields:
        for item in field.reading.of("count") if field.text else ():
            before = field.text[max(0, item.span[0] - 8) : item.span[0]].lower()
            if item.unit == "epochs" and item.value > 0 and not before.endswith(_OBSERVED):
                return as_figure(item, "epochs", field.path)
    return None


@cache
def _model_id(text: str) -> str | None:
    """The catalog's id of the model a text names: all of it, or its parts between "+", commas and brackets."""
    if not text:
        return None
    for part in (text, *re.split(r"[+,;，；、()（）]", text)):
        found = names.find(part.strip()) if 0 < len(part.strip()) <= _LONGEST_NAME else None
        if found:
            return found
    return None
