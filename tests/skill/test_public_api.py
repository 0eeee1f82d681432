"""The public Python API is exactly what the package says."""

from __future__ import annotations

import deep_learning_expert.skill as api


def test_exported_names_are_pinned_and_load() -> None:
    assert api.__all__ == ["Expert", "Plan", "Report", "Task"]
    for name in api.__all__:
        assert getattr(api, name).__name__ == name
