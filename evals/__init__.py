"""Scripted conversations and the runner that scores them; labelled messages and tasks."""
