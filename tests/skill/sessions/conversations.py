"""Five conversations as data, and how to play one of them against a store, from the start or from where it was cut.

Also run as a program by the kill tests: `conversations.py STORE OUT before|after ...` (see `main`).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy import event as database_event

from deep_learning_expert.skill.contract.reading import load_task
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.expert import Conversation, Expert
from deep_learning_expert.skill.sessions.recorded import record, resume
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.workflow.events import Observed
from deep_learning_expert.tools.errors import SessionError
from deep_learning_expert.tools.figures import measured

TASKS = Path(__file__).resolve().parents[3] / "examples" / "tasks"
Move = Callable[[Conversation], object]


def answer(field: str, text: str) -> Move:
    return lambda talk: talk.answer(field, text)


def assume(talk: Conversation) -> object:
    return talk.assume()


def seen(fact: str, kind: str = "log") -> Move:
    def move(talk: Conversation) -> object:
        figure = measured("round_best_top1", 87.25, "%", "run.csv", metric="top-1 准确率")
        talk.session.add(
            Observed(evidence=kind, source="日志 run.csv", facts={fact: True}, failure=fact, figures=(figure,))
        )
        return talk.report()

    return move


# name -> task, the user's moves. Between them: asking, assuming, five loops, changed limits, both languages, an ending.
CONVERSATIONS: dict[str, tuple[str, list[Move]]] = {
    "asked": ("defects_unspecified", [answer("data.size", "5k images"), assume, seen("unstable")]),
    "looped": ("pets_on_phone", [seen("unstable"), seen("overfitting"), seen("validation_not_moving")]),
    "中文": ("pcb_defects_zh", [answer("constraints.computeResources", "只有 CPU"), seen("underfitting")]),
    "limits": (
        "review_sentiment_cpu",
        [answer("constraints.latencyRequirement", "<20 ms"), answer("constraints.budget", "500 USD")],
    ),
    "compressed": ("wake_word_zh", [seen("drop_too_large", "compression"), seen("drop_too_large", "compression")]),
    "ended": ("support_llm_zh", [seen("slow"), lambda talk: talk.stop("用户结束")]),
}
_MOVES = ("answered", "assumptions_allowed", "observed", "stopped")


def play(store: EventStore, name: str, kept_as: str) -> Report:
    """Plays a conversation to its end, from wherever the store says it is."""
    task, moves = CONVERSATIONS[name]
    try:
        talk = resume(store, kept_as)
    except SessionError as error:
        assert error.code == "session.unknown"
        talk = record(store, kept_as, Expert().start(load_task(TASKS / f"{task}.json")))
    done = sum(event.kind in _MOVES for event in talk.session.events)
    report = talk.report()
    for move in moves[done:]:
        move(talk)
        report = talk.report()
    return report


def outcome(store: EventStore, kept_as: str, report: Report) -> str:
    """All that must not depend on a crash: the report and the events, as bytes."""
    kept = report.model_dump_json(exclude={"usage", "changes"})
    _, records = store.read(kept_as)
    return "\n".join([kept, *(item.event.model_dump_json() for item in records)])


def main(place: str, folder: Path, moments: list[str]) -> None:
    """Kills a process at every event of every conversation, before and after the commit, and resumes it in another.

    The outcomes go to folder/NAME.json: {kill point: outcome}. The sessions of all kill points share one store.
    """
    for name in CONVERSATIONS:
        outcomes: dict[str, str] = {}
        with EventStore(place) as store:
            report = play(store, name, f"{name}.whole")
            outcomes["whole"] = outcome(store, f"{name}.whole", report)
            length = store.read(f"{name}.whole")[0].length
        gc.freeze()  # forked children then copy fewer pages
        for number in range(1, length + 1):
            for when in moments:
                point = f"{when}{number}"
                kept_as, result = f"{name}.{point}", folder / f"{name}.{point}"
                status = _in_child(_play_and_die, place, name, kept_as, when, number)
                assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, point, status)
                status = _in_child(_play_on, place, name, kept_as, number - (when == "before"), result)
                assert status == 0, (name, point, status)
                outcomes[point] = result.read_text(encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps(outcomes), encoding="utf-8")


def _in_child(work: Callable[..., None], *arguments: object) -> int:
    """The wait status of a forked process that did this work. The parent holds no open store then."""
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _play_and_die(place: str, name: str, kept_as: str, when: str, number: int) -> None:
    """Plays until event `number` is about to be committed ("before") or has just been ("after")."""
    store = EventStore(place)
    if when == "before":
        commits = count(1)

        def die(connection: Connection) -> None:
            if connection.get_execution_options().get("dl_expert_writes") and next(commits) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        database_event.listen(store.engine, "commit", die)
    else:
        writes, plain = count(1), store._transaction

        @contextmanager
        def dying(*, writes: bool, numbers: Iterator[int] = writes) -> Iterator[Connection]:
            with plain(writes=writes) as connection:
                yield connection
            if writes and next(numbers) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        store._transaction = dying  # the moment after a commit has no hook of its own
    play(store, name, kept_as)


def _play_on(place: str, name: str, kept_as: str, survived: int, result: Path) -> None:
    with EventStore(place) as store:
        there = [info.length for info in store.sessions() if info.name == kept_as]
        assert there == ([survived] if survived else []), (there, survived)
        report = play(store, name, kept_as)
        result.write_text(outcome(store, kept_as, report), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
