"""Every exception a person or a program can meet.

ExpertError                     a stable code, and one sentence: what is wrong, where, how to mend it
├── InputError                  what the caller gave is at fault (CLI exit 2)
│   ├── TaskError               the task: syntax, unknown key, wrong type, empty
│   ├── FileError               a path that cannot be read or written, or is not what it should be
│   ├── SettingError            a command-line option or an environment variable
│   └── ToolError               the arguments of a tool
│       ├── UnknownNameError    no such model, device, regime, tool ...; names the nearest
│       ├── OutOfRangeError     a value that cannot be (negative size, batch of zero)
│       └── CannotSayError      well-formed, but no honest figure exists; says what would narrow it
├── MissingExtraError           an optional dependency is not installed; names the extra
├── WorkflowError               an event the transition table does not allow in this state
├── SessionError                the session store: unknown session, concurrent writer, corrupt record
├── ModelError                  the language model's side; never fatal, the offline draft stands
├── ScriptError                 a scripted conversation: not consumed, not scripted, or not well-formed
└── InternalError               a defect of ours (exit 1)
    └── ContractError           our own plan failed its schema or holds an ungrounded number

Sentences live in prompts/<lang>/errors.toml under the error's code, so an error can be shown in either language.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from json import JSONDecodeError

from deep_learning_expert.prompts.phrases import Language, template


class Words(str):
    """A few words of ours as a parameter of an error: the phrase `errors.<key>`, as a string its English text.

    fields: values for the phrase's own fields.
    """

    __slots__ = ("fields", "key")
    key: str
    fields: Mapping[str, object]

    def __new__(cls, key: str, **fields: object) -> Words:
        words = super().__new__(cls, template("en", f"errors.{key}").format_map(fields))
        words.key, words.fields = key, fields
        return words

    def text(self, lang: Language) -> str:
        """The words in the reader's language."""
        return template(lang, f"errors.{self.key}").format_map(self.fields)


class ExpertError(Exception):
    """An error with a stable `code` and a sentence in the reader's language.

    code: the phrase key in the room "errors" (e.g. "task.unknown_key").
    params: values for the sentence's fields; plain text, already safe to show.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = {name: _shown(value) for name, value in params.items()}
        super().__init__(code, self.params)

    def sentence(self, lang: Language = "en") -> str:
        """What is wrong, where, and how to mend it, as one sentence."""
        return template(lang, f"errors.{self.code}").format_map(
            {name: value.text(lang) if isinstance(value, Words) else value for name, value in self.params.items()}
        )

    def __str__(self) -> str:
        return self.sentence()


_OS_PROBLEMS = {
    errno.ENOENT: "missing",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EISDIR: "directory",
    errno.ENOTDIR: "no_folder",
    errno.ENOSPC: "full",
    errno.EROFS: "read_only",
    errno.ENAMETOOLONG: "long_name",
    errno.EEXIST: "exists",
}


def os_problem(error: OSError) -> str:
    """What the system says is wrong with a path, in the reader's language where it is one of the usual faults."""
    name = _OS_PROBLEMS.get(error.errno or 0)
    return Words(f"os.{name}") if name else str(error.strerror or error)


# What Python's JSON reader says -> the phrase.
_JSON_PROBLEMS = {
    "Expecting value": "value",
    "Expecting property name enclosed in double quotes": "name",
    "Illegal trailing comma before end of object": "name_after_comma",
    "Illegal trailing comma before end of array": "value_after_comma",
    "Expecting ':' delimiter": "colon",
    "Expecting ',' delimiter": "comma",
    "Unterminated string starting": "open_text",
    "Invalid control character": "control",
    "Invalid \\escape": "escape",
    "Invalid \\uXXXX escape": "escape",
    "Extra data": "extra",
}


def json_problem(error: JSONDecodeError) -> str:
    """What is wrong at the place where a JSON text breaks, in the reader's language."""
    return Words(f"json.{_JSON_PROBLEMS.get(error.msg.removesuffix(' at'), 'other')}")


_MOST_SHOWN_CHARS = 160


def _shown(value: object) -> str:
    """User input inside a message: one line, printable, cut to a readable length."""
    if isinstance(value, Words):
        return value
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return text if len(text) <= _MOST_SHOWN_CHARS else f"{text[: _MOST_SHOWN_CHARS - 1]}…"


class InputError(ExpertError):
    """What the caller gave is at fault."""


class TaskError(InputError):
    """The task is broken: syntax, unknown key, wrong type, empty."""


class FileError(InputError):
    """A path cannot be read or written, or is not what it should be."""


class SettingError(InputError):
    """A command-line option or an environment variable is wrong."""


class ToolError(InputError):
    """The arguments of a tool are wrong."""


class UnknownNameError(ToolError):
    """No such model, device, regime or tool; the sentence names the nearest ones."""


class OutOfRangeError(ToolError):
    """A value that cannot be, such as a negative size or a batch of zero."""


class CannotSayError(ToolError):
    """A well-formed question without an honest answer; the sentence says what would narrow it."""


class MissingExtraError(ExpertError):
    """An optional dependency is missing; the sentence names the extra to install."""


class WorkflowError(ExpertError):
    """An event the transition table does not allow in this state."""


class SessionError(ExpertError):
    """The session store: unknown session, concurrent writer, corrupt record."""


class ModelError(ExpertError):
    """The language model failed; the offline draft stands."""


class ScriptError(ExpertError):
    """A scripted conversation does not fit what happened: a reply left over, a call not scripted, a bad file."""


class InternalError(ExpertError):
    """A defect of ours."""


class ContractError(InternalError):
    """Our own plan failed its schema or holds an ungrounded number: a bug of ours."""
