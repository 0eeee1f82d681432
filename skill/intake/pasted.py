"""What people paste: training logs, code and configuration. Where they stand in the message, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from deep_learning_expert.skill.trigger.split import split

Span = tuple[int, int]
_LEAST_LOG_LINES = 3


@dataclass(frozen=True)
class Pasted:
    """prose: what the person wrote; logs, code: pasted places; all as [start, end) of the message."""

    prose: tuple[Span, ...]
    logs: tuple[Span, ...]
    code: tuple[Span, ...]


def find_pasted(message: str) -> Pasted:
    """Tells prose, training logs and code apart; linear in the message's length."""
    parts = split(message)
    blocks = [block for block in parts.blocks if (block.start, block.end) not in parts.question]
    logs = [(block.start, block.end) for block in blocks if "log_training" in block.kinds]
    code = [(block.start, block.end) for block in blocks if "log_training" not in block.kinds]
    known = {(block.start, block.end) for block in blocks}
    for place in parts.pasted:
        if place not in known and place[1] > place[0]:
            (logs if _opens_as_log(message, place) else code).append(place)
    taken = sorted(logs + code)
    prose: list[Span] = []
    for place in _rest(len(message), taken):
        runs = list(_log_runs(message, place))
        logs += runs
        prose += [(place[0] + start, place[0] + end) for start, end in _rest_within(place, runs)]
    return Pasted(tuple(prose), tuple(sorted(logs)), tuple(code))


def _rest(length: int, taken: list[Span]) -> Iterator[Span]:
    at = 0
    for start, end in taken:
        if start > at:
            yield at, start
        at = max(at, end)
    if at < length:
        yield at, length


def _rest_within(place: Span, runs: list[Span]) -> Iterator[Span]:
    shifted = [(start - place[0], end - place[0]) for start, end in runs]
    yield from _rest(place[1] - place[0], shifted)


@cache
def _log_line() -> re.Pattern[str]:
    return re.compile(
        r"(?i)\b(?:epoch|step|iter(?:ation)?|global_step)\b.{0,40}\d.{0,80}(?:loss|acc|reward|损失)|(?:loss|reward)[\"']?\s*[:=]\s*[-\d.n]"
    )


def is_log_line(line: str) -> bool:
    """Whether a line reports a step of training."""
    return bool(_log_line().search(line[:300]))


def _opens_as_log(message: str, place: Span) -> bool:
    opening = message[place[0] : min(place[1], place[0] + 1_000)].splitlines()[:_LEAST_LOG_LINES]
    return len(opening) == _LEAST_LOG_LINES and all(map(is_log_line, opening))


def _log_runs(message: str, place: Span) -> Iterator[Span]:
    """Three lines or more in a row that each report a training step."""
    at, run = place[0], []
    for line in message[place[0] : place[1]].splitlines(keepends=True):
        span = (at, at + len(line))
        at = span[1]
        if is_log_line(line):
            run.append(span)
            continue
        if len(run) >= _LEAST_LOG_LINES:
            yield run[0][0], run[-1][1]
        run = []
    if len(run) >= _LEAST_LOG_LINES:
        yield run[0][0], run[-1][1]


# What a line of code or configuration sets -> how the intake says it; "=" stands for an assignment in any syntax.
_ASSIGN = r"\b[\"']?\s*[:=]\s*[\"']?"
_REAL = r"([0-9][0-9.eE+-]*)"
_SETTINGS = (
    ("learning_rate", "lr {}", rf"(?i)\b(?:lr|learning_rate|base_lr|lr0|max_lr){_ASSIGN}{_REAL}"),
    (
        "batch_size",
        "batch size {}",
        rf"(?i)\b(?:batch_size|per_device_train_batch_size|train_batch_size|bs|batch){_ASSIGN}(\d+)",
    ),
    ("weight_decay", "weight decay {}", rf"(?i)\b(?:weight_decay|wd){_ASSIGN}{_REAL}"),
    ("epochs", "{} epochs", rf"(?i)\b(?:num_train_epochs|num_epochs|max_epochs|epochs){_ASSIGN}(\d+)"),
    (
        "optimizer",
        "{}",
        rf"(?i)\b(?:optim\.|optimizers\.|optimi[sz]er{_ASSIGN}(?:torch\.)?(?:optim\.)?|optim{_ASSIGN})"
        r"([A-Za-z]*adamw?|sgd|rmsprop|lion|adafactor)",
    ),
)
_MODEL = (
    r"(?:\bmodels\.|create_model\(\s*[\"']|from_pretrained\(\s*[\"']|YOLO\(\s*[\"']"
    r"|\bmodel(?:_name(?:_or_path)?)?[\"']?\s*[:=]\s*[\"']?)([A-Za-z][\w./-]{2,60})"
)


# A pattern is tried only where one of these stands: most code sets little.
_HINTS = {
    "learning_rate": ("lr", "learning_rate"),
    "batch_size": ("batch", "bs"),
    "weight_decay": ("weight_decay", "wd"),
    "epochs": ("epochs",),
    "optimizer": ("optim",),
}
_MODEL_HINTS = ("models.", "create_model", "from_pretrained", "YOLO(", "model")


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((key, words, re.compile(pattern)) for key, words, pattern in _SETTINGS)


@cache
def _model() -> re.Pattern[str]:
    return re.compile(_MODEL)


def settings_in(message: str, place: Span) -> Iterator[tuple[str, str, Span]]:
    """(setting, its words for the intake, where it stands) for each hyper-parameter that code or a config sets."""
    low = message[slice(*place)].lower()
    for key, words, pattern in _patterns():
        if not any(hint in low for hint in _HINTS[key]):
            continue
        found = pattern.search(message, *place)
        if found:
            yield key, words.format(found.group(1)), found.span()


def model_in(message: str, place: Span) -> tuple[str, Span] | None:
    """The model that code or a config builds, as written."""
    if not any(message.find(hint, *place) >= 0 for hint in _MODEL_HINTS):
        return None
    found = _model().search(message, *place)
    if not found:
        return None
    name = found.group(1).rpartition("models.")[2]
    return name, (found.end(1) - len(name), found.end(1))
