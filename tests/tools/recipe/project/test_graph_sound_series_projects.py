"""PyTorch projects for graphs, sounds and series: the layer of their family, their readers, what stops them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project

_FAMILIES = [
    ("nodes", "gcn", "class Convolution("),
    ("nodes", "gat", "class Attention("),
    ("nodes", "sage", "class Sage("),
    ("graphs", "gin", "class Isomorphism("),
    ("audio", "bc-resnet", "class BroadcastResNet("),
    ("audio", "ds-cnn", "class SeparableCnn("),
    ("audio", "wavlm", "class Pretrained("),
    ("sequences", "inceptiontime", "class Inception("),
    ("sequences", "resnet1d", "class Residual("),
    ("sequences", "tcn", "class Dilated("),
    ("sequences", "deepconvlstm", "class ConvRecurrent("),
    ("sequences", "gru", "class Recurrent("),
    ("anomalies", "autoencoder", "class Rebuilder("),
    ("anomalies", "lstm", "class Forecaster("),
]


def _report(make_report: Any, layout: str, family: str) -> dict[str, Any]:
    report: dict[str, Any] = make_report(layout)
    report["decisions"]["architecture"] |= {"family": family, "id": family}
    return report


@pytest.mark.parametrize(("layout", "family", "written"), _FAMILIES)
def test_the_layer_of_the_family_is_written_out(layout: str, family: str, written: str, make_report: Any) -> None:
    texts = render(read_choice(_report(make_report, layout, family)))
    compile(texts["model.py"], "model.py", "exec")
    assert written in texts["model.py"]
    assert ("transformers==" in texts["requirements.txt"]) == (family == "wavlm")


@pytest.mark.parametrize("layout", ["nodes", "graphs", "audio", "sequences", "anomalies"])
def test_a_family_nobody_wrote_is_refused(layout: str, make_report: Any) -> None:
    with pytest.raises(CannotSayError) as caught:
        read_choice(_report(make_report, layout, "graphormer"))
    assert caught.value.code == "project.no_model"


def test_one_graph_is_not_shared_by_processes(make_report: Any) -> None:
    text = render(read_choice(make_report("nodes")))["README.md"]
    assert "torchrun" not in text and "one process" in text


def test_recordings_come_with_their_origin_and_licence(make_report: Any) -> None:
    texts = render(read_choice(make_report("audio")))
    assert "by-sa/3.0" in texts["NOTICE.md"] and "CC BY-SA 3.0" in texts["sample_sounds.jsonl"].splitlines()[0]
    assert all(voice in texts["NOTICE.md"] for voice in ("Allison Smith", "June Wallack", "Carlo Flora", "Maxim"))
    assert "`NOTICE.md`" in texts["README.md"]
    assert "`NOTICE.md`" in render(read_choice({**make_report("audio"), "language": "zh"}))["README.md"]


def test_the_sample_is_decoded_as_it_was_coded(make_report: Any, folder: Path) -> None:
    write_project(make_report("audio"), folder)
    lines = """
    import numpy as np
    from recordings import recordings, step_sizes
    spoken = recordings()
    assert (len(spoken), len({one.language for one in spoken}), len({one.word for one in spoken})) == (175, 5, 35)
    assert (step_sizes()[[0, 88]] == (7, 32767)).all() and len(step_sizes()) == 89
    loud = [np.abs(one.samples.astype(float)).max() for one in spoken]
    ends = [np.abs(one.samples[-40:].astype(float)).max() / top for one, top in zip(spoken, loud)]
    assert min(loud) > 300 and np.median(ends) < 0.2  # a decoder out of step drifts away and does not fall silent
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(lines)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


_BROKEN = [
    ("nodes", {"nodes.csv": "id,label\n1,a\n2,b\n", "edges.csv": "source,target\n1,9\n"}, "'9' is no node"),
    ("nodes", {"nodes.csv": "id,label\n1,a\n1,b\n", "edges.csv": "source,target\n1,2\n"}, "stands in two rows"),
    ("nodes", {"nodes.csv": "id\n1\n"}, "lacks the column 'label'"),
    ("graphs", {"graphs.csv": "id,label\ng,a\n", "nodes.csv": "graph,id\nh,1\n"}, "no graph of graphs.csv"),
    (
        "graphs",
        {"graphs.csv": "id,label\ng,a\n", "nodes.csv": "graph,id\ng,1\n", "edges.csv": "graph,source,target\ng,1,2\n"},
        "no node of the graph",
    ),
    ("audio", {"manifest.csv": "path,label\nnone.wav,a\n"}, "missing, empty or broken (none.wav)"),
    ("audio", {"manifest.csv": "path,label\n,a\n"}, "line 2: a cell is missing"),
    ("sequences", {"s.csv": "sample,label,x\n1,a,0\n1,b,0\n"}, "carries two labels"),
    ("sequences", {"s.csv": "sample,label,x\n1,a,?\n"}, "line 2: a channel is no number"),
    ("anomalies", {"s.csv": "x,anomaly\n" + "1,0\n2,0\n" * 500}, "0 marked anomalies"),
    ("anomalies", {"s.csv": "x\n1\n"}, "lacks the column 'anomaly'"),
]


@pytest.mark.parametrize(("layout", "files", "sentence"), _BROKEN)
def test_broken_data_stops_with_one_sentence_and_leaves_nothing(
    layout: str, files: dict[str, str], sentence: str, make_report: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("torch")
    write_project(make_report(layout), folder)
    (folder / "given").mkdir()
    for name, text in files.items():
        (folder / "given" / name).write_text(text, encoding="utf-8")
    command = [python, "train.py", "--data", "given"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "runs").exists()


def test_a_graph_layer_gives_the_sums_worked_out_by_hand(run_in: Any) -> None:
    run_in(
        "nodes",
        """
        import torch
        from model import Convolution, degrees

        # A path 0 - 1 - 2; degrees with the own loop: 2, 3, 2.
        edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        assert degrees(edges, 3).tolist() == [1, 2, 1]
        layer = Convolution(1, 1, 1)
        layer.linear.weight.data.fill_(1.0)
        layer.linear.bias.data.zero_()
        found = layer(torch.tensor([[1.0], [2.0], [4.0]]), edges).squeeze(1)
        expected = [1 / 2 + 2 / 6**0.5, 2 / 3 + 1 / 6**0.5 + 4 / 6**0.5, 4 / 2 + 2 / 6**0.5]
        assert torch.allclose(found, torch.tensor(expected))
        """,
    )


def test_a_batch_of_graphs_answers_as_the_graphs_alone_and_in_any_order_of_nodes(run_in: Any) -> None:
    run_in(
        "graphs",
        """
        import torch
        from dataclasses import replace
        from pathlib import Path
        from config import SMOKE
        from data import collate, load_data
        from model import build_model
        from sample import write_sample

        write_sample(Path("d"))
        data = load_data(Path("d"), SMOKE)
        model = build_model(SMOKE, data.info).eval()
        items = [data.test[number] for number in range(5)]
        together = model(collate(SMOKE)(items)["inputs"])
        alone = torch.cat([model(collate(SMOKE)([item])["inputs"]) for item in items])
        assert torch.allclose(together, alone, atol=1e-5)
        item = items[0]
        order = torch.randperm(len(item["features"]))
        moved = {**item, "features": item["features"][order], "edges": torch.argsort(order)[item["edges"]]}
        assert torch.allclose(model(collate(SMOKE)([moved])["inputs"]), alone[:1], atol=1e-5)
        """,
    )


def test_a_regression_over_graphs_is_judged_by_its_error(run_in: Any) -> None:
    run_in(
        "graphs",
        """
        import csv, torch
        from dataclasses import replace
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from runs import Place
        from sample import write_sample
        from train import train

        torch.set_num_threads(1)
        write_sample(Path("d"))
        sizes = {}
        for row in csv.DictReader(open("d/nodes.csv")):
            sizes[row["graph"]] = sizes.get(row["graph"], 0) + 1
        with open("d/graphs.csv", "w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "label"])
            writer.writerows([name, 10.0 * size] for name, size in sizes.items())
        try:
            load_data(Path("d"), replace(SMOKE, task="regression"))
            raise SystemExit("a regression was judged by accuracy")
        except Stop as reason:
            assert "metric_higher" in str(reason)
        config = replace(SMOKE, task="regression", metric="rmse", metric_higher=False, epochs=4)
        run = train(config, load_data(Path("d"), config), Path("r"), Place(torch.device("cpu"), 0, 1, "none"))
        result = run.finish()
        assert result["value"] < result["baseline_value"], result
        """,
    )


def test_sounds_are_read_at_any_width_rate_and_number_of_channels(run_in: Any) -> None:
    run_in(
        "audio",
        """
        import wave
        import numpy as np
        from pathlib import Path
        from data import read_sound, resampled

        tone = np.sin(np.arange(4000) / 4000 * 2 * np.pi * 100)
        for width, top in ((1, 127), (2, 32767), (3, 2**23 - 1), (4, 2**31 - 1)):
            whole = np.round(tone * top).astype(np.int64)
            if width == 1:
                raw = (whole + 128).astype(np.uint8)[:, None]
            else:
                raw = whole.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]
            with wave.open("t.wav", "wb") as stream:
                stream.setnchannels(2)
                stream.setsampwidth(width)
                stream.setframerate(4000)
                stream.writeframes(np.concatenate([raw, raw], axis=1).tobytes())
            values, rate = read_sound(Path("t.wav"))
            assert rate == 4000 and np.abs(values - tone).max() < 0.02, width
        assert abs(len(resampled(values, 4000, 16000)) - 16000) <= 4
        """,
    )


def test_a_detector_is_judged_by_hand_worked_roc_auc(run_in: Any) -> None:
    run_in(
        "anomalies",
        """
        import numpy as np
        from evaluate import events, roc_auc

        scores, marked = np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])
        assert roc_auc(scores, marked) == 0.75
        assert roc_auc(np.ones(4), marked) == 0.5
        assert events(np.array([1, 1, 0, 0, 1, 0, 1])) == [(0, 2), (4, 5), (6, 7)]
        """,
    )
