"""What advice by a model costs: CPU per conversation beside other loops, memory of many at once, calls and tokens.

    python benchmarks/agent.py [--python INTERPRETER_WITH_THE_OTHER_FRAMEWORKS] [--rounds 5]

Every loop runs the same conversation against the same zero-latency server (tests/skill/agent/server.py): eight tool
calls in nine requests, with our system prompt and tool schemas. Ours, in eight requests, also walks the seven steps and
checks the plan. Each figure is the median over fresh processes, started in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_LOOPS = ("ours", "openai", "openai-agents", "pydantic-ai", "langgraph")
_TASKS = _ROOT / "examples" / "tasks"
_DEVICE = {"call": "device_facts", "arguments": {"device": "RTX 3060"}}
_MODEL = {"call": "model_facts", "arguments": {"model": "efficientnet_b0"}}
_ACCEPT = {"call": "accept", "arguments": {}}
# Ours: three steps with an open choice, eight function calls in eight requests and no closing text.
OURS = [[_DEVICE], [_MODEL], [_ACCEPT], [_MODEL], [_DEVICE], [_ACCEPT], [_DEVICE], [_ACCEPT]]
OTHERS = [[_DEVICE], [_MODEL]] * 4
_WARM, _COUNTED = 3, 20


def main() -> None:
    """Starts the server and the workers, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--worker")
    parser.add_argument("--url")
    parser.add_argument("--concurrent", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.worker:
        url, count = arguments.url, arguments.concurrent
        print(json.dumps(_concurrent(url, count) if count else _cpu(arguments.worker, url)))
        return
    server = _server_module().LocalServer()
    try:
        _print_cpu(server, arguments.python, arguments.rounds)
        _print_concurrent(server, arguments.python)
        _print_tokens(server)
    finally:
        server.close()


def _server_module() -> Any:
    spec = importlib.util.spec_from_file_location("local_server", _ROOT / "tests" / "skill" / "agent" / "server.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["local_server"] = module
    spec.loader.exec_module(module)
    return module


# -- CPU of one conversation ------------------------------------------------------------------------------------------


def _print_cpu(server: Any, python: str, rounds: int) -> None:
    found: dict[str, list[float]] = {name: [] for name in _LOOPS}
    for _ in range(rounds):
        for name in _LOOPS:
            replies = [{"calls": calls} for calls in (OURS if name == "ours" else OTHERS)]
            replies += [] if name == "ours" else [{"text": "done"}]
            result = _worker(python, name, _script(server, replies), 0)
            if "cpu_ms" in result:
                found[name].append(result["cpu_ms"])
            else:
                print(f"{name}: {result['problem']}")
    plain = statistics.median(found["openai"])
    print(
        "| loop | CPU per conversation, ms (median, range over processes) | of the plain openai loop |\n|---|---|---|"
    )
    for name, values in found.items():
        if values:
            middle = statistics.median(values)
            print(f"| {name} | {middle:.1f} ({min(values):.1f}-{max(values):.1f}) | {middle / plain:.2f} |")


def _script(server: Any, replies: list[dict[str, Any]]) -> str:
    with server(replies, by_turn=True) as script:
        url: str = script.url
        return url


def _worker(python: str, name: str, url: str, concurrent: int) -> dict[str, Any]:
    command = [python, __file__, "--worker", name, "--url", url, "--concurrent", str(concurrent)]
    environment = {**os.environ, "OPENAI_API_KEY": "none", "OPENAI_AGENTS_DISABLE_TRACING": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)
    if done.returncode:
        return {"problem": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _cpu(name: str, url: str) -> dict[str, float]:
    play = _PLAYERS[name](url)
    for _ in range(_WARM):
        play()
    before = time.process_time()
    for _ in range(_COUNTED):
        play()
    return {"cpu_ms": (time.process_time() - before) / _COUNTED * 1000}


def _task() -> dict[str, Any]:
    task: dict[str, Any] = json.loads((_TASKS / "pets_on_phone.json").read_text(encoding="utf-8"))
    return task


def _prompt() -> tuple[str, str, list[dict[str, Any]]]:
    """System prompt, a step's message and the tools: the same bytes our own loop sends."""
    from deep_learning_expert.skill.agent.functions import schemas
    from deep_learning_expert.skill.agent.prompting import system_prompt

    return system_prompt("en"), json.dumps(_task()), [dict(tool) for tool in schemas("en")]


def _ours(url: str) -> Callable[[], None]:
    from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel
    from deep_learning_expert.skill.expert import Expert

    task, model = _task(), OpenAIModel("tiny", url)

    def play() -> None:
        report = Expert(model).plan(task)
        assert report.status == "planned" and report.usage.model_calls == len(OURS), report.usage

    return play


def _openai(url: str) -> Callable[[], None]:
    from openai import OpenAI

    system, message, tools = _prompt()
    offered: Any = [{"type": "function", "function": tool} for tool in tools]

    client = OpenAI(base_url=url, api_key="none", max_retries=0)

    def play() -> None:
        messages: Any = [{"role": "system", "content": system}, {"role": "user", "content": message}]
        while True:
            reply = client.chat.completions.create(model="tiny", messages=messages, tools=offered)
            said = reply.choices[0].message
            messages.append(said)
            for call in said.tool_calls or ():
                content = _looked(call.function.name, json.loads(call.function.arguments))  # type: ignore[union-attr]  # only functions are offered
                messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
            if not said.tool_calls:
                return

    return play


def _looked(name: str, arguments: dict[str, Any]) -> str:
    from deep_learning_expert.tools import toolbox

    return json.dumps(toolbox.call(name, arguments))[:2400]


def _openai_agents(url: str) -> Callable[[], None]:
    from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool
    from openai import AsyncOpenAI

    @function_tool
    def device_facts(device: str) -> str:
        """Facts of a device."""
        return _looked("device_facts", {"device": device})

    @function_tool
    def model_facts(model: str) -> str:
        """Facts of a model."""
        return _looked("model_facts", {"model": model})

    system, message, _ = _prompt()

    loop = asyncio.new_event_loop()
    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    model = OpenAIChatCompletionsModel(model="tiny", openai_client=client)
    agent = Agent(name="a", instructions=system, model=model, tools=[device_facts, model_facts])

    def play() -> None:
        loop.run_until_complete(Runner.run(agent, message, max_turns=20))

    return play


def _pydantic_ai(url: str) -> Callable[[], None]:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    system, message, _ = _prompt()

    agent = Agent(OpenAIChatModel("tiny", provider=OpenAIProvider(base_url=url, api_key="none")), system_prompt=system)

    @agent.tool_plain
    def device_facts(device: str) -> str:
        return _looked("device_facts", {"device": device})

    @agent.tool_plain
    def model_facts(model: str) -> str:
        return _looked("model_facts", {"model": model})

    def play() -> None:
        agent.run_sync(message)

    return play


def _langgraph(url: str) -> Callable[[], None]:
    from langchain_openai import ChatOpenAI
    from langgraph.prebuilt import create_react_agent

    system, message, _ = _prompt()

    def device_facts(device: str) -> str:
        """Facts of a device."""
        return _looked("device_facts", {"device": device})

    def model_facts(model: str) -> str:
        """Facts of a model."""
        return _looked("model_facts", {"model": model})

    model = ChatOpenAI(model="tiny", base_url=url, api_key="none", max_retries=0)
    agent = create_react_agent(model, [device_facts, model_facts], prompt=system)

    def play() -> None:
        agent.invoke({"messages": [("user", message)]}, {"recursion_limit": 40})

    return play


_PLAYERS: dict[str, Callable[[str], Callable[[], None]]] = {
    "ours": _ours,
    "openai": _openai,
    "openai-agents": _openai_agents,
    "pydantic-ai": _pydantic_ai,
    "langgraph": _langgraph,
}


# -- many conversations at once ---------------------------------------------------------------------------------------


def _print_concurrent(server: Any, python: str) -> None:
    print(
        "\n| conversations at once | failed | peak RSS, MiB | before the first, MiB | wall, s |\n|---|---|---|---|---|"
    )
    for count in (50, 1000):
        replies = [{"calls": calls, "wait_s": 0.02} for calls in OURS]
        result = _worker(python, "ours", _script(server, replies), count)
        if "problem" in result:
            print(f"| {count} | {result['problem']} |")
            continue
        print(f"| {count} | {' | '.join(str(result[key]) for key in ('failed', 'peak', 'base', 'wall'))} |")


def _concurrent(url: str, count: int) -> dict[str, Any]:
    from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel
    from deep_learning_expert.skill.expert import Expert

    task = _task()
    Expert().plan(task)
    base = _rss_mib()

    model = OpenAIModel("tiny", url)

    async def converse() -> bool:
        report = await Expert(model).start(task).areport()
        return report.status == "planned" and report.usage.model_calls == len(OURS)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(converse() for _ in range(count)))

    start = time.perf_counter()
    held = asyncio.run(all_of_them())
    return {
        "failed": held.count(False),
        "peak": _rss_mib(),
        "base": base,
        "wall": round(time.perf_counter() - start, 1),
    }


def _rss_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


# -- calls and tokens of whole plans ----------------------------------------------------------------------------------


def _print_tokens(server: Any) -> None:
    from deep_learning_expert.skill.agent.client.openai_client import OpenAIModel
    from deep_learning_expert.skill.expert import Expert

    calls, shares, later, written, prompts = [], [], [], [], []
    for path in sorted(_TASKS.glob("*.json")):
        with server([{"calls": [_ACCEPT]}], repeat=True) as script:
            report = Expert(OpenAIModel("tiny", script.url)).plan(json.loads(path.read_text("utf-8")), assume=True)
            if report.plan is None or not report.usage.model_calls:
                continue
            log = script.log()
        calls.append(report.usage.model_calls)
        prompts.append(report.usage.input_tokens)
        written.append(report.usage.output_tokens / (len(json.dumps(report.plan, ensure_ascii=False).encode()) / 4))
        if len(log) > 1:
            later.append(sum(entry["cached"] for entry in log[1:]) / sum(entry["prompt"] for entry in log[1:]))
            shares.extend(entry["cached"] / entry["prompt"] for entry in log[1:])
    print(f"\nplans {len(calls)}; model calls median {statistics.median(calls)}, most {max(calls)}")
    print(f"input tokens (bytes/4) per plan: median {statistics.median(prompts):.0f}, most {max(prompts)}")
    share, most = statistics.median(written), max(written)
    print(f"output tokens over those of writing the plan: median {share:.1%}, most {most:.1%}")
    print(f"cached prefix from the second call on: median {statistics.median(later):.1%}, least {min(later):.1%}")


if __name__ == "__main__":
    main()
