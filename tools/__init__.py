"""Deterministic tools: usable alone, without a model, without a network."""
