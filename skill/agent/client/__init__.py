"""The way to a model's server: requests out, raw answers in, and their strict reading. The loop knows none of it."""
