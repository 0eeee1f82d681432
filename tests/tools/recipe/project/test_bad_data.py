"""What is wrong with a user's data is said in one sentence, whatever file it is in; nothing of it is a traceback."""

from __future__ import annotations

from typing import Any

import pytest

# Layout -> what its data.py may read without complaint although a file is damaged: a picture less is a smaller set.
_FILES = {
    "table": ["table.csv"],
    "series": ["series.csv"],
    "sequences": ["series.csv"],
    "anomalies": ["steps.csv"],
    "many_series": ["series.csv"],
    "lifetimes": ["lives.csv"],
    "stages": ["days.csv"],
    "nodes": ["nodes.csv", "edges.csv"],
    "graphs": ["graphs.csv", "nodes.csv", "edges.csv"],
    "masks": ["classes.txt"],
    "audio": ["manifest.csv"],
    "boxes": ["annotations.json"],
    "text": ["texts.jsonl"],
}
_DAMAGES = {
    "latin-1": "text.encode('utf-8')[:60] + 'nächste'.encode('latin-1') + text.encode('utf-8')[60:]",
    "utf-16": "text.encode('utf-16')",
    "binary": "bytes(range(256)) * 4",
    "empty": "b''",
}


@pytest.mark.parametrize("layout", _FILES)
def test_a_damaged_text_file_is_named(layout: str, run_in: Any) -> None:
    said = run_in(
        layout,
        f"""
        import shutil
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from sample import write_sample

        write_sample(Path("good"))
        load_data(Path("good"), SMOKE)
        for name in {_FILES[layout]!r}:
            text = Path("good", name).read_text(encoding="utf-8")
            for damaged in ({", ".join(_DAMAGES.values())}):
                shutil.rmtree("bad", ignore_errors=True)
                shutil.copytree("good", "bad")
                Path("bad", name).write_bytes(damaged)
                try:
                    load_data(Path("bad"), SMOKE)
                    print("NO COMPLAINT", name, damaged[:9])
                except Stop as reason:
                    assert "\\n" not in str(reason) and "bad" in str(reason), reason
                    print("said")
        """,
    )
    assert said.split() == ["said"] * (len(_FILES[layout]) * len(_DAMAGES)), said


@pytest.mark.parametrize("layout", ["images", "table", "text", "audio", "sequences"])
def test_a_path_that_is_not_there_or_holds_nothing_is_named(layout: str, run_in: Any) -> None:
    run_in(
        layout,
        """
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop

        Path("hollow").mkdir()
        for name in ("nowhere", "hollow"):
            try:
                load_data(Path(name), SMOKE)
            except Stop as reason:
                assert name in str(reason), reason
            else:
                raise AssertionError(name)
        """,
    )


def test_a_step_with_a_cell_too_few_is_not_read_as_unmarked(run_in: Any) -> None:
    said = run_in(
        "anomalies",
        """
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from sample import write_sample

        write_sample(Path("data"))
        file = Path("data/steps.csv")
        lines = file.read_text().splitlines()
        file.write_text("\\n".join([*lines[:5], lines[5].rpartition(",")[0], *lines[6:]]))
        try:
            load_data(Path("data"), SMOKE)
        except Stop as reason:
            print(reason)
        """,
    )
    assert "line 6" in said


def test_a_recording_cut_off_in_the_middle_is_named(run_in: Any) -> None:
    said = run_in(
        "audio",
        """
        from pathlib import Path
        from config import SMOKE
        from data import load_data
        from records import Stop
        from sample import write_sample

        write_sample(Path("data"))
        sound = Path("data/003.wav")
        sound.write_bytes(sound.read_bytes()[:2000])
        try:
            load_data(Path("data"), SMOKE)
        except Stop as reason:
            print(reason)
        """,
    )
    assert "1 sounds are missing, empty or broken (003.wav)" in said
