"""Scripted conversations and the runner that scores them."""
