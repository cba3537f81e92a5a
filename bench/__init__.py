"""Benchmarks: one file per question, each `python -m bench.<name>` prints a table. Protocol: docs/benchmarks.md."""
