"""Figures with their targets: python -m tests.benchmarks. Nothing here fails a build; times belong to a machine."""
