"""Whatever a model says: the report is valid and grounded, within limits, and the loop ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deep_learning_expert.skill.agent.limits import Limits
from deep_learning_expert.skill.agent.model import RawReply, Request
from deep_learning_expert.skill.contract.validate import validate_plan
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.workflow.engine import Session
from deep_learning_expert.skill.workflow.events import event_from_json, event_to_json
from deep_learning_expert.tools.errors import ModelError

TASK = json.loads((Path(__file__).parents[3] / "examples" / "tasks" / "pets_on_phone.json").read_text("utf-8"))
LIMITS = Limits(calls=12, calls_per_step=3, identical_calls=2)

words = st.sampled_from(
    ["mobilenetv3_large_100", "efficientnet_b0", "randaugment", "color-jitter", "dropout", "It is 12 % better.", "快"]
) | st.text(max_size=30)
pointers = st.sampled_from(["/modelDesign/tradeoff", "/trainingStrategy/optimizer/type", "/x/0", ""])
arguments = st.one_of(
    st.fixed_dictionaries(
        {
            "change": st.sampled_from(
                ["choose-architecture", "add-technique", "drop-technique", "rewrite", "add-sentence", "other"]
            ),
            "value": words,
            "reason": words,
            "at": pointers,
        }
    ),
    st.fixed_dictionaries(
        {"field": st.sampled_from(["data.quality", "x"]), "question": words, "why": words, "example": words}
    ),
    st.fixed_dictionaries(
        {
            "to": st.sampled_from(["architecture", "recipe", "x"]),
            "reason": words,
            "figures": st.lists(words, max_size=2),
        }
    ),
    st.fixed_dictionaries({"device": words}),
    st.fixed_dictionaries({"model": words}),
    st.just({}),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=2),
)
names = st.sampled_from(
    ["accept", "amend", "amend", "ask", "go_back", "more", "model_facts", "device_facts", "diagnose_log", "x"]
)
calls = st.lists(st.tuples(names, arguments), max_size=3)
bodies = st.one_of(
    st.builds(lambda made: completion(made), calls),
    st.builds(lambda made: completion(made), calls),
    st.sampled_from([None, "", "<html>", {"choices": []}, {"choices": None}, {"error": {"message": "x"}}, [1], 7]),
)


def completion(made: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    functions = [
        {"id": f"c{index}", "type": "function", "function": {"name": name, "arguments": json.dumps(given_arguments)}}
        for index, (name, given_arguments) in enumerate(made)
    ]
    return {"choices": [{"message": {"role": "assistant", "content": "hm", "tool_calls": functions}}]}


class Drawn:
    """A model whose answers hypothesis draws, failing now and then."""

    name = "drawn"

    def __init__(self, bodies: list[object]) -> None:
        self.bodies = bodies
        self.requests: list[Request] = []

    def send(self, request: Request) -> RawReply:
        self.requests.append(request)
        if len(self.requests) > len(self.bodies):
            raise ModelError("model.timeout", model=self.name)
        return RawReply(self.bodies[len(self.requests) - 1])


@given(st.lists(bodies, max_size=14), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_model_says_the_report_is_valid_grounded_and_within_limits(
    drawn: list[object], chinese: bool
) -> None:
    model = Drawn(drawn)
    conversation = Expert(model, LIMITS).start(TASK, language="zh" if chinese else "en")
    report = conversation.report()  # raises ContractError for an invalid or ungrounded plan
    assert report.status in ("planned", "needs_input")
    if report.plan is not None:
        validate_plan(report.plan)
    assert len(model.requests) <= LIMITS.calls + 1
    replayed = [event_from_json(event_to_json(event)) for event in conversation.session.events]
    again = Conversation(Session(replayed)).report()
    assert again.model_dump_json(exclude={"usage": {"seconds"}}) == report.model_dump_json(
        exclude={"usage": {"seconds"}}
    )


@given(st.lists(bodies, min_size=1, max_size=8), st.integers(min_value=1, max_value=40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_session_cut_after_any_event_ends_in_the_same_plan(drawn: list[object], cut: int) -> None:
    whole = Expert(Drawn(drawn), LIMITS).start(TASK)
    expected = whole.report()
    events = whole.session.events[: min(cut, len(whole.session.events))]
    used = sum(event.kind == "model_turn" for event in events)
    resumed = Expert(Drawn(drawn[used:]), LIMITS)
    conversation = Conversation(Session(events), resumed._advice)
    report = conversation.report()
    assert report.plan == expected.plan
    assert report.trace == expected.trace
