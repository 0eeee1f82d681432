"""Writes the sample of volumes for the smoke run: blocks of an average brain scan with grey and white matter marked.

    python brain_volumes.py FOLDER        FOLDER: nilearn/datasets/data of the wheel of nilearn 0.14.1

Source: the ICBM 152 2009a template as nilearn ships it (skull stripped, 1 mm). Copyright (C) 1993-2004 Louis Collins,
McConnell Brain Imaging Centre, Montreal Neurological Institute, McGill University; may be used, copied, changed and
passed on for any purpose without fee as long as that notice stays. The template is symmetric, so only one half of the
brain is taken: its mirror image in another split would be no new case.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import zlib
from pathlib import Path

import numpy as np

_TARGET = Path(__file__).parents[1] / "backends" / "torch" / "samples" / "brain_volumes.txt"
_SIDE, _SHRINK, _LEAST_TISSUE = 16, 2, 0.1
_GREY_LEVELS = 64  # enough for tissue contrast, and half the bytes


def main(folder: Path) -> None:
    """Blocks of `_SIDE` voxels (2 mm each) with at least `_LEAST_TISSUE` of brain, zlib in base64."""
    scan, grey, white = (
        _half(folder / f"mni_icbm152_{part}_tal_nlin_sym_09a_converted.nii.gz") for part in ("t1", "gm", "wm")
    )
    labels = np.where(grey > 127, 1, np.where(white > 127, 2, 0)).astype(np.uint8)
    levels = (scan * (_GREY_LEVELS / 256)).astype(np.uint8)
    found = np.argwhere(labels)
    box = tuple(slice(low, high + 1) for low, high in zip(found.min(0), found.max(0), strict=True))
    labels, levels, blocks = labels[box], levels[box], []
    for corner in np.ndindex(*(edge // _SIDE for edge in labels.shape)):
        place = tuple(slice(part * _SIDE, (part + 1) * _SIDE) for part in corner)
        if (labels[place] > 0).mean() >= _LEAST_TISSUE:
            blocks.append(np.stack([levels[place], labels[place]]))
    packed = zlib.compress(np.stack(blocks).tobytes(), 9)
    head = json.dumps({"shape": [len(blocks), 2, _SIDE, _SIDE, _SIDE], "millimetres": _SHRINK})
    _TARGET.write_text(head + "\n" + base64.b64encode(packed).decode() + "\n", encoding="ascii")
    print(f"{len(blocks)} blocks, {_TARGET.stat().st_size / 1e3:.0f} kB")


def _half(path: Path) -> np.ndarray:
    """The left half of a NIfTI file of bytes, averaged over cubes of `_SHRINK` voxels."""
    content = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(content, "<i2", 3, 42)
    start = int(np.frombuffer(content, "<f4", 1, 108)[0])
    whole = np.frombuffer(content, np.uint8, int(np.prod(shape, dtype=np.int64)), start).reshape(shape, order="F")
    kept = whole[: shape[0] // 2].astype(np.float64)
    ends = [edge - edge % _SHRINK for edge in kept.shape]
    kept = kept[: ends[0], : ends[1], : ends[2]]
    cubes = kept.reshape(ends[0] // _SHRINK, _SHRINK, ends[1] // _SHRINK, _SHRINK, ends[2] // _SHRINK, _SHRINK)
    averaged: np.ndarray = cubes.mean(axis=(1, 3, 5))
    return averaged


if __name__ == "__main__":
    main(Path(sys.argv[1]))
