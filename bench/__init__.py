"""The benchmark: `python -m bench.run`; bench/README.md says what it measures and how."""
