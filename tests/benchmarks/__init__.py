"""Load on whole bot processes over real HTTP: `python -m tests.benchmarks`."""
