"""Makes shared/samples/telephone_prompts.jsonl, the recordings that smoke runs of sound and speech projects learn from.

usage: python tools/recipe/project/build/telephone_prompts.py FOLDER   (numpy)
FOLDER: where Debian's packages asterisk-core-sounds-{en,es,fr,it,ru}-wav 1.6.1 are unpacked, each under its language
(`dpkg-deb -x PACKAGE FOLDER/en`): WAV, 8 kHz, 16 bit, digits/<digit>.wav and letters/<letter>.wav. Taken are the ten
digits and the letters `_LETTERS`, in each language, without the silence around them. Each is written as IMA ADPCM,
4 bits per sample, in base 64; nothing else is changed. NOTICE.md names voices and licences.
"""

from __future__ import annotations

import base64
import json
import sys
import wave
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "shared" / "samples" / "telephone_prompts.jsonl"
LANGUAGES = ("en", "es", "fr", "it", "ru")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LETTERS = "abcdefghijklmnopqrstuvxyz"  # w is long in most languages
_QUIET, _MARGIN = 0.03, 240  # share of the peak below which there is silence; samples kept around the sound
HEADER = {
    "source": "Asterisk core sounds 1.6.1, as Debian packages them (asterisk-core-sounds-{en,es,fr,it,ru}-wav)",
    "licence": "CC BY-SA 3.0; Russian CC BY 3.0; see NOTICE.md",
    "changes": "a choice of the recordings, without the silence around them, coded as IMA ADPCM",
    "rate": 8000,
}


def shared_module() -> ModuleType:
    """shared/recordings.py.j2, which decodes what is coded here: plain Python, so it can be imported."""
    loader = SourceFileLoader("recordings", str(TARGET.parents[1] / "recordings.py.j2"))
    module = module_from_spec(ModuleSpec("recordings", loader))
    sys.modules["recordings"] = module
    loader.exec_module(module)
    return module


def coded(samples: list[int], sizes: list[int], index_steps: list[int]) -> bytes:
    """IMA ADPCM of 16-bit samples, starting from 0 with the smallest step; two samples to a byte, the first one low."""
    guess, index, codes = 0, 0, []
    for sample in samples:
        size, rest = sizes[index], abs(sample - guess)
        code, moved = 8 * (sample < guess), size >> 3
        for bit, part in ((4, size), (2, size >> 1), (1, size >> 2)):
            if rest >= part:
                code, rest, moved = code | bit, rest - part, moved + part
        guess = max(-32768, min(32767, guess - moved if code & 8 else guess + moved))
        index = max(0, min(len(sizes) - 1, index + index_steps[code & 7]))
        codes.append(code)
    codes += [0] * (len(codes) % 2)
    return bytes(low | high << 4 for low, high in zip(codes[::2], codes[1::2], strict=True))


def read(file: Path) -> list[int]:
    """The samples of a recording, without the silence before and after."""
    with wave.open(str(file)) as sound:
        if (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) != (HEADER["rate"], 2, 1):
            raise SystemExit(f"{file} is not mono, 16 bit, {HEADER['rate']} Hz")
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(int)
    loud = np.flatnonzero(np.abs(samples) > _QUIET * np.abs(samples).max())
    return [int(value) for value in samples[max(0, loud[0] - _MARGIN) : loud[-1] + _MARGIN]]


def main(folder: Path) -> None:
    """Reads the chosen recordings and writes the file: a line that says whence, then one line per recording."""
    decoder, lines = shared_module(), [json.dumps(HEADER)]
    sizes, index_steps = decoder.step_sizes().tolist(), decoder.INDEX_STEPS.tolist()
    names = {f"digits/{digit}": word for digit, word in enumerate(DIGITS)} | {f"letters/{one}": one for one in _LETTERS}
    for language in LANGUAGES:
        for name, word in names.items():
            (file,) = (folder / language).rglob(f"sounds/*/{name}.wav")
            samples = read(file)
            data = base64.b64encode(coded(samples, sizes, index_steps)).decode()
            lines.append(json.dumps({"language": language, "word": word, "samples": len(samples), "data": data}))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(lines) - 1} recordings, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
