"""Which model a command works with: the one named, the environment's, or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from deep_learning_expert.tools.errors import SettingError

if TYPE_CHECKING:
    from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel

_NAMES = ("DL_EXPERT_MODEL", "OPENAI_MODEL")
_SERVERS = ("OPENAI_API_KEY", "OPENAI_BASE_URL")


def chosen_model(name: str | None, *, offline: bool) -> OpenAIModel | None:
    """The model to ask, None to work offline.

    Without a name, the environment turns a model on only when it names both a model and a server: a key that lies
    around for another program is no wish. Errors: SettingError for both a name and offline, or a name without server.
    """
    if offline and name is not None:
        raise SettingError("setting.model_offline", model=name)
    known = name or next((os.environ[key] for key in _NAMES if os.environ.get(key)), None)
    server = any(os.environ.get(key) for key in _SERVERS)
    if offline or known is None or (name is None and not server):
        return None
    if not server:
        raise SettingError("setting.model_without_server", model=known)
    from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel

    return OpenAIModel(known)
