"""Training time follows from the work, and stays an honest range."""

from __future__ import annotations

import pytest

from deep_learning_expert.tools.errors import CannotSayError, OutOfRangeError
from deep_learning_expert.tools.estimate.training_time import energy, language_training_time, training_time


def test_a_measured_card_gives_the_tables_time() -> None:
    found = training_time("resnet50", 1_281_167, 90, "rtx-3090", side=224)
    assert found.unit == "s" and found.interval is not None
    hours = found.value / 3600
    # timm's table: about 1000 images per second at 224 pixels on this card.
    assert 20 < hours < 60


def test_time_is_proportional_to_samples_and_epochs() -> None:
    one = training_time("resnet50", 1000, 1, "rtx-3090")
    assert training_time("resnet50", 2000, 5, "rtx-3090").value == pytest.approx(10 * one.value)


def test_cheaper_modes_are_faster() -> None:
    times = [training_time("resnet50", 1e5, 1, "rtx-3090", mode=mode).value for mode in ("finetune", "frozen-features")]
    assert times[0] == pytest.approx(3 * times[1])


def test_more_devices_help_but_never_more_than_their_number() -> None:
    one, eight = (training_time("resnet50", 1e6, 90, "rtx-3090", count=count) for count in (1, 8))
    assert one.value / 8 < eight.value < one.value


def test_a_language_run_reaches_a_plausible_share_of_the_peak() -> None:
    found = language_training_time(7e9, 1e9, "rtx-4090")
    assert found.interval is not None
    assert found.interval.high / found.interval.low > 2
    assert 6 * 7e9 * 1e9 / found.value < 165.2e12 * 0.6


def test_energy_follows_time_and_rated_power() -> None:
    time = training_time("resnet50", 1e6, 10, "rtx-3090")
    used = energy(time, "rtx-3090")
    assert used.unit == "kWh"
    assert used.value < time.value / 3600 * 0.35


def test_nothing_trained_has_no_training_time() -> None:
    with pytest.raises(CannotSayError):
        training_time("resnet50", 1000, 1, "rtx-3090", mode="zero-shot")


def test_bad_amounts_are_named() -> None:
    with pytest.raises(OutOfRangeError):
        training_time("resnet50", 0, 1, "rtx-3090")
    with pytest.raises(OutOfRangeError):
        training_time("resnet50", 10, 1, "rtx-3090", count=0)
