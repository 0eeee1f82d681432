"""Writes a runnable training project from a report: `write.write_project`."""
