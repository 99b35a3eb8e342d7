"""The long proofs that the suite's verdicts are right, by seeds: `python -m tests.quality`."""
