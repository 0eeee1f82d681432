"""Drives an exchange, which yields requests and is sent raw answers, with a blocking or an asynchronous model."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from deep_learning_expert.skill.agent.client.telemetry import model_call
from deep_learning_expert.skill.agent.model import AsyncModel, Model, RawReply, Request
from deep_learning_expert.tools.errors import ModelError

_Result = TypeVar("_Result")


def run(exchange: Generator[Request, RawReply, _Result], model: Model) -> _Result:
    """What the exchange returns in the end; a ModelError is thrown into it, which decides what follows."""
    try:
        request = next(exchange)
        while True:
            try:
                with model_call(model.name, request) as seen:
                    raw = seen(model.send(request))
            except ModelError as problem:
                request = exchange.throw(problem)
            else:
                request = exchange.send(raw)
    except StopIteration as end:
        result: _Result = end.value
        return result


async def arun(exchange: Generator[Request, RawReply, _Result], model: AsyncModel) -> _Result:
    """As `run`, in an event loop."""
    try:
        request = next(exchange)
        while True:
            try:
                with model_call(model.name, request) as seen:
                    raw = seen(await model.asend(request))
            except ModelError as problem:
                request = exchange.throw(problem)
            else:
                request = exchange.send(raw)
    except StopIteration as end:
        result: _Result = end.value
        return result
