"""A fault in how the command line was called, as one sentence that says where to look it up."""

from __future__ import annotations

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.tools.errors import SettingError

# Class names of the command-line library, the special before the general -> code and the attribute that says where.
_KINDS = {
    "NoSuchOption": ("usage.no_option", "option_name"),
    "BadOptionUsage": ("usage.no_value", "option_name"),
    "MissingParameter": ("usage.missing", "param"),
    "BadParameter": ("usage.bad_value", "param"),
}


def usage_sentence(error: Exception, language: Language) -> str | None:
    """None when the error is no fault of usage."""
    if not hasattr(error, "format_message"):
        return None
    command = getattr(getattr(error, "ctx", None), "command_path", "dl-expert")
    code, attribute = _KINDS.get(type(error).__name__, ("usage.other", ""))
    where = getattr(error, attribute, None) if attribute else None
    name = max(getattr(where, "opts", None) or [where or ""], key=len) or None
    if name is None:
        return SettingError("usage.other", problem=error.format_message().rstrip("."), command=command).sentence(
            language
        )
    return SettingError(code, name=name, command=command).sentence(language)
