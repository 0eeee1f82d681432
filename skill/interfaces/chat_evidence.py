"""What really happened, told in a chat: logs as text or by path, and results in words."""

from __future__ import annotations

from pathlib import Path

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.expert import Conversation
from deep_learning_expert.skill.intake.measured_words import ToldResult


def observed(conversation: Conversation, result: ToldResult) -> Report:
    """The report after a told result; errors: SettingError, ToolError, WorkflowError."""
    if result.kind == "compression":
        return conversation.observe_compression(*result.values)
    if result.kind == "production":
        return conversation.observe_production(*result.values)
    return conversation.observe_test(*result.values, room_left=not result.nothing_left)


def read_log(path: Path) -> str:
    """The text of a log file, whatever bytes are in it."""
    return path.read_text(encoding="utf-8", errors="replace")


def diagnosis(text: str, source: str, language: Language) -> str:
    """The verdict on a log that no plan is there for yet; errors: ToolError."""
    from deep_learning_expert.skill.interfaces.diagnose_command import verdict_as_text
    from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text

    return verdict_as_text(diagnose_text(text, source), language)
