"""A model and its limits as one thing a conversation can hold: how a session is advised."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.agent.driving import arun, run
from deep_learning_expert.skill.agent.limits import Limits, reached, spent
from deep_learning_expert.skill.agent.listening import Heard, Situation, listen
from deep_learning_expert.skill.agent.loop import advise
from deep_learning_expert.skill.agent.model import AsyncModel, Model, Request
from deep_learning_expert.skill.agent.turns import opened
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

    def usd(self, session: Session) -> float | None:
        """What the model's calls in a session cost so far; None without prices."""
        return spent(session.state.turns, self.limits).usd

    def listen(self, situation: Situation) -> Heard:
        """What the model hears in a person's message. Errors: SettingError."""
        return run(listen(situation, self.model.name, self.limits), self._blocking())

    def _blocking(self) -> Model:
        if not isinstance(self.model, Model):
            raise SettingError("setting.async_model", model=self.model.name)
        return self.model

    def ask(self, prompt: str, turns: Iterable[ModelTurn]) -> tuple[str, tuple[ModelTurn, ...]]:
        """One question outside any session: the text of the answer, empty when there is none, and what it cost.

        turns: those so far, which the limits count. Errors: SettingError.
        """
        if reached(turns, self.limits):
            return "", ()
        request = Request("", ({"role": "user", "content": prompt},), (), self.limits.output_tokens_per_call)
        exchange = opened("trigger", self.model.name, "", request, "en", calls_in_text=False)
        reply, turn = run(exchange, self._blocking())
        # The question is no part of the session's exchange with the model: the turn is kept for what it cost.
        return reply.text if reply else "", (turn.model_copy(update={"assistant": None, "closes": True}),)
