"""The picture is well-formed SVG, draws the curves, marks the findings and cannot be broken by a column's name."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.diagnosis.diagnose import diagnose_text
from deep_learning_expert.tools.diagnosis.plot import plot_svg
from deep_learning_expert.tools.diagnosis.verdict import Verdict

SVG = "{http://www.w3.org/2000/svg}"


def test_losses_and_metric_are_drawn_and_the_nan_is_marked():
    rows = [f"{at},{1 / (at + 1) if at < 20 else math.nan},{1.1 / (at + 1)},{at / 30}" for at in range(30)]
    verdict = diagnose_text("\n".join(["epoch,loss,val_loss,val_accuracy", *rows]), "log.csv")
    root = ElementTree.fromstring(plot_svg(verdict, "zh"))
    assert len(root.findall(f"{SVG}polyline")) == 3
    assert len(root.findall(f"{SVG}path[@class='finding']")) == 2  # one per panel
    texts = [item.text or "" for item in root.iter(f"{SVG}text")]
    assert "val_accuracy" in texts and any("NaN" in text for text in texts)


@given(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=12),
    st.lists(st.floats(width=32), min_size=2, max_size=20),
)
def test_any_name_and_values_give_well_formed_xml(name: str, values: list[float]):
    text = "\n".join(f'{{"step": {at}, "loss": {value}}}' for at, value in enumerate(["1.0", *map(str, values)]))
    verdict = diagnose_text(text.replace("inf", "Infinity").replace("nan", "NaN"), name)
    ElementTree.fromstring(plot_svg(verdict))


def test_long_curves_are_thinned_and_keep_their_spikes():
    values = [1.0] * 50_000
    values[777] = 9.0
    text = "\n".join(f"{at},{value}" for at, value in enumerate(values))
    svg = plot_svg(diagnose_text(f"step,loss\n{text}", "log.csv"))
    assert len(svg) < 60_000 and "66.0" in svg.split("polyline")[1]  # the spike touches the panel's top


def test_an_empty_verdict_cannot_be_drawn():
    with pytest.raises(ValueError):
        plot_svg(Verdict((), (), "insufficient_evidence"))
