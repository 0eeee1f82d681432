"""Projects for speech recognition: error rates by hand, readers, refusals, and the plan's own networks in small."""

from __future__ import annotations

import json
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

_WHISPER = {"id": "whisper-small", "name": "Whisper-small", "family": "whisper", "weights": "openai/whisper-small"}


def _report(make_report: Any, **changes: Any) -> dict[str, Any]:
    report: dict[str, Any] = make_report("speech", "transformers")
    report["decisions"]["architecture"] |= changes
    return report


@pytest.fixture
def run_words(make_report: Any, folder: Path) -> Any:
    """Runs lines of Python in a speech project; words.py needs numpy only."""

    def run(lines: str) -> None:
        write_project(_report(make_report), folder)
        command = [sys.executable, "-c", dedent(lines)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]

    return run


def test_edits_are_the_fewest_there_can_be(run_words: Any) -> None:
    run_words(
        """
        import random
        from functools import cache
        from words import edits

        assert edits("the cat sat".split(), "the cat sat".split()) == 0
        assert edits("the bat sat down".split(), "the cat sat".split()) == 2
        assert (edits([], "a b".split()), edits("a b".split(), []), edits([], [])) == (2, 2, 0)
        assert edits(list("kitten"), list("sitting")) == 3

        def plain(one, other):
            @cache
            def least(i, j):
                if not i or not j:
                    return i + j
                return min(least(i - 1, j) + 1, least(i, j - 1) + 1, least(i - 1, j - 1) + (one[i - 1] != other[j - 1]))
            return least(len(one), len(other))

        random.seed(0)
        for _ in range(300):
            one, other = ([random.choice("abc") for _ in range(random.randrange(9))] for _ in range(2))
            assert edits(one, other) == plain(one, other), (one, other)
        """
    )


def test_rates_are_over_all_recordings_together_and_count_words_or_characters(run_words: Any) -> None:
    run_words(
        """
        from words import counts_of, normalised, score

        counts = counts_of(["one two", ""], ["one two", "a b c d e f"], "wer")
        assert counts.tolist() == [[0, 2], [6, 6]] and score(counts, counts) == 6 / 8
        counts = counts_of(["今天 天气"], ["今天天气好"], "cer")
        assert counts.tolist() == [[1, 5]]
        assert normalised("  Don\\u2019t STOP -- it's 5,000! ") == "don't stop it's 5 000"
        assert normalised("ＡＢＣ！") == "abc"
        assert normalised("हिन्दी।") == "हिन्दी"
        """
    )


@pytest.mark.parametrize(
    ("subtask", "regime", "changes"),
    [
        ("speech-recognition", "whisper-lora", {**_WHISPER, "mode": "lora"}),
        ("speech-recognition", "conformer-scratch", {"family": "conformer", "mode": "scratch", "weights": None}),
        ("streaming-speech-recognition", "ctc-finetune", {}),
        ("speech-model-distillation", "whisper-distil", _WHISPER),
        ("speech-recognition", "ctc-finetune", {"family": "conformer"}),
    ],
)
def test_what_cannot_be_written_rightly_is_refused(
    subtask: str, regime: str, changes: dict[str, Any], make_report: Any
) -> None:
    report = _report(make_report, **changes)
    report["decisions"]["subtask"], report["decisions"]["recipe"]["regime"] = subtask, regime
    with pytest.raises(CannotSayError):
        read_choice(report)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reader_learns_how_transcripts_are_compared_and_whose_recordings_are_used(
    language: str, make_report: Any
) -> None:
    texts = render(read_choice({**_report(make_report), "language": language}))
    assert 'metric = "cer"' in texts["README.md"] and "`NOTICE.md`" in texts["README.md"]
    assert "by-sa/3.0" in texts["NOTICE.md"]


def test_noise_that_nobody_recorded_is_left_to_the_user(make_report: Any) -> None:
    report = _report(make_report, **_WHISPER)
    report["decisions"]["recipe"] |= {"regime": "whisper-finetune", "techniques": ["specaugment", "noise-reverb"]}
    readme = render(read_choice(report))["README.md"]
    assert "Not in the code, left to you: added noise and reverberation." in readme


@pytest.fixture
def run_in(make_report: Any, folder: Path, python_with: Any) -> Any:
    """Writes the project of an architecture; gives a function that runs lines of Python in it."""

    def run(lines: str, **changes: Any) -> str:
        write_project(_report(make_report, **changes), folder, "transformers")
        command = [python_with("transformers"), "-c", dedent(lines)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
        return done.stdout

    return run


_BROKEN = [
    ({"path": "none.wav", "text": "a"}, "missing, empty or broken (none.wav)"),
    ({"path": "a.wav", "text": " ... "}, "holds no letter or digit"),
    ({"path": "a.wav", "text": "今天天气很好"}, 'metric = "cer"'),
    ({"path": "a.wav"}, "lacks text"),
]


@pytest.mark.parametrize(("row", "sentence"), _BROKEN)
def test_broken_data_stops_with_one_sentence(row: dict[str, str], sentence: str, run_in: Any) -> None:
    said = run_in(
        f"""
        from pathlib import Path
        import numpy as np
        from config import PLAN
        from data import load_data
        from recordings import write_wav
        from records import Stop

        Path("d").mkdir()
        write_wav(Path("d/a.wav"), np.ones(8000, np.int16))
        Path("d/rows.jsonl").write_text({json.dumps(json.dumps(row))}, encoding="utf-8")
        try:
            load_data(Path("d"), PLAN)
        except Stop as reason:
            print(reason)
        """
    )
    assert sentence in said and len(said.strip().splitlines()) == 1


_TRAINED = """
import csv, shutil
from dataclasses import replace
from pathlib import Path
import torch
from config import PLAN
from data import load_data
from sample import write_sample
from runs import quiet
from train import build_trainer, finish, train

torch.set_num_threads(1)
quiet()
write_sample(Path("d"))
rows = list(csv.reader(open("d/manifest.csv", encoding="utf-8")))
parts = (("train", 8), ("val", 3), ("test", 3))
few = [row for part, count in parts for row in [row for row in rows if row[2] == part][:count]]
csv.writer(open("d/manifest.csv", "w", encoding="utf-8", newline="")).writerows([rows[0], *few])
config = replace(
    PLAN, weights="w", max_steps=2, batch_size=4, accumulation=1, workers=0, evaluations=1, log_every=1, **MORE
)
data, run = load_data(Path("d"), config), Path("r")
trainer = train(config, data, run)
result = finish(trainer, data, run)
again = build_trainer(config, data, run, folder=run / "best")
for name, value in trainer.model.state_dict().items():
    assert torch.equal(value, again.model.state_dict()[name]), name
assert 0 <= result["value"] and result["samples"] == 3
"""


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_the_planned_encoder_learns_from_weights_on_the_disk(family: str, run_in: Any) -> None:
    kind = {"wav2vec2": "Wav2Vec2", "hubert": "Hubert", "wavlm": "WavLM"}[family]
    run_in(
        f"""
        from transformers import {kind}Config, {kind}Model, Wav2Vec2FeatureExtractor

        sizes = dict(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, conv_dim=(16,) * 7,
            num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
        )
        {kind}Model({kind}Config(**sizes)).save_pretrained("w")
        Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained("w")
        """
        + "\n        ".join(["", "MORE = {}", *_TRAINED.splitlines()])
        + """
        assert not trainer.model.base_model.feature_extractor.conv_layers[0].conv.weight.requires_grad
        assert trainer.model.config.vocab_size == len(trainer.processing_class.tokenizer)
        """,
        family=family,
    )


def test_whisper_learns_from_weights_on_the_disk_in_the_language_that_is_set(run_in: Any) -> None:
    run_in(
        """
        from transformers import (
            GenerationConfig, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperProcessor,
            WhisperTokenizer,
        )
        from transformers.convert_slow_tokenizer import bytes_to_unicode
        from transformers.models.whisper.tokenization_whisper import LANGUAGES

        tokens = [*bytes_to_unicode().values(), "<|endoftext|>"]
        vocabulary = {token: number for number, token in enumerate(tokens)}
        words = WhisperTokenizer(vocab=vocabulary, merges=[], pad_token="<|endoftext|>")
        spoken = [f"<|{code}|>" for code in LANGUAGES]
        marks = ["<|startoftranscript|>", *spoken, "<|translate|>", "<|transcribe|>", "<|notimestamps|>"]
        words.add_special_tokens({"extra_special_tokens": marks})
        number = words.convert_tokens_to_ids
        special = dict(decoder_start_token_id=number(marks[0]), bos_token_id=256, eos_token_id=256, pad_token_id=256)
        sizes = dict(
            d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
            encoder_ffn_dim=64, decoder_ffn_dim=64, suppress_tokens=None, begin_suppress_tokens=None,
        )
        model = WhisperForConditionalGeneration(WhisperConfig(vocab_size=len(words), **sizes, **special))
        model.generation_config = GenerationConfig(
            is_multilingual=True, lang_to_id={mark: number(mark) for mark in spoken}, max_length=448,
            task_to_id={"transcribe": number("<|transcribe|>"), "translate": number("<|translate|>")},
            no_timestamps_token_id=number("<|notimestamps|>"), **special,
        )
        model.save_pretrained("w")
        WhisperProcessor(WhisperFeatureExtractor(), words).save_pretrained("w")
        """
        + "\n        ".join(["", "MORE = {'speech_language': 'de', 'max_tokens': 8}", *_TRAINED.splitlines()])
        + """
        from model import build_tokenizer
        from records import Stop

        labels = again.train_dataset[0]["labels"]  # the processor kept with the run starts with the language too
        assert words.convert_ids_to_tokens(labels[:2]) == ["<|startoftranscript|>", "<|de|>"]
        try:
            build_tokenizer(replace(config, speech_language=""), data, Path("none"))
            raise SystemExit("many languages, and none was asked for")
        except Stop as reason:
            assert "speech_language" in str(reason)
        """,
        **_WHISPER,
    )
