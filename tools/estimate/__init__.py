"""What a model costs: latency, memory, training time and file size, each a `Figure` with its method and interval."""
