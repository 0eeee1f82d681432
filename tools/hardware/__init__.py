"""What machine is this, and how fast does a model run on it."""
