"""What a licence asks of its user, and whether it rules a model out of a product."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("licences.toml").read_text(encoding="utf-8"))


def licence_kind(licence: str) -> str:
    """ "" for permissive licences, else what it is: copyleft, non-commercial, community ..."""
    prefixes: Mapping[str, str] = _table()["prefixes"]
    for prefix in sorted(prefixes, key=len, reverse=True):
        if licence.startswith(prefix):
            return prefixes[prefix]
    return ""


def rules_out_business(licence: str) -> bool:
    """Whether a licence of this kind does not go with a closed commercial product."""
    return licence_kind(licence) in _table()["forbidden_for_business"]["kinds"]
