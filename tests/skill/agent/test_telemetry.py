"""Spans tell names, counts and codes, never what was said; without OpenTelemetry nothing happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deep_learning_expert.skill.agent.scripted import ScriptedModel
from deep_learning_expert.skill.expert import Expert

TASK = json.loads((Path(__file__).parents[3] / "examples" / "tasks" / "pets_on_phone.json").read_text("utf-8"))


def test_spans_of_calls_and_tools_hold_counts_and_no_content() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    look_up = {"call": "device_facts", "arguments": {"device": "no such machine SECRET-WORD"}}
    Expert(ScriptedModel([look_up, {"call": "accept"}, {"fault": "timeout"}])).plan(TASK)
    spans = kept.get_finished_spans()
    assert [span.name for span in spans].count("chat scripted") == 3
    assert "execute_tool device_facts" in [span.name for span in spans]
    calls = [span for span in spans if span.name == "chat scripted"]
    assert calls[0].attributes and calls[0].attributes["gen_ai.usage.input_tokens"]
    assert calls[-1].attributes and calls[-1].attributes["error.type"] == "model.timeout"
    told = "".join(span.to_json() for span in spans)
    assert "SECRET-WORD" not in told and "breeds" not in told


def test_nothing_of_opentelemetry_is_imported_by_us() -> None:
    code = (
        "import sys, json; from deep_learning_expert.skill.expert import Expert;"
        "from deep_learning_expert.skill.agent.scripted import ScriptedModel;"
        f"Expert(ScriptedModel([{{'call': 'accept'}}] * 3)).plan(json.loads({json.dumps(json.dumps(TASK))}));"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
