"""A model and its limits as one thing a conversation can hold: how a session is advised."""

from __future__ import annotations

from deep_learning_expert.skill.agent.client.replies import read_reply
from deep_learning_expert.skill.agent.driving import arun, run
from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.listening import Heard, Situation, listen
from deep_learning_expert.skill.agent.loop import advise
from deep_learning_expert.skill.agent.model import AsyncModel, Model, Request
from deep_learning_expert.skill.agent.turns import cost
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import ModelTurn
from deep_learning_expert.tools.errors import SettingError


class Advice:
    """Lets a model advise sessions; one object may serve many."""

    def __init__(self, model: Model | AsyncModel, limits: Limits | None = None) -> None:
        self.model = model
        self.limits = limits or Limits()

    def run(self, session: Session) -> None:
        """Runs the session until it rests; never fails because of the model. Errors: SettingError."""
        run(advise(session, self.model.name, self.limits), self._blocking())

    async def arun(self, session: Session) -> None:
        """As `run`, in an event loop; a blocking model blocks it."""
        exchange = advise(session, self.model.name, self.limits)
        if isinstance(self.model, AsyncModel):
            await arun(exchange, self.model)
        else:
            run(exchange, self.model)

    def listen(self, situation: Situation) -> Heard:
        """What the model hears in a person's message. Errors: SettingError."""
        return run(listen(situation, self.model.name, self.limits), self._blocking())

    def _blocking(self) -> Model:
        if not isinstance(self.model, Model):
            raise SettingError("setting.async_model", model=self.model.name)
        return self.model

    def ask(self, prompt: str) -> tuple[str, ModelTurn]:
        """One question outside any session: the text of the answer and what it cost. Errors: ModelError."""
        model = self._blocking()
        request = Request("", ({"role": "user", "content": prompt},), (), self.limits.output_tokens_per_call)
        raw = model.send(request)
        reply = read_reply(raw, (), model=model.name, calls_in_text=False)
        return reply.text, ModelTurn(step="trigger", model=model.name, closes=True, **cost(request, raw))
