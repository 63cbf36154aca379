"""The parts from which `Benchmarks/run` makes its rows."""
