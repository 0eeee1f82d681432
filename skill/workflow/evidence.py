"""Evidence from the real world as events: what a log, a measured compression or a test says to the loops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deep_learning_expert.prompts.phrases import Language
from deep_learning_expert.skill.contract.report import Notice
from deep_learning_expert.skill.workflow.events import Observed
from deep_learning_expert.skill.workflow.state import State
from deep_learning_expert.tools.compression.judge import judge_compression
from deep_learning_expert.tools.diagnosis.diagnose import diagnose_paths, diagnose_text
from deep_learning_expert.tools.diagnosis.verdict import Verdict
from deep_learning_expert.tools.figures import Figure
from deep_learning_expert.tools.wording import say

# Which finding of the diagnosis speaks to which guard of the transition table.
_FACT_OF = {
    "nan": "unstable",
    "divergence": "unstable",
    "oscillation": "unstable",
    "return-collapse": "unstable",
    "overfitting": "overfitting",
    "val-not-moving": "validation_not_moving",
    "not-learning": "validation_not_moving",
    "constant-metric": "validation_not_moving",
}


def observe_logs(paths: Sequence[Path], state: State) -> Observed:
    """Training logs as one round of evidence; the gain is judged against the best round so far.

    Errors: FileError, ToolError from the readers.
    """
    return _observed(diagnose_paths(paths), ", ".join(path.name for path in paths), state)


def observe_log_text(text: str, source: str, state: State) -> Observed:
    """A pasted training log as one round of evidence; source: what to call it. Errors: ToolError from the readers."""
    return _observed(diagnose_text(text, source), source, state)


def _observed(verdict: Verdict, source: str, state: State) -> Observed:
    problems = [item for item in verdict.findings if item.severity == "problem" and item.run == len(verdict.runs) - 1]
    facts = {_FACT_OF[item.id]: True for item in problems if item.id in _FACT_OF}
    gained, best = _gain(verdict, state)
    if not problems and gained is not None:
        facts["no_gain"] = not gained
    texts = [verdict.summary, *(item.remark for item in verdict.findings)]
    rendered = [remark.render(state.language) for remark in texts]
    figures = [record for sentence in rendered for record in sentence.figures]
    figures += [record for record in (best,) if record is not None]
    return Observed(
        evidence="log",
        source=source,
        facts=facts,
        failure=problems[0].id if problems else "",
        figures=tuple(dict.fromkeys(figures)),
        notices=tuple(
            Notice(id=remark.key, severity="note" if not problems else "warning", text=sentence.text)
            for remark, sentence in zip(texts, rendered, strict=True)
        ),
    )


_ROUND = "round_best"
_NOISE_SIGMAS = 2.0  # a gain inside two standard deviations of the run's own noise is none


def _gain(verdict: Verdict, state: State) -> tuple[bool | None, Figure | None]:
    """Whether this round beats the best earlier one by more than its noise; None on the first round."""
    best = verdict.best_metric
    if best is None:
        return None, None
    noise = _NOISE_SIGMAS * verdict.noise.value if verdict.noise is not None else 0.0
    name = best.quantity
    mine = best.model_copy(update={"quantity": f"{_ROUND}_{name}"})
    earlier = [
        record.value
        for observation in state.observations
        for record in observation.figures
        if record.quantity == mine.quantity
    ]
    if not earlier:
        return None, mine
    if verdict.higher_is_better:
        return best.value - max(earlier) > noise, mine
    return min(earlier) - best.value > noise, mine


def observe_compression(before: Figure, after: Figure, state: State) -> Observed:
    """A metric measured on the same split before and after compression."""
    verdict = judge_compression(before, after)
    sentence = verdict.remark.render(state.language)
    return Observed(
        evidence="compression",
        source=after.source,
        facts={"drop_too_large": verdict.too_large},
        failure="compression-drop" if verdict.too_large else "",
        figures=tuple(dict.fromkeys((before, after, verdict.drop_points, *sentence.figures))),
        notices=(
            Notice(id=verdict.remark.key, severity="warning" if verdict.too_large else "note", text=sentence.text),
        ),
    )


def observe_test(result: Figure, target: Figure, *, room_left: bool, language: Language = "en") -> Observed:
    """The final metric on the test set beside the target; room_left: whether anything promising is still untried."""
    rising = not target.conditions.get("direction", ">=").startswith("<")
    missed = result.value < target.value if rising else result.value > target.value
    return Observed(
        evidence="test",
        source=result.source,
        facts={"missed_with_room": missed and room_left, "missed_without_room": missed and not room_left},
        failure="target-missed" if missed else "",
        figures=(result, target),
        notices=(_test_notice(result, target, language, missed=missed, room_left=room_left),),
    )


def _test_notice(result: Figure, target: Figure, language: Language, *, missed: bool, room_left: bool) -> Notice:
    key = "plan.test_reached" if not missed else "plan.test_missed" if room_left else "plan.test_missed_for_good"
    text = say(key, result=result, target=target).render(language).text
    return Notice(id=key, severity="warning" if missed else "note", text=text)


def observe_production(test: Figure, production: Figure) -> Observed:
    """The same metric on the test set and in production; a gap beyond five points is a domain shift."""
    verdict = judge_compression(test, production)
    return Observed(
        evidence="production",
        source=production.source,
        facts={"production_gap": verdict.too_large},
        failure="production-gap" if verdict.too_large else "",
        figures=(test, production, verdict.drop_points),
    )
