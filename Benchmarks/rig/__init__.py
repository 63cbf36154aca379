"""What the rows of `Benchmarks/run` are made of."""
