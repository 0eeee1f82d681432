"""A training loss that keeps leaping upwards: the learning rate is at the edge of what the model bears."""

from __future__ import annotations

from deep_learning_expert.tools.diagnosis import statistics
from deep_learning_expert.tools.diagnosis.finding import Finding
from deep_learning_expert.tools.diagnosis.run import Run
from deep_learning_expert.tools.diagnosis.thresholds import threshold
from deep_learning_expert.tools.figures import computed, measured
from deep_learning_expert.tools.wording import say


def detect(run: Run, index: int) -> Finding | None:
    """A problem when spikes are a habit after the first fifth of the run; single ones that recover are let pass."""
    train = run.first("loss", "train")
    if train is None or len(train) < threshold("trend_points"):
        return None
    curve = statistics.smooth(train.values)
    least = threshold("spike_sigmas") * statistics.noise(train.values)
    begin = len(train) // 5
    spikes = [
        at
        for at in range(begin, len(train))
        if train.values[at] > threshold("spike_times") * curve[at] > 0 and train.values[at] - curve[at] > least
    ]
    share = len(spikes) / (len(train) - begin)
    if len(spikes) < threshold("spike_count") or share < threshold("spike_share"):
        return None
    source = f"{run.source}: {train.column}"
    count = measured("spikes", len(spikes), "", source)
    highest = measured("highest_spike", max(train.values[at] for at in spikes), "", source)
    first = measured("first_spike_step", train.steps[spikes[0]], "", source, axis=run.unit)
    effect = computed("spike_share", 100 * share, "%", f"{source}: spikes / points after the first fifth")
    remark = say(
        "diagnosis.oscillation", column=train.column, count=count, highest=highest, step=first,
        unit=say(f"diagnosis.unit.{run.unit}"),
    )  # fmt: skip
    names = ("learning_rate", "bad_input", "small_batch")
    return Finding(
        "oscillation", "problem", index, train.column, first.value, remark, (count, highest, first), None,
        say("diagnosis.settle.oscillation"), effect, tuple(say(f"diagnosis.alternative.{name}") for name in names),
    )  # fmt: skip
