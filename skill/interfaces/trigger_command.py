"""What `dl-expert trigger` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deep_learning_expert.skill.intake.language import detect_language
from deep_learning_expert.skill.trigger.decide import Decision, decide
from deep_learning_expert.tools.errors import FileError


def as_record(decision: Decision, text: str) -> dict[str, Any]:
    """The decision as JSON: decision, rule, span (the words that fired it), probability."""
    return {
        "decision": decision.decision,
        "rule": decision.rule,
        "span": _span(decision, text),
        "probability": round(decision.probability, 4),
    }


def _span(decision: Decision, text: str) -> str | None:
    """The words of the message that fired the rule, as written."""
    return text[decision.span[0] : decision.span[1]] if decision.span[1] else None


def judge_message(text: str, as_json: bool) -> str:
    """One message; as JSON, or as one line for a person."""
    decision = decide(text)
    if as_json:
        return json.dumps(as_record(decision, text), ensure_ascii=False)
    rule, words = decision.rule or "-", _span(decision, text) or "-"
    arrow = "：" if detect_language(text) == "zh" else ": "
    return f"{decision.decision} ({rule}){arrow}{words}"


def judge_batch(path: Path) -> Iterator[dict[str, Any]]:
    """Each line {id, text} answered with {id, decision, rule, span, probability}; errors: FileError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("file.unreadable", path=path, problem=error) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            text = record["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise FileError("file.bad_line", path=path, line=number, expected="id, text") from error
        yield {"id": record.get("id"), **as_record(decide(str(text)), str(text))}
