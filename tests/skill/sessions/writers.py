"""A process that takes turns on a store others write to as well: `writers.py STORE ME TURNS`.

Each turn is an answer noted in a session that all processes share, and a whole turn with the expert in a session of
its own. Refused as the later of two writers of the shared one, it looks again and tries again.
"""

from __future__ import annotations

import sys

from deep_learning_expert.skill.expert import Expert
from deep_learning_expert.skill.sessions.recorded import record
from deep_learning_expert.skill.sessions.store import EventStore
from deep_learning_expert.skill.workflow.events import Answered, Started
from deep_learning_expert.tools.errors import SessionError

SHARED = "shared"
TASK = {"task": {"type": "classification", "domain": "cv"}, "data": {}, "constraints": {}}
TURNS_PER_SESSION = 10


def main(place: str, me: str, turns: int) -> None:
    with EventStore(place) as store:
        try:
            store.create(SHARED, [Started(task=TASK, language="en")], "asking")
        except SessionError as error:
            assert error.code == "session.exists"
        info, _ = store.read(SHARED)
        last, talk, refused = info.length, None, 0
        for turn in range(turns):
            event = Answered(field="data.size", text=f"{me}:{turn}")
            while True:
                try:
                    store.append(info, last + 1, event, "asking")
                except SessionError as error:
                    assert error.code == "session.conflict"
                    refused += 1
                    last = next(item.length for item in store.sessions() if item.name == SHARED)
                else:
                    last += 1
                    break
            if turn % TURNS_PER_SESSION == 0:
                talk = record(store, f"own-{me}-{turn}", Expert().start(TASK, assume=True))
                talk.report()
            assert talk is not None
            talk.answer("data.size", f"{1000 + turn} images")
        print(refused)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
