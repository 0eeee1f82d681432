"""Measures the trigger beside two baselines: `benchmarks/trigger.py --messages FILE.jsonl [--background FILE ...]`.

The messages are never fitted to; the fitted sentences are those in evals/trigger. Baselines, in the same run: the
keyword list of the skill document, and TF-IDF n-grams with logistic regression trained on the same own sentences
(needs scikit-learn; left out when it is missing). Intervals: bootstrap for F1, Wilson for shares, both 95 %.
"""

from __future__ import annotations

import argparse
import math
import platform
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deep_learning_expert.evals.trigger.fit import Message, own_messages, read_messages
from deep_learning_expert.skill.document import skill_document
from deep_learning_expert.skill.trigger.decide import decide

_RESAMPLES, _SEED = 2_000, 7
_Z = 1.96
_EXPECTED = {"use": "use", "dont_use": "dont_use", "ambiguous": "ask"}
Judge = Callable[[str], str]


@dataclass(frozen=True)
class Row:
    """A labelled message and what a judge said."""

    message: Message
    said: str


def f1(rows: Sequence[Row]) -> float:
    """F1 of "use" among messages labelled use or dont_use; a question back counts as not used."""
    hits = sum(row.said == "use" and row.message.label == "use" for row in rows)
    wrong = sum(row.said == "use" and row.message.label == "dont_use" for row in rows)
    missed = sum(row.said != "use" and row.message.label == "use" for row in rows)
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0


def bootstrap(rows: Sequence[Row]) -> tuple[float, float]:
    """95 % interval of F1 by resampling messages."""
    rng = random.Random(_SEED)
    values = sorted(f1(rng.choices(rows, k=len(rows))) for _ in range(_RESAMPLES))
    return values[int(0.025 * _RESAMPLES)], values[int(0.975 * _RESAMPLES)]


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share, slack = hits / total, _Z**2 / total
    middle = (share + slack / 2) / (1 + slack)
    half = _Z / (1 + slack) * math.sqrt(share * (1 - share) / total + slack / (4 * total))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def keyword_judge() -> Judge:
    """Fires on any keyword of the skill document, as a plain substring."""
    keywords = [word.lower() for words in skill_document().keywords.values() for word in words]
    return lambda text: "use" if any(word in text.lower() for word in keywords) else "dont_use"


def ngram_judge() -> Judge | None:
    """TF-IDF of characters and words with logistic regression, trained on the own sentences; None without sklearn."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union
    except ImportError:
        return None
    train = [message for message in own_messages() if message.label != "ambiguous"]
    features = make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True),
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
    )
    model = make_pipeline(features, LogisticRegression(C=10, class_weight="balanced", max_iter=1000))
    model.fit([message.text for message in train], [message.label for message in train])
    return lambda text: str(model.predict([text])[0])


def report(name: str, judge: Judge, messages: Sequence[Message]) -> list[str]:
    """One line per figure of a judge on the labelled messages."""
    rows = [Row(message, judge(message.text)) for message in messages]
    decided = [row for row in rows if row.message.label != "ambiguous"]
    lines = []
    groups = {
        "all": decided,
        "hard": [row for row in decided if row.message.hard],
        "zh": [row for row in decided if row.message.lang == "zh"],
        "en": [row for row in decided if row.message.lang == "en"],
        "long": [row for row in decided if row.message.long],
    }
    for group, members in groups.items():
        if members:
            low, high = bootstrap(members)
            lines.append(f"| {name} | F1, {group} ({len(members)}) | {f1(members):.3f} | {low:.3f}–{high:.3f} |")
    unclear = [row for row in rows if row.message.label == "ambiguous"]
    lines.append(_share(name, "ambiguous asked", sum(row.said == "ask" for row in unclear), len(unclear)))
    lines.append(_share(name, "asked, of all", sum(row.said == "ask" for row in rows), len(rows)))
    exact = sum(row.said == _EXPECTED[row.message.label] for row in rows)
    lines.append(_share(name, "decision right, of all", exact, len(rows)))
    return lines


def _share(name: str, what: str, hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"| {name} | {what} ({hits}/{total}) | {hits / max(total, 1):.4f} | {low:.4f}–{high:.4f} |"


def rules_right(messages: Sequence[Message]) -> str:
    """Share of rightly used messages whose rule is the labelled one."""
    used = [(message, decide(message.text)) for message in messages if message.label == "use"]
    used = [(message, decision) for message, decision in used if decision.decision == "use"]
    return _share("trigger", "rule right, of used", sum(m.rule == d.rule for m, d in used), len(used))


def background(name: str, judge: Judge, path: Path, *, listed: bool) -> list[str]:
    """Share of everyday titles on which a judge fires; `listed` prints them, to be judged by eye."""
    titles = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    fired = [title for title in titles if judge(title) == "use"]
    lines = [_share(name, f"fires on {path.stem}", len(fired), len(titles))]
    return [*lines, *(f"    {title}" for title in fired)] if listed else lines


def timing(messages: Sequence[Message]) -> list[str]:
    """Milliseconds of CPU per decision: on the messages, and on 20 kB pastes made by repeating the long ones."""
    decide(messages[0].text)
    pastes = [(message.text * (20_000 // len(message.text) + 1))[:20_000] for message in messages]
    lines = []
    for what, texts in (("messages", [message.text for message in messages] * 5), ("20 kB pastes", pastes)):
        spent = []
        for text in texts:
            begin = time.process_time()
            decide(text)
            spent.append((time.process_time() - begin) * 1_000)
        spent.sort()
        middle, late = statistics.median(spent), spent[int(0.99 * (len(spent) - 1))]
        lines.append(f"| trigger | CPU ms on {what} ({len(spent)}) | median {middle:.2f} | p99 {late:.2f} |")
    return lines


def main() -> None:
    """Prints a table to be kept in benchmarks/RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=Path, required=True)
    parser.add_argument("--background", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    messages = read_messages(arguments.messages)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    print(f"Commit {commit}, {platform.machine()}, Python {platform.python_version()}\n")
    print("| judge | figure | value | 95 % interval |\n|---|---|---|---|")
    judges: dict[str, Judge | None] = {
        "trigger": lambda text: decide(text).decision,
        "keywords": keyword_judge(),
        "n-grams": ngram_judge(),
    }
    for name, judge in judges.items():
        if judge is None:
            print(f"| {name} | scikit-learn is not installed | – | – |")
            continue
        print("\n".join(report(name, judge, messages)))
        for path in arguments.background:
            print("\n".join(background(name, judge, path, listed=False)))
    print(rules_right(messages))
    print("\n".join(timing(messages)))
    for path in arguments.background:
        print("\n".join(["", *background("trigger", lambda text: decide(text).decision, path, listed=True)]))


if __name__ == "__main__":
    main()
