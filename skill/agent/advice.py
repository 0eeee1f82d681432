"""A model and its limits as one thing a conversation can hold: how a session is advised."""

from __future__ import annotations

from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.loop import advise, arun, run
from deep_learning_expert.skill.agent.model import AsyncModel, Model
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.tools.errors import SettingError


class Advice:
    """Lets a model advise sessions; one object may serve many."""

    def __init__(self, model: Model | AsyncModel, limits: Limits | None = None) -> None:
        self.model = model
        self.limits = limits or Limits()

    def run(self, session: Session) -> None:
        """Runs the session until it rests; never fails because of the model. Errors: SettingError."""
        if not isinstance(self.model, Model):
            raise SettingError("setting.async_model", model=self.model.name)
        run(advise(session, self.model.name, self.limits), self.model)

    async def arun(self, session: Session) -> None:
        """As `run`, in an event loop; a blocking model blocks it."""
        exchange = advise(session, self.model.name, self.limits)
        if isinstance(self.model, AsyncModel):
            await arun(exchange, self.model)
        else:
            run(exchange, self.model)
