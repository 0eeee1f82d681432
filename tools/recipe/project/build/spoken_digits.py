"""Makes shared/samples/spoken_digits.jsonl, the recordings that smoke runs of sound and speech projects learn from.

usage: python tools/recipe/project/build/spoken_digits.py RECORDINGS   (numpy)
RECORDINGS: the folder `recordings` of https://github.com/Jakobovski/free-spoken-digit-dataset, commit 26eb9aaf, CC
BY-SA 4.0: WAV, 8 kHz, 16 bit, named <digit>_<speaker>_<take>.wav. Chosen are some takes of each digit and speaker,
spread over the session. Each is written as IMA ADPCM, 4 bits per sample, in base 64; nothing else is changed.
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

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "shared" / "samples" / "spoken_digits.jsonl"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
TAKES = (0, 10, 20, 30, 40)
HEADER = {
    "source": "Free Spoken Digit Dataset (Zohar Jackson and others), github.com/Jakobovski/free-spoken-digit-dataset",
    "licence": "CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/",
    "changes": "a choice of the recordings, coded as IMA ADPCM",
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
    """The samples of a recording."""
    with wave.open(str(file)) as sound:
        if (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) != (HEADER["rate"], 2, 1):
            raise SystemExit(f"{file} is not mono, 16 bit, {HEADER['rate']} Hz")
        return [int(value) for value in np.frombuffer(sound.readframes(sound.getnframes()), "<i2")]


def main(folder: Path) -> None:
    """Reads the chosen recordings and writes the file: a line that says whence, then one line per recording."""
    decoder, lines = shared_module(), [json.dumps(HEADER)]
    sizes, index_steps = decoder.step_sizes().tolist(), decoder.INDEX_STEPS.tolist()
    for speaker in SPEAKERS:
        for digit, word in enumerate(WORDS):
            for take in TAKES:
                samples = read(folder / f"{digit}_{speaker}_{take}.wav")
                data = base64.b64encode(coded(samples, sizes, index_steps)).decode()
                clip = {"speaker": speaker, "word": word, "take": take, "samples": len(samples), "data": data}
                lines.append(json.dumps(clip))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(lines) - 1} recordings, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
